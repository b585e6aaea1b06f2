//! What the network says of one key at one step, and how wrong it was.

use super::head::{Head, softplus};
use super::kernel::sigmoid;
use crate::roll::Step;
use serde::{Deserialize, Serialize};
use std::ops::AddAssign;

/// The logits of one key at the next step. Their logistic function is the probability.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct KeyLogits {
    /// That the key is played.
    pub play: f32,
    /// That it is articulated, given that it is played.
    pub articulate: f32,
}

/// What a key really does at a step; nothing is articulated without being played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct KeyAction {
    /// Whether the key sounds.
    pub play: bool,
    /// Whether it is struck.
    pub articulate: bool,
}

/// Negative log-likelihood in nats, play and articulate apart.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nats {
    /// Of playing, over all keys.
    pub play: f64,
    /// Of articulating, over the keys that are played.
    pub articulate: f64,
}

impl KeyAction {
    /// What a key does at a step.
    pub fn of(step: Step, key: usize) -> KeyAction {
        KeyAction { play: step.play.contains(key), articulate: step.articulate.contains(key) }
    }
}

impl Nats {
    /// Both parts together.
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
    /// The probability that the key is played, at a temperature (1: as learned).
    pub fn play_probability(self, temperature: f64) -> f64 {
        sigmoid(f64::from(self.play) / temperature)
    }

    /// The probability that a played key is articulated, at a temperature.
    pub fn articulate_probability(self, temperature: f64) -> f64 {
        sigmoid(f64::from(self.articulate) / temperature)
    }

    /// What several networks say together: the logits of the means of their probabilities. Together they
    /// are a composer as exact as each, whose probabilities add up to one: what is averaged are
    /// conditional probabilities, key by key. `logits` is not empty.
    pub fn mean(logits: impl Iterator<Item = KeyLogits> + Clone) -> KeyLogits {
        let mean = |of: fn(KeyLogits) -> f32| {
            // The odds of the mean are Σσ(x) / Σσ(−x), with each sum by its logarithms, so that what is
            // nearly certain keeps its digits.
            let log_sum = |sign: f64| {
                let logs = || logits.clone().map(|it| -softplus(-sign * f64::from(of(it))));
                let greatest = logs().fold(f64::NEG_INFINITY, f64::max);
                if greatest == f64::NEG_INFINITY {
                    return greatest; // All are certain that it is not so.
                }
                greatest + libm::log(logs().map(|log| libm::exp(log - greatest)).sum())
            };
            (log_sum(1.0) - log_sum(-1.0)) as f32
        };
        KeyLogits { play: mean(|it| it.play), articulate: mean(|it| it.articulate) }
    }

    /// The negative log-likelihood of what the key does, with the term of `articulate` only where the key
    /// sounds.
    pub fn nats(self, action: KeyAction) -> Nats {
        Nats { play: Head::Play.nll(self, action), articulate: Head::Articulate.nll(self, action) }
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
        // One alone is as it was, and what is nearly certain stays so: half of e⁻⁹⁰ where one of two is sure.
        for alone in [0.7f32, -90.0, 90.0, f32::INFINITY] {
            let it = KeyLogits { play: alone, articulate: -alone };
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
