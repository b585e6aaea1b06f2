//! Evaluation: the negative log-likelihood (NLL) of pieces under a network and under the baselines,
//! in figures that others can check.
//!
//! All likelihoods are exact: they cover whole pieces from the first step to the last, and every
//! step is predicted from all steps before it. Confidence intervals come from a bootstrap over
//! pieces.

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
pub use evaluator::{Evaluator, PlayOnly};
pub use piece_score::{ConfusionCounts, PieceScore};
pub use report::{Entry, Exposure, FolderFigures, PieceFigures, Report};
pub use summary::{Mean, Summary};
