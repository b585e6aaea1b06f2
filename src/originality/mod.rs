//! Originality: what a piece has in common with the music that was learned from.
//!
//! Nothing is estimated: what is found stands there, and nothing longer does.

mod automaton;
mod packed;
mod training_music;
mod search;
mod spelling;

pub use packed::{Packed, PackedError, TooMuchMusic};
pub use search::{COPY_STEPS, LEAST_KEYS, LEAST_STROKES, Match, Originality};
pub use training_music::{TrainingMusic, TrainingPiece};
