//! A training run: its folder, and the training that fills it.

mod dataset;
pub mod metrics;
pub mod samples;
mod split;
mod table;
pub mod times;

pub use dataset::{Dataset, DatasetError, DatasetFile, Pieces, Side};
pub use split::{Candidate, hold_out};
