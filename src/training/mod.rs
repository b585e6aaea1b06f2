//! Learning from music.

mod excerpts;
mod lane;
mod memory;
mod optimiser;
mod settings;
mod snapshot;
mod trainer;

pub use excerpts::Excerpts;
pub use lane::LaneState;
pub use memory::memory_needed;
pub use optimiser::{Optimiser, OptimiserError, OptimiserSettings, clip};
pub use settings::{SettingsError, TrainingSettings};
pub use snapshot::{Snapshot, SnapshotError, TrainerState};
pub use trainer::{Progress, Start, Trainer};
