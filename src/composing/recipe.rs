//! How a piece came about: all that decides its notes.

mod error;
mod legacy;
mod text;

pub use error::RecipeError;

use super::opening::{LeadIn, Opening};
use super::{Change, USUAL_REPEATS};
use crate::primer::{Primer, Record, Request};
use crate::roll::LONGEST_ROLL;
use crate::score::{KeySignature, Metre};
use serde::{Deserialize, Serialize};

/// All that is needed to compose a piece again, note for note, with the model that it names.
///
/// A recipe that has just been [made](Recipe::new) need not name a model or an excerpt: the
/// [piece](super::LivePiece) that is composed by it fills in which ones they were.
///
/// As [text](Recipe::to_text) it is one line of JSON with a [format number](Recipe::FORMAT). Lines
/// without a number, of `compose` and of the studio, are from before there was one; they still
/// [read](Recipe::from_text).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// The version of the program that made it.
    pub version: String,
    /// The [fingerprint](super::Composer::fingerprint) of the model. No other model plays it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// What the model was called: its file, or `markov` for the Markov chain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model_name: Option<String>,
    /// The files and folders that the Markov chain learned from, as they were given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub learn: Vec<String>,
    /// The seed of all random numbers.
    pub seed: u64,
    /// The music that it continues from.
    #[serde(default)]
    pub opening: Opening,
    /// How much of that the piece begins with.
    #[serde(default, skip_serializing_if = "LeadIn::is_none")]
    pub lead_in: LeadIn,
    /// The key that the opening is transposed to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<KeySignature>,
    /// The metre in which the music continues after the opening, if that is not its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metre: Option<Metre>,
    /// The tempo in quarter notes per minute, if it is not that of the opening.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tempo: Option<f64>,
    /// The temperature of the draws, from the first step on.
    #[serde(default = "as_learned")]
    pub temperature: f64,
    /// The share of bars that repeat an earlier one ([`Form`](super::Form)).
    pub repeats: f64,
    /// What was changed along the way, in the order of the steps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// The length in whole measures, after the one in which the opening ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bars: Option<usize>,
    /// The length in steps instead, what the piece begins with included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<usize>,
    /// Which part of an endless stream it is, from 1. Each part has that many bars.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<u64>,
    /// How it was chosen among several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best_of: Option<Choice>,
}

/// How a piece was chosen among several.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// Among how many.
    pub of: u32,
    /// The seed of the one that was chosen: the piece is drawn with it, and so is its excerpt.
    pub seed: u64,
    /// What the judge said of it.
    pub verdict: String,
}

fn as_learned() -> f64 {
    1.0
}

impl Recipe {
    /// How many changes a recipe may have.
    pub const MOST_CHANGES: usize = 10_000;

    /// How many steps of the musician's own music a recipe carries. Longer music is only
    /// [named](Opening::File).
    pub const MOST_OWN_STEPS: usize = 512;

    /// A recipe by a seed, which also chooses the excerpt. It has no length yet.
    pub fn new(seed: u64) -> Recipe {
        Recipe {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            model: None,
            model_name: None,
            learn: Vec::new(),
            seed,
            opening: Opening::default(),
            lead_in: LeadIn::None,
            key: None,
            metre: None,
            tempo: None,
            temperature: as_learned(),
            repeats: USUAL_REPEATS,
            changes: Vec::new(),
            bars: None,
            steps: None,
            part: None,
            best_of: None,
        }
    }

    /// With a length in whole measures.
    pub fn bars(self, bars: usize) -> Recipe {
        Recipe { bars: Some(bars), steps: None, ..self }
    }

    /// Continues from music of one's own, all of which the composer hears.
    pub fn after(self, primer: &Primer) -> Recipe {
        Recipe { opening: Opening::Own(Box::new(Record::of(primer))), ..self }
    }

    /// With another temperature: 1 is as the model has learned, less is safer, more is wilder.
    pub fn temperature(self, temperature: f64) -> Recipe {
        Recipe { temperature, ..self }
    }

    /// With another share of bars that repeat an earlier one, 0 to 0.9.
    pub fn repeats(self, repeats: f64) -> Recipe {
        Recipe { repeats, ..self }
    }

    /// The title of the piece.
    pub fn title(&self) -> String {
        match self.part {
            None => format!("Deep Jammer, seed {}", self.seed),
            Some(part) => format!("Deep Jammer, seed {}, part {part}", self.seed),
        }
    }

    /// The seed that the piece is drawn with.
    pub fn drawn_seed(&self) -> u64 {
        self.best_of.as_ref().map_or(self.seed, |choice| choice.seed)
    }

    /// What is asked of the opening.
    pub fn request(&self) -> Request {
        Request { key: self.key, metre: self.metre, tempo: self.tempo }
    }

    /// Gives a recipe that [only names](Opening::File) the musician's own music that music.
    pub fn supply(&mut self, primer: &Primer) -> Result<(), RecipeError> {
        let Opening::File(file) = &self.opening else { return Err(RecipeError::NeedsNoPrimer) };
        let found = primer.fingerprint();
        if found != file.fingerprint {
            return Err(RecipeError::OtherPrimer { file: file.clone(), found });
        }
        self.opening = Opening::Own(Box::new(Record::of(primer)));
        Ok(())
    }

    /// Checks that everything is within bounds.
    pub fn check(&self) -> Result<(), RecipeError> {
        let metre = self.metre.is_none_or(Metre::is_of_sixteenths);
        let length = |length: Option<usize>| {
            length.is_none_or(|length| (1..=LONGEST_ROLL as usize).contains(&length))
        };
        let carried = match &self.opening {
            Opening::Own(own) if self.lead_in != LeadIn::LastMeasures => own.steps(),
            _ => 0,
        };
        let rules = [
            ((0.01..=10.0).contains(&self.temperature), "the temperature must be 0.01 to 10"),
            ((0.0..=0.9).contains(&self.repeats), "the share of repeated bars must be 0 to 0.9"),
            (
                self.tempo.is_none_or(|tempo| (20.0..=300.0).contains(&tempo)),
                "the tempo must be 20 to 300",
            ),
            (metre, "a measure must be a whole number of sixteenths"),
            (
                self.bars.is_none() || self.steps.is_none(),
                "the length must be given in bars or in steps, not in both",
            ),
            (length(self.bars), "a piece can have 1 to 1,000,000 bars"),
            (
                self.part.is_none_or(|part| part > 0 && self.bars.is_some()),
                "the parts of a stream are counted from 1, and have a length in bars",
            ),
            (self.changes.len() <= Self::MOST_CHANGES, "the recipe has too many changes"),
            (
                self.changes.is_sorted_by_key(|change| change.step),
                "the changes must be in the order of their steps",
            ),
            (carried <= Self::MOST_OWN_STEPS, "a recipe can carry at most 512 steps of music"),
        ];
        if let Some((_, rule)) = rules.into_iter().find(|(kept, _)| !kept) {
            return Err(RecipeError::OutOfBounds(rule));
        }
        self.changes.iter().try_for_each(Change::check)?;
        match &self.opening {
            Opening::Own(own) => Ok(own.primer().map(|_| ())?),
            _ => Ok(()),
        }
    }
}
