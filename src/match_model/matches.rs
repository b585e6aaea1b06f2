//! Where matches were found.

use super::{LOCAL_REACHES, LocalMatches};

/// A match: some steps that occurred before, and the step that followed them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Match {
    /// The number of the step in the piece that followed the earlier occurrence.
    pub source: u32,
    /// How many steps agree; 0 if nothing was found.
    pub length: u16,
}

/// A match at another pitch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TransposedMatch {
    /// The match.
    pub at: Match,
    /// By how many semitones the earlier occurrence has to be moved to agree.
    pub semitones: i8,
}

/// A place that was like the present one, if not the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SimilarMatch {
    /// The number of the step in the piece that followed the similar steps.
    pub source: u32,
    /// How alike the steps are, from 0 (nothing was found) to 255 (equal for a long time).
    pub similarity: u8,
}

/// All matches before one step of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Matches {
    /// The number of the step that is to be predicted.
    pub step: u32,
    /// The longest match of all keys; the latest of several.
    pub exact: Match,
    /// How many matches there are that are as long as this one, or 16 steps at least.
    pub occurrences: u8,
    /// The longest match of all keys that was followed by something else.
    pub otherwise: Match,
    /// The longest match at another pitch.
    pub transposed: TransposedMatch,
    /// The most similar place.
    pub similar: SimilarMatch,
    /// The longest match of each key's neighbourhood.
    pub local: [LocalMatches; LOCAL_REACHES.len()],
}
