//! What the network is told about each key at each step: the attributes.

mod block;
mod layout;
mod scene;

pub use block::{Block, VICINITY_REACH};
pub use layout::{Layout, StepAttributes};
pub use scene::{OLDEST, TONALITY_STEPS};
