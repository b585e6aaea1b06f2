//! Evaluation: how surprising music is to a network and to the baselines, in numbers that others can
//! check.
//!
//! All likelihoods are exact: of whole pieces, from the first step to the last, every step with all
//! that was before it. Intervals are by the bootstrap over pieces.

mod bootstrap;
mod difference;
mod ensemble;
mod evaluator;
mod piece_score;
mod report;
mod summary;

pub use bootstrap::{Bootstrap, Interval};
pub use difference::{Difference, MeanDifference};
pub use ensemble::Ensemble;
pub use evaluator::{Evaluator, OnlySounding};
pub use piece_score::{ConfusionCounts, PieceScore};
pub use report::{Entry, Exposure, FolderFigures, PieceFigures, Report};
pub use summary::{Mean, Summary};
