//! The music that a piece continues from.

use crate::primer::Record;
use serde::{Deserialize, Serialize};

/// What the composer hears before it continues by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Opening {
    /// One of the excerpts that the model carries.
    Excerpt(ModelExcerpt),
    /// Music of the musician's own, as models keep their primers.
    Own(Box<Record>),
    /// Music of the musician's own that is only named here: it is too long to be carried along.
    File(PrimerFile),
}

/// Which of the model's excerpts it is.
///
/// If the number is not given, the seed [chooses](crate::primer::chosen) among the excerpts that
/// [will do](crate::primer::select). The recipe of a piece that has begun gives all three.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ModelExcerpt {
    /// Its number, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<usize>,
    /// The piece that it is from; checked if it is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Its [fingerprint](crate::primer::Primer::fingerprint); checked if it is given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
}

/// A file of the musician's own, by which it can be found and recognised again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PrimerFile {
    /// Its name, without the extension.
    pub name: String,
    /// The [fingerprint](crate::primer::Primer::fingerprint) of its music.
    pub fingerprint: String,
}

/// How much of the opening the piece itself begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeadIn {
    /// Nothing: only what is new is kept. If the opening ends within a measure, rests stand for the
    /// beginning of that measure.
    #[default]
    None,
    /// All of it.
    Whole,
    /// Its last four measures, and the composer hears only its last 512 steps: the studio does so
    /// with music of the musician's own.
    LastMeasures,
}

impl LeadIn {
    pub(super) fn is_none(&self) -> bool {
        *self == LeadIn::None
    }
}

impl Default for Opening {
    /// The excerpt that the seed chooses.
    fn default() -> Opening {
        Opening::Excerpt(ModelExcerpt::default())
    }
}

impl Opening {
    /// The excerpt of a number, from 0.
    pub fn excerpt(number: usize) -> Opening {
        Opening::Excerpt(ModelExcerpt { number: Some(number), ..ModelExcerpt::default() })
    }

    /// Where the music comes from, if that is known yet.
    pub fn source(&self) -> Option<&str> {
        match self {
            Opening::Excerpt(excerpt) => excerpt.source.as_deref(),
            Opening::Own(own) => Some(own.source()),
            Opening::File(file) => Some(&file.name),
        }
    }
}
