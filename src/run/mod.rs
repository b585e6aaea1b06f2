//! A training run: its folder, and the training that fills it.

mod card;
mod checkpoint;
mod config;
mod dataset;
mod dataset_file;
mod folder;
pub mod metrics;
pub mod plots;
mod repertoire;
mod room;
pub mod samples;
mod schedule;
mod session;
mod settings;
mod sides;
mod split;
mod table;
pub mod times;
mod watch;

pub use checkpoint::{
    Best, Checkpoint, NoCheckpoint, Standing, Torn, newest as newest_checkpoint,
    newest_path as newest_checkpoint_path,
};
pub use config::{
    ARTICLE_EPOCHS, Beginning, Config, ConfigError, CorpusChoice, DEFAULT_EPOCHS, Difference, Goal,
    Keeping,
};
pub use dataset::{Dataset, DatasetError, Pieces};
pub use dataset_file::{DatasetFile, Side};
pub use folder::{FolderError, Lock, RunFolder};
pub use repertoire::{carried, repertoire};
pub use room::{Room, RoomError};
pub use schedule::{Ending, Schedule};
pub use session::{Session, SessionError};
pub use settings::Settings;
pub use split::{Candidate, hold_out};
pub use watch::{Outcome, Report, Watch};
