//! Music found on disk: which files there are, what they hold, and which to learn from.

mod files;
mod inspection;
mod piece;
mod repeats;
mod set;

pub use files::{CorpusError, EXTENSIONS, find};
pub use inspection::{
    FileReport, Inspection, Music, OFF_GRID_SHARE, SHORTEST, Summary, Verdict, inspect,
};
pub use piece::{Corpus, Failure, Part, Piece, PieceError, read};
pub use repeats::{CONTAINMENT, alike, repeats};
pub use set::{LARGEST_SET, SetError, SetFault, is_set, read_set};
