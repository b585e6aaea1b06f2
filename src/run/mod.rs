//! A training run: its folder with configuration, dataset, checkpoints and results, and the
//! training session that fills it.

mod card;
mod checkpoint;
mod config;
mod config_error;
mod folder;
mod kept_model;
pub mod metrics;
pub mod plots;
mod training_music;
mod resource_estimate;
pub mod samples;
mod schedule;
mod session;
mod session_error;
mod settings;
mod table;
pub mod times;
mod observer;

pub use checkpoint::{
    Best, Checkpoint, CheckpointError, DamagedCheckpoint, NoCheckpoint, RunState,
    newest as newest_checkpoint, newest_path as newest_checkpoint_path,
};
pub use config::{
    ARTICLE_EPOCHS, Config, CorpusSettings, DEFAULT_EPOCHS, Goal, Initialization, Retention,
    SettingDifference,
};
pub use config_error::ConfigError;
pub use folder::{FolderError, Lock, RunFolder};
pub use observer::{EpochReport, Observer, RunOutcome};
pub use resource_estimate::{ResourceError, ResourceEstimate};
pub use schedule::{Schedule, StopReason};
pub use session::Session;
pub use session_error::SessionError;
pub use settings::Settings;
pub use training_music::{MusicError, music_to_carry, training_music};
