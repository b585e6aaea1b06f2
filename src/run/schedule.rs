//! When a run is validated and when it ends.

use super::Goal;
use crate::training::TrainingSettings;

/// The epochs after which a run is validated.
///
/// They depend on the interval alone and never on the goal, so that a goal that is raised finds the
/// same validations behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    /// From one validation to the next, in epochs; 0 for none at all.
    pub interval: u64,
}

impl Schedule {
    /// The interval at which validation takes about a tenth of the time, for so many held-out
    /// steps: going through a step forward takes a third of learning from it.
    pub fn automatic(held_out: usize, training: &TrainingSettings) -> Schedule {
        let learned = training.batch * (training.segment - 1);
        Schedule { interval: (10 * held_out).div_ceil(3 * learned) as u64 }
    }

    /// Whether a run is validated after an epoch: every interval, and after a quarter and a half of
    /// the first one, where the most is learned.
    pub fn includes(self, epoch: u64) -> bool {
        let Schedule { interval } = self;
        if interval == 0 || epoch == 0 {
            return false;
        }
        epoch.is_multiple_of(interval)
            || [4, 2].iter().any(|part| epoch == interval.div_ceil(*part))
    }
}

/// Why a run has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    /// The epochs are done.
    Epochs,
    /// The hours are over.
    Hours,
    /// So many validations brought nothing better.
    Patience,
    /// The user asked for it; the goal is not reached.
    Interrupted,
}

impl Goal {
    /// Whether it is reached after so many epochs and seconds, and so many validations in a row
    /// without a better one.
    pub fn reached(
        &self,
        epochs: u64,
        seconds: f64,
        without_improvement: u64,
    ) -> Option<StopReason> {
        if self.epochs.is_some_and(|goal| epochs >= goal) {
            Some(StopReason::Epochs)
        } else if self.patience.is_some_and(|goal| without_improvement >= goal) {
            Some(StopReason::Patience)
        } else if self.hours.is_some_and(|goal| seconds >= 3600.0 * goal) {
            Some(StopReason::Hours)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(interval: u64, epochs: u64) -> Vec<u64> {
        (0..=epochs).filter(|&epoch| Schedule { interval }.includes(epoch)).collect()
    }

    #[test]
    fn validations_are_closer_at_the_start() {
        assert_eq!(first(160, 500), [40, 80, 160, 320, 480]);
        assert_eq!(first(3, 9), [1, 2, 3, 6, 9]);
        assert_eq!(first(1, 3), [1, 2, 3]);
        assert_eq!(first(0, 100), [] as [u64; 0]);
    }

    #[test]
    fn the_automatic_interval_makes_validation_a_tenth_of_the_work() {
        // 45000 steps forward are the work of learning from 15000; a batch is 635 steps: 24 batches,
        // and ten times as many lie between.
        let interval = Schedule::automatic(45_000, &TrainingSettings::article()).interval;
        assert_eq!(interval, 237);
        assert_eq!(Schedule::automatic(1, &TrainingSettings::article()).interval, 1);
        assert_eq!(Schedule::automatic(0, &TrainingSettings::article()).interval, 0);
    }

    #[test]
    fn a_goal_is_whatever_comes_first() {
        let goal = Goal { epochs: Some(10), hours: Some(1.0), patience: Some(3) };
        assert_eq!(goal.reached(9, 3599.0, 2), None);
        assert_eq!(goal.reached(10, 0.0, 0), Some(StopReason::Epochs));
        assert_eq!(goal.reached(1, 3600.0, 0), Some(StopReason::Hours));
        assert_eq!(goal.reached(1, 0.0, 3), Some(StopReason::Patience));
    }
}
