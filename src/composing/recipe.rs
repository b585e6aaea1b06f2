//! How a composition came about, in words that go with it.

use crate::score::Metre;
use serde::{Deserialize, Serialize};

/// All that is needed to compose a piece again, bit for bit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// The version of this program.
    pub version: String,
    /// The model's file, or `markov` for the Markov chain, and the fingerprint of what it has learned.
    pub model: String,
    /// The files and folders that the Markov chain learned from, as they were given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub learn: Vec<String>,
    /// The seed of the draws.
    pub seed: u64,
    /// The temperature.
    pub temperature: f64,
    /// Measures composed.
    pub bars: usize,
    /// The metre.
    #[serde(with = "metre_in_words")]
    pub metre: Metre,
    /// What the composer heard before.
    pub primer: String,
    /// Whether the piece begins with that.
    pub with_primer: bool,
}

impl Recipe {
    /// The recipe as a line of text, for a MIDI file.
    pub fn to_text(&self) -> String {
        let json = serde_json::to_string(self).expect("a recipe is always text");
        format!("deep-jammer {json}")
    }

    /// Reads such a line.
    pub fn from_text(text: &str) -> Option<Recipe> {
        serde_json::from_str(text.strip_prefix("deep-jammer ")?).ok()
    }
}

mod metre_in_words {
    use crate::score::Metre;
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(metre: &Metre, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(metre)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Metre, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipe_can_be_read_again() {
        let recipe = Recipe {
            version: "0.1.0".into(),
            model: "run (1a2b3c4d)".into(),
            learn: Vec::new(),
            seed: u64::MAX,
            temperature: 0.95,
            bars: 16,
            metre: "6/8".parse().unwrap(),
            primer: "Bach/\"fugue\"".into(),
            with_primer: true,
        };
        assert_eq!(Recipe::from_text(&recipe.to_text()), Some(recipe));
        assert_eq!(Recipe::from_text("anything else"), None);
    }
}
