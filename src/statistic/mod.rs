//! Music in numbers: statistics of passages, and how far two sets of music are from each other.
//!
//! A [`Statistic`] is a function of a [`Passage`], which is a part of a roll. [`compare`] takes
//! generated and real rolls and returns a [`Comparison`]: the range of each statistic in real
//! passages, the overlap of the distributions and their Wasserstein distance, and a real-vs-real
//! baseline for both. [`Breakdowns`] finds passages in which music has broken down, [`Deviation`]
//! tells how far one piece is from usual, and [`key_of`] estimates the key. `docs/statistics.md`
//! has the definitions and their sources. Start with [`Statistic`] and [`compare`].

mod bars;
mod breakdowns;
mod comparison;
mod density;
mod distribution;
mod key;
mod loop_detector;
mod passage;
mod pitch;
mod real_vs_real;
mod reference;
#[allow(clippy::module_inception)]
mod statistic;
mod texture;

pub use breakdowns::{Breakdowns, CROWD_KEYS, SHORTEST_MEASURE, STUCK_KEYS};
pub use comparison::{
    Comparison, Judgement, PieceComparison, PieceFigure, SetComparison, SetFigure, Summary, compare,
};
pub use density::density;
pub use distribution::Distribution;
pub use key::key_of;
pub use loop_detector::LoopDetector;
pub use passage::{Passage, passages};
pub use real_vs_real::{ROUNDS, RealVsReal};
pub use reference::{Deviation, ReferenceStatistics};
pub use statistic::Statistic;
