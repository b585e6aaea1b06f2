//! Music on disk: finds MIDI files, reads them as pieces, and judges which to learn from.
//!
//! [`read`] takes files and folders and returns a [`Corpus`]: a [`Piece`] for each file that can be
//! read, and the reason for each that cannot. Datasets in the JSON format of Boulanger-Lewandowski
//! are read as well, with their published split ([`read_set`]). [`duplicate_of`] finds duplicates,
//! and [`inspect`] reports on every file. Start with [`read`] and [`Piece`].

mod duplicates;
mod files;
mod inspection;
mod piece;
mod reason;
mod set;
mod summary;

pub use duplicates::{CONTAINMENT, all_duplicates, duplicate_of};
pub use files::{CorpusError, EXTENSIONS, Found, find};
pub use inspection::{FileReport, Inspection, Music, OFF_GRID_SHARE, SHORTEST, Verdict, inspect};
pub use piece::{Corpus, Failure, Piece, PieceError, PublishedSplit, read};
pub use set::{LARGEST_SET, SetError, SetFault, is_set, read_set};
pub use summary::{Summary, Total};
