//! Baselines: what can be said of the next step without a network. Three of them, all made of counts
//! and told nothing but the step before; a network that is worth its training beats them all.

mod counts;
#[allow(clippy::module_inception)]
mod baseline;

pub use baseline::{Baseline, Kind};
pub use counts::Counts;
