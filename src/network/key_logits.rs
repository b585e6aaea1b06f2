//! The prediction for one key at one step, what the key does, and the negative log-likelihood of
//! it.

use super::kernel::{sigmoid, softplus};
use crate::roll::Step;
use serde::{Deserialize, Serialize};
use std::ops::AddAssign;

/// The logits of one key at one step; the probabilities are their logistic function.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct KeyLogits {
    /// That the key sounds.
    pub play: f32,
    /// That it is struck, if it sounds.
    pub articulate: f32,
}

/// What a key does at a step. A key that is struck also sounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KeyAction {
    /// Whether the key sounds.
    pub play: bool,
    /// Whether it is struck.
    pub articulate: bool,
}

/// A negative log-likelihood in nats, in two parts.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nats {
    /// The part of play, over all keys.
    pub play: f64,
    /// The part of articulate, over the keys that sound.
    pub articulate: f64,
}

impl KeyAction {
    /// What a key does at a step.
    pub fn of(step: Step, key: usize) -> KeyAction {
        KeyAction { play: step.play.contains(key), articulate: step.articulate.contains(key) }
    }
}

impl Nats {
    /// The sum of both parts.
    pub fn total(self) -> f64 {
        self.play + self.articulate
    }
}

impl AddAssign for Nats {
    fn add_assign(&mut self, other: Nats) {
        self.play += other.play;
        self.articulate += other.articulate;
    }
}

impl KeyLogits {
    /// The probability that the key sounds, at a temperature (1: as trained).
    pub fn play_probability(self, temperature: f64) -> f64 {
        sigmoid(f64::from(self.play) / temperature)
    }

    /// The probability that the key is struck if it sounds, at a temperature.
    pub fn articulate_probability(self, temperature: f64) -> f64 {
        sigmoid(f64::from(self.articulate) / temperature)
    }

    /// The prediction of an ensemble of networks: the logits of the means of their probabilities.
    /// As conditional probabilities are averaged, key by key, the probabilities of all possible
    /// steps still add up to one. `logits` must not be empty.
    pub fn mean(logits: impl Iterator<Item = KeyLogits> + Clone) -> KeyLogits {
        let mean = |of: fn(KeyLogits) -> f32| {
            // The odds of the mean are Σσ(x) / Σσ(−x). Each sum is computed from logarithms, so
            // that what is nearly certain keeps its digits.
            let log_sum = |sign: f64| {
                let logs = || logits.clone().map(|it| -softplus(-sign * f64::from(of(it))));
                let greatest = logs().fold(f64::NEG_INFINITY, f64::max);
                if greatest == f64::NEG_INFINITY {
                    return greatest; // All networks are certain of the opposite.
                }
                greatest + libm::log(logs().map(|log| libm::exp(log - greatest)).sum())
            };
            (log_sum(1.0) - log_sum(-1.0)) as f32
        };
        KeyLogits { play: mean(|it| it.play), articulate: mean(|it| it.articulate) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_networks_say_the_mean_of_their_probabilities() {
        let logits = [(0.7f32, -1.3f32), (-2.0, 0.0), (4.5, 9.0)];
        let all = logits.map(|(play, articulate)| KeyLogits { play, articulate });
        let mean = KeyLogits::mean(all.iter().copied());
        let by_hand = |logits: [f32; 3]| {
            logits.iter().map(|&x| 1.0 / (1.0 + (-f64::from(x)).exp())).sum::<f64>() / 3.0
        };
        let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-7);
        near(mean.play_probability(1.0), by_hand(logits.map(|it| it.0)));
        near(mean.articulate_probability(1.0), by_hand(logits.map(|it| it.1)));
        // The mean of one is itself, and what is nearly certain stays so: half of e⁻⁹⁰ if one of
        // two is sure.
        for single in [0.7f32, -90.0, 90.0, f32::INFINITY] {
            let it = KeyLogits { play: single, articulate: -single };
            assert_eq!(KeyLogits::mean(std::iter::once(it)), it);
        }
        let two = [-90.0, -2000.0].map(|play| KeyLogits { play, articulate: 0.0 });
        let mean = KeyLogits::mean(two.iter().copied());
        assert!((f64::from(mean.play) + 90.0 + 2f64.ln()).abs() < 1e-5);
    }

    #[test]
    fn the_loss_is_the_articles_formula() {
        let logits = KeyLogits { play: 0.7, articulate: -1.3 };
        let formula = |logit: f64, y: f64| {
            let p = 1.0 / (1.0 + (-logit).exp());
            -(2.0 * p * y - p - y + 1.0).ln()
        };
        let held = logits.nats(KeyAction { play: true, articulate: false });
        assert!((held.play - formula(f64::from(0.7f32), 1.0)).abs() < 1e-12);
        assert!((held.articulate - formula(f64::from(-1.3f32), 0.0)).abs() < 1e-12);
        let silent = logits.nats(KeyAction::default());
        assert!((silent.play - formula(f64::from(0.7f32), 0.0)).abs() < 1e-12);
        assert_eq!(silent.articulate, 0.0, "a key that is not played is not asked how");
    }

    #[test]
    fn a_hopeless_prediction_costs_its_logit_and_no_more() {
        let nats = KeyLogits { play: -2000.0, articulate: 0.0 }
            .nats(KeyAction { play: true, articulate: true });
        assert_eq!(nats.play, 2000.0);
        assert!((nats.articulate - 2f64.ln()).abs() < 1e-15);
    }
}
