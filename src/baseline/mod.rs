//! Baselines: three predictors of the next step that need no network. All are made of counts and
//! know nothing but the step before. A network that is worth its training beats them all.

mod counts;
#[allow(clippy::module_inception)]
mod baseline;

pub use baseline::{Baseline, Kind};
pub use counts::Counts;
