//! Learning from music.

mod excerpts;
mod optimiser;
mod trainer;

pub use excerpts::Excerpts;
pub use optimiser::{Adadelta, Adam, Optimiser, OptimiserError, clip};
pub use trainer::{Progress, Trainer, TrainingSettings};
