//! What a piece has said before, and what followed then.
//!
//! Music repeats itself. A match model, as strong text compressors have one (M. Mahoney, PAQ, 2005),
//! finds where the last steps of a piece have occurred before in the same piece, and tells what came
//! next. Four kinds of match are looked for:
//!
//! - **exact**: the longest run of steps that are the same on all keys;
//! - **transposed**: the same at another pitch;
//! - **similar**: the distance at which the last sixteen steps or so were most alike, so that a varied
//!   return is still found;
//! - **local**: for each key, the longest run in which the key and the keys around it did the same, so
//!   that one hand's return is found while the other hand does something new.
//!
//! [`MatchModel`] is a value that grows step by step. [`MatchModel::matches`] says where the matches
//! are ([`Matches`]), and [`Continuations`] what followed there. Both depend on earlier steps of the
//! same piece only, and are the same whether a piece is read at once or step by step. In a transposed
//! piece they are the same, transposed.

mod alignments;
mod continuations;
mod local;
mod matches;
mod model;
mod piece_steps;

pub use continuations::{Continuation, Continuations};
pub use local::{LOCAL_REACHES, LONGEST_LOCAL, LocalMatches, SHORTEST_LOCAL};
pub use matches::{Match, Matches, SimilarMatch, TransposedMatch};
pub use model::{MatchModel, REMEMBERED_STEPS, SHORTEST_EXACT, SHORTEST_TRANSPOSED};
