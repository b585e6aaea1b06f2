//! How a piece came about that somebody has shaped while it was composed.

use crate::primer::{PrimerError, Record};
use crate::score::Metre;
use serde::{Deserialize, Serialize};

/// All that decides what a [`LivePiece`](super::LivePiece) plays: with the same model, the same script gives
/// the same piece.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// The version of this program.
    pub version: String,
    /// The fingerprint of the model.
    pub model: String,
    /// The seed of the draws.
    pub seed: u64,
    /// The music that it begins with.
    pub opening: Opening,
    /// The share of bars that repeat an earlier one ([`Form`](super::Form)).
    pub repeats: f64,
    /// What was changed on the way, in the order of the steps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// How many steps of it were wanted, the lead-in included.
    pub steps: usize,
}

/// What the composer hears before it goes on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Opening {
    /// One of the excerpts that the model has kept, by its number, the first being 0.
    Kept(usize),
    /// Music of the musician's own, as models keep their primers.
    Own(Box<Record>),
}

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
    #[serde(skip_serializing_if = "Option::is_none", with = "metre_in_words")]
    pub metre: Option<Metre>,
}

/// Why a script cannot be played; the message says what would do.
#[derive(Debug, thiserror::Error)]
pub enum ScriptError {
    /// It is no script.
    #[error("this is no recipe of the studio: {0}; copy the whole line")]
    Text(String),
    /// Some number is out of bounds.
    #[error("{0}")]
    OutOfBounds(&'static str),
    /// The model has no such excerpt.
    #[error(
        "the model has no excerpt number {0} to begin with; use the model that the recipe names"
    )]
    NoSuchExcerpt(usize),
    /// The musician's own music cannot be read.
    #[error(transparent)]
    Primer(#[from] PrimerError),
}

impl Change {
    /// Whether anything is asked for.
    pub fn is_empty(&self) -> bool {
        *self == Change { step: self.step, ..Change::default() }
    }

    /// Sees whether all numbers are within what can be played.
    pub fn check(&self) -> Result<(), ScriptError> {
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
            Some((_, rule)) => Err(ScriptError::OutOfBounds(rule)),
            None => Ok(()),
        }
    }
}

impl Script {
    /// How many changes a script may have.
    pub const MOST_CHANGES: usize = 10_000;

    /// The script as one line of text.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).expect("a script is always text")
    }

    /// Reads such a line.
    pub fn from_text(text: &str) -> Result<Script, ScriptError> {
        let script: Script = serde_json::from_str(text.trim())
            .map_err(|error| ScriptError::Text(error.to_string()))?;
        if script.changes.len() > Self::MOST_CHANGES {
            return Err(ScriptError::OutOfBounds("the recipe has too many changes"));
        }
        if !script.changes.is_sorted_by_key(|change| change.step) {
            return Err(ScriptError::OutOfBounds(
                "the changes must be in the order of their steps",
            ));
        }
        if !(0.0..=0.9).contains(&script.repeats) {
            return Err(ScriptError::OutOfBounds("the share of repeated bars must be 0 to 0.9"));
        }
        script.changes.iter().try_for_each(Change::check)?;
        if let Opening::Own(own) = &script.opening {
            let primer = own.primer()?;
            // A tempo that a change could ask for, and a metre.
            let (tempo, metre) =
                (Some(60_000_000 / primer.roll.tempo.max(1)), Some(primer.metre()));
            Change { tempo, metre, ..Change::default() }.check()?;
        }
        Ok(script)
    }
}

mod metre_in_words {
    use crate::score::Metre;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(metre: &Option<Metre>, to: S) -> Result<S::Ok, S::Error> {
        metre.map(|metre| metre.to_string()).serialize(to)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Metre>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        text.map(|text| text.parse().map_err(serde::de::Error::custom)).transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::primer::Primer;
    use crate::roll::{Keys, Roll, Step};

    fn script() -> Script {
        let mut roll = Roll::new("3/4".parse().unwrap());
        roll.push(Step { play: Keys::from_iter([39, 43]), articulate: Keys::NONE });
        Script {
            version: "0.1.0".into(),
            model: "1a2b3c4d5e6f".into(),
            seed: u64::MAX,
            opening: Opening::Own(Box::new(Record::of(&Primer { source: "mine".into(), roll }))),
            repeats: 0.32,
            changes: vec![
                Change { step: 0, temperature: Some(0.9), tempo: Some(96), ..Change::default() },
                Change { step: 24, metre: Some("6/8".parse().unwrap()), ..Change::default() },
                Change { step: 36, seed: Some(7), density: Some(1.5), ..Change::default() },
            ],
            steps: 96,
        }
    }

    #[test]
    fn a_script_survives_being_written_down() {
        let script = script();
        assert_eq!(Script::from_text(&script.to_text()).unwrap(), script);
        let Opening::Own(own) = &script.opening else { unreachable!() };
        assert_eq!(own.primer().unwrap().roll.len(), 1);
        let kept = Script { opening: Opening::Kept(3), changes: Vec::new(), ..script };
        assert_eq!(Script::from_text(&kept.to_text()).unwrap(), kept);
    }

    #[test]
    fn what_cannot_be_played_is_refused_with_a_rule() {
        let refused = |change: Change| {
            let script = Script { changes: vec![change], ..script() };
            Script::from_text(&script.to_text()).unwrap_err().to_string()
        };
        let none = Change::default();
        assert!(refused(Change { temperature: Some(0.1), ..none }).contains("temperature"));
        assert!(refused(Change { density: Some(11.0), ..none }).contains("density"));
        assert!(refused(Change { tempo: Some(1000), ..none }).contains("tempo"));
        let metre = Some("1/16".parse().unwrap());
        assert!(refused(Change { metre, ..none }).contains("sixteenths"));
        let mut backwards = script();
        backwards.changes.reverse();
        let error = Script::from_text(&backwards.to_text()).unwrap_err().to_string();
        assert!(error.contains("order"), "{error}");
        assert!(Script::from_text("{").is_err());
    }
}
