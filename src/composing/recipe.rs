//! How a composition came about, in words that go with it.

use crate::score::Metre;
use serde::{Deserialize, Serialize};

/// All that is needed to compose a piece again, bit for bit, with the model and the primer that it
/// names.
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
    /// The share of them that was to repeat an earlier one.
    #[serde(default)]
    pub repeats: f64,
    /// The metre.
    #[serde(with = "metre_in_words")]
    pub metre: Metre,
    /// The metre that was asked for; it has a say in which primer a seed stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metre_asked: Option<String>,
    /// The key that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The tempo that was asked for, in quarters a minute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tempo: Option<f64>,
    /// Which piece of a stream without end it is, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<u64>,
    /// Among how many it was chosen, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best_of: Option<Choosing>,
    /// What the composer heard before: the source of an excerpt that the model carries, or the name of
    /// the musician's own music and its [fingerprint](crate::primer::Primer::fingerprint).
    pub primer: String,
    /// Whether that was the musician's own.
    #[serde(default, skip_serializing_if = "is_false")]
    pub own_primer: bool,
    /// By how many semitones it was moved.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub moved: i32,
    /// Whether the piece begins with that.
    pub with_primer: bool,
}

/// How a piece was chosen among several.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Choosing {
    /// Among how many.
    pub of: u32,
    /// The seed by which the chosen one can be composed by itself.
    pub seed: u64,
    /// What spoke for it.
    pub verdict: String,
}

fn is_false(said: &bool) -> bool {
    !said
}

fn is_zero(number: &i32) -> bool {
    *number == 0
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
            repeats: 0.32,
            metre: "6/8".parse().unwrap(),
            metre_asked: Some("6/8".into()),
            key: Some("F minor".into()),
            tempo: Some(92.5),
            part: Some(3),
            best_of: Some(Choosing { of: 8, seed: 5, verdict: "no faults".into() }),
            moved: -5,
            primer: "Bach's \"fugue\" (0123456789ab)".into(),
            own_primer: true,
            with_primer: true,
        };
        assert_eq!(Recipe::from_text(&recipe.to_text()), Some(recipe));
        assert_eq!(Recipe::from_text("anything else"), None);
        let before = r#"deep-jammer {"version":"0.1.0","model":"m","seed":7,"temperature":1.0,"bars":2,
            "metre":"3/4","primer":"p","with_primer":false}"#;
        let older = Recipe::from_text(before).expect("of an older version");
        assert_eq!((older.repeats, older.moved, older.best_of), (0.0, 0, None));
    }
}
