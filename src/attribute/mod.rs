//! The attributes: what the network is given as input for each key at each step.

mod block;
mod context;
mod layout;
mod match_block;

pub use block::{Block, VICINITY_REACH};
pub use context::{MAX_AGE, TONALITY_STEPS};
pub use layout::{Layout, StepAttributes};
