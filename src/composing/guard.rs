//! Keeping a composer out of the holes that such networks fall into.

use crate::network::Prediction;
use crate::roll::{Keys, Step};
use std::collections::VecDeque;

/// Steps of silence after which the music is coaxed (DeepJ's rule).
pub const SILENT_STEPS: usize = 16;

/// Steps with never more than two different keys after which the music counts as stuck.
pub const STUCK_STEPS: usize = 48;

/// Sounding keys, on a mean over about two measures, from which on new notes are discouraged.
/// Real music has 1.7 to 4.8 (5 to 95 %).
pub const CROWDED_KEYS: f64 = 7.0;

/// Keys that may sound at once: ten fingers, and two that the pedal holds.
pub const MOST_KEYS: usize = 12;

/// How much the temperature rises with each step that the music stays silent or stuck.
const WARMING: f64 = 0.1;

/// How hot it gets at most.
const HOTTEST: f64 = 10.0;

/// How many logits every sounding key above [`CROWDED_KEYS`] takes from playing.
const WEIGHT_OF_A_KEY: f64 = 0.7;

/// Watches what has been played, and leans against the three known failures: falling silent for
/// ever, repeating one note for ever, and filling every key. While nothing of the kind happens it
/// changes nothing: the draws are the network's own.
#[derive(Debug, Clone, PartialEq)]
pub struct Guard {
    silent: usize,
    stuck: usize,
    crowd: f64,
    recent: VecDeque<Keys>,
}

impl Guard {
    /// A guard that has heard nothing yet.
    pub fn new() -> Guard {
        Guard { silent: 0, stuck: 0, crowd: 0.0, recent: VecDeque::with_capacity(STUCK_STEPS + 1) }
    }

    /// Takes note of a step that has been played.
    pub fn hear(&mut self, step: Step) {
        self.silent = if step.play.is_empty() { self.silent + 1 } else { 0 };
        self.crowd += (step.play.count() as f64 - self.crowd) / 32.0;
        self.recent.push_back(step.play);
        if self.recent.len() > STUCK_STEPS {
            self.recent.pop_front();
        }
        let heard = self.recent.iter().fold(Keys::NONE, |all, keys| all.or(*keys));
        let stuck = self.recent.len() == STUCK_STEPS && (1..=2).contains(&heard.count());
        self.stuck = if stuck { self.stuck + 1 } else { 0 };
    }

    /// The temperature to draw the next step at, where the musician has asked for `asked`.
    pub fn temperature(&self, asked: f64) -> f64 {
        let late = (self.silent + 1).saturating_sub(SILENT_STEPS) + self.stuck;
        (asked + WARMING * late as f64).min(HOTTEST.max(asked))
    }

    /// What the network says of a key, less what the crowd of sounding keys takes from it.
    /// `sounding` is how many keys have been chosen at this step so far.
    pub fn lean(&self, prediction: Prediction, sounding: usize) -> Prediction {
        if sounding >= MOST_KEYS {
            return Prediction { play: f32::NEG_INFINITY, ..prediction };
        }
        let above = self.crowd.max(sounding as f64) - CROWDED_KEYS;
        let play = prediction.play - (WEIGHT_OF_A_KEY * above.max(0.0)) as f32;
        Prediction { play, ..prediction }
    }
}

impl Default for Guard {
    fn default() -> Self {
        Guard::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sounding(keys: impl IntoIterator<Item = usize>) -> Step {
        let keys = Keys::from_iter(keys);
        Step { play: keys, articulate: keys }
    }

    #[test]
    fn ordinary_music_is_left_alone() {
        let mut guard = Guard::new();
        let prediction = Prediction { play: -1.0, articulate: 0.5 };
        for step in 0..200 {
            guard.hear(sounding([20 + step % 7, 30 + step % 5, 44]));
            assert_eq!(guard.temperature(1.0), 1.0);
            assert_eq!(guard.lean(prediction, 3), prediction);
        }
    }

    #[test]
    fn silence_warms_by_a_tenth_a_step_until_a_note_sounds() {
        let mut guard = Guard::new();
        for step in 1..=20 {
            guard.hear(Step::SILENCE);
            let late = (step + 1usize).saturating_sub(SILENT_STEPS) as f64;
            assert!((guard.temperature(0.9) - (0.9 + 0.1 * late)).abs() < 1e-9, "{step}");
        }
        guard.hear(sounding([40]));
        assert_eq!(guard.temperature(0.9), 0.9);
    }

    #[test]
    fn one_note_for_ever_warms_too() {
        let mut guard = Guard::new();
        (0..STUCK_STEPS + 9).for_each(|_| guard.hear(sounding([40])));
        assert!((guard.temperature(1.0) - 2.0).abs() < 1e-9);
    }

    #[test]
    fn a_crowd_of_keys_makes_way() {
        let mut guard = Guard::new();
        let prediction = Prediction { play: 0.0, articulate: 0.0 };
        (0..500).for_each(|_| guard.hear(sounding(0..20)));
        assert!(guard.lean(prediction, 0).play < -8.0);
        assert_eq!(guard.lean(prediction, MOST_KEYS).play, f32::NEG_INFINITY);
        assert_eq!(guard.lean(prediction, MOST_KEYS).play_probability(5.0), 0.0);
    }
}
