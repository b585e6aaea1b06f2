//! Originality: what a piece has in common with the training music.
//!
//! [`Originality`] takes the [`TrainingMusic`] and finds the longest [`Match`] of a roll with it,
//! at any transposition. The search is exact: it uses a suffix automaton, and there is no longer
//! match. [`Packed`] is the compressed form of the training music in model files. Start with
//! [`Originality::longest_match`].

mod encoding;
mod packed;
mod search;
mod suffix_automaton;
mod training_music;

pub use packed::{Packed, PackedError, TooMuchMusic};
pub use search::{COPY_STEPS, LEAST_KEYS, LEAST_STROKES, Match, Originality};
pub use training_music::{TrainingMusic, TrainingPiece};
