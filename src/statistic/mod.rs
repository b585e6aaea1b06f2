//! Music as numbers: statistics of passages, and how far two sets of music are from each other.

mod bars;
mod circles;
mod comparison;
mod density;
mod distribution;
mod key;
mod passage;
mod pitch;
mod standard;
#[allow(clippy::module_inception)]
mod statistic;
mod stretches;
mod texture;
mod real_vs_real;

pub use circles::Circles;
pub use comparison::{
    Comparison, Judgement, PieceComparison, PieceFigure, SetComparison, SetFigure, Summary, compare,
};
pub use density::density;
pub use distribution::Distribution;
pub use key::key_of;
pub use passage::{Passage, passages};
pub use real_vs_real::{ROUNDS, RealVsReal};
pub use standard::{Nearness, Standard};
pub use statistic::Statistic;
pub use stretches::{CROWD_KEYS, SHORTEST_MEASURE, STUCK_KEYS, Stretches};
