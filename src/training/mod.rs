//! Learning from music.

mod excerpts;
mod footprint;
mod lane;
mod optimiser;
mod settings;
mod snapshot;
mod trainer;
mod validation;

pub use excerpts::Excerpts;
pub use footprint::memory_needed;
pub use lane::LaneState;
pub use optimiser::{Optimiser, OptimiserError, OptimiserSettings, clip};
pub use settings::{SettingsError, TrainingSettings};
pub use snapshot::{Snapshot, SnapshotError, TrainerState};
pub use trainer::{Progress, Start, Trainer};
pub use validation::{PASSAGE_STEPS, in_passages, nll, per_step};
