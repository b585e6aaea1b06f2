//! When a run is validated, and when it ends.

use super::Goal;
use crate::training::TrainingSettings;

/// The epochs after which a run is validated.
///
/// They depend on the interval alone and not on the goal, so that raising the goal does not
/// change past validations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Schedule {
    /// From one validation to the next, in epochs; 0 for no validation.
    pub interval: u64,
}

impl Schedule {
    /// The interval at which validation takes about a tenth of the time, for `held_out`
    /// steps. Processing a step in validation (a forward pass) takes a third of the time of
    /// training on it.
    pub fn automatic(held_out: usize, training: &TrainingSettings) -> Schedule {
        let learned = training.batch * (training.segment - 1);
        Schedule { interval: (10 * held_out).div_ceil(3 * learned) as u64 }
    }

    /// Whether a run is validated after an epoch: after every interval, and after a quarter
    /// and a half of the first one, when the loss falls fastest.
    pub fn includes(self, epoch: u64) -> bool {
        let Schedule { interval } = self;
        if interval == 0 || epoch == 0 {
            return false;
        }
        epoch.is_multiple_of(interval)
            || [4, 2].iter().any(|part| epoch == interval.div_ceil(*part))
    }
}

/// Why a run has stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StopReason {
    /// It has trained for the number of epochs.
    Epochs,
    /// It has trained for the number of hours.
    Hours,
    /// Too many validations in a row have not improved on the best.
    Patience,
    /// The user has interrupted it before it reached its goal.
    Interrupted,
}

impl Goal {
    /// The reason to stop after `epochs` and `seconds` of training and a number of
    /// validations in a row without improvement; `None` if the goal is not reached.
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
