//! Composing: a stream of new steps out of what a network, or a baseline, has learned.

mod composer;
mod guard;
mod piece;
mod recipe;
mod stream;

pub use composer::Composer;
pub use guard::{CROWDED_KEYS, Guard, MOST_KEYS, SILENT_STEPS, STUCK_STEPS};
pub use piece::{Composition, compose};
pub use recipe::Recipe;
pub use stream::Stream;
