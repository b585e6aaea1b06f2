//! The folder of a training run.

pub mod metrics;
pub mod plots;
pub mod samples;
mod table;
pub mod times;
