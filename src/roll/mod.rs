//! The piano roll that all parts of the program share: 88 keys by 16th-note steps.

mod from_score;
mod keys;
#[allow(clippy::module_inception)]
mod roll;
mod step;
mod to_score;

pub use from_score::{KeyChange, LONGEST_ROLL, RollError, Transcription};
pub use keys::{KEYS, Keys, LOWEST_PITCH};
pub use roll::{MetreChange, Roll, RollNote};
pub use step::{Place, Step};
pub use to_score::{TICKS_PER_QUARTER, TICKS_PER_STEP, VELOCITY};
