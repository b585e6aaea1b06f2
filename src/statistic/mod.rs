//! Music as numbers: statistics of passages, and how far two sets of music are from each other.

mod bars;
mod comparison;
mod density;
mod distribution;
mod passage;
mod pitch;
#[allow(clippy::module_inception)]
mod statistic;
mod texture;
mod yardstick;

pub use comparison::{
    Comparison, Judgement, PieceComparison, PieceFigure, SetComparison, SetFigure, Summary, compare,
};
pub use density::density;
pub use distribution::Distribution;
pub use passage::{Passage, passages};
pub use statistic::Statistic;
pub use yardstick::{ROUNDS, Yardstick};
