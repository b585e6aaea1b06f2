//! The piano roll that all parts of the program share: 88 keys by 16th-note steps.

mod keys;
#[allow(clippy::module_inception)]
mod roll;
mod step;

pub use keys::{KEYS, Keys, LOWEST_PITCH};
pub use roll::{MetreChange, Roll, RollNote};
pub use step::{Place, Step};
