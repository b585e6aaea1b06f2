//! Training: segments are sampled from pieces, an engine computes loss and gradient, an optimiser
//! changes the weights.

mod lane;
mod memory;
mod optimiser;
mod segment_sampler;
mod settings;
mod snapshot;
mod trainer;

pub use lane::LaneState;
pub use memory::memory_needed;
pub use optimiser::{Optimiser, OptimiserError, OptimiserSettings, clip};
pub use segment_sampler::SegmentSampler;
pub use settings::{SettingsError, TrainingSettings};
pub use snapshot::{Snapshot, SnapshotError, TrainerState};
pub use trainer::{Progress, Start, Trainer};
