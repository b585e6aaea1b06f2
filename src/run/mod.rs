//! A training run: its folder, and the training that fills it.

mod card;
mod checkpoint;
mod config;
mod dataset;
mod dataset_file;
mod folder;
pub mod metrics;
pub mod plots;
mod training_music;
mod resource_estimate;
pub mod samples;
mod schedule;
mod session;
mod settings;
mod sides;
mod split;
mod table;
pub mod times;
mod observer;

pub use checkpoint::{
    Best, Checkpoint, DamagedCheckpoint, NoCheckpoint, RunState, newest as newest_checkpoint,
    newest_path as newest_checkpoint_path,
};
pub use config::{
    ARTICLE_EPOCHS, Beginning, Config, ConfigError, CorpusChoice, DEFAULT_EPOCHS, Difference, Goal,
    Retention,
};
pub use dataset::{Dataset, DatasetError, Pieces};
pub use dataset_file::{DatasetFile, Split};
pub use folder::{FolderError, Lock, RunFolder};
pub use observer::{Observer, Outcome, Report};
pub use resource_estimate::{ResourceError, ResourceEstimate};
pub use schedule::{Schedule, StopReason};
pub use session::{Session, SessionError};
pub use settings::Settings;
pub use split::{Candidate, hold_out};
pub use training_music::{carried, training_music};
