//! The files that a network is trained on and evaluated with: their hashes, and the split into training,
//! validation and test pieces.
//!
//! Copies of one piece of music are always in the same split, however they are named.

mod assign;
#[allow(clippy::module_inception)]
mod dataset;
mod dataset_file;
mod hold_out;
mod split;

pub use dataset::{Dataset, DatasetError, Pieces};
pub use dataset_file::DatasetFile;
pub use hold_out::{Candidate, hold_out};
pub use split::Split;
