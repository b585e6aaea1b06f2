//! What a musician changes while a piece is composed.

use super::RecipeError;
use crate::score::Metre;
use serde::{Deserialize, Serialize};

/// What the musician asks for from a step on.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Change {
    /// The step, which begins a measure; the lead-in counts.
    pub step: usize,
    /// Other random numbers: the music goes on differently.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// The temperature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// The density.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub density: Option<f64>,
    /// Quarters to a minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tempo: Option<u32>,
    /// The metre.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metre: Option<Metre>,
}

impl Change {
    /// Whether anything is asked for.
    pub fn is_empty(&self) -> bool {
        *self == Change { step: self.step, ..Change::default() }
    }

    /// Sees whether all numbers are within what can be played.
    pub fn check(&self) -> Result<(), RecipeError> {
        let within = |value: Option<f64>, low: f64, high: f64| {
            value.is_none_or(|value| (low..=high).contains(&value))
        };
        let rules = [
            (within(self.temperature, 0.3, 3.0), "the temperature must be 0.3 to 3"),
            (within(self.density, 0.1, 10.0), "the density must be 0.1 to 10"),
            (within(self.tempo.map(f64::from), 20.0, 300.0), "the tempo must be 20 to 300"),
            (
                self.metre.is_none_or(|metre| {
                    metre.is_of_sixteenths() && (2..=48).contains(&metre.sixteenths())
                }),
                "a measure must have 2 to 48 whole sixteenths",
            ),
        ];
        match rules.into_iter().find(|(kept, _)| !kept) {
            Some((_, rule)) => Err(RecipeError::OutOfBounds(rule)),
            None => Ok(()),
        }
    }
}
