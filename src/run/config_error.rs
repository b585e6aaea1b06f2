//! What can be wrong with a configuration.

use crate::network::ArchitectureError;
use crate::training::SettingsError;
use std::path::PathBuf;

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file that cannot be read.
    #[error("{}: cannot be read ({reason}); check the path and its permissions", path.display())]
    System {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: std::io::Error,
    },
    /// A file that is no TOML, or a setting that does not exist or cannot be what it is.
    #[error("{place}: {what}")]
    Setting {
        /// The file and the line, or the option.
        place: String,
        /// What is wrong.
        what: String,
    },
    /// A value beyond its range.
    #[error("{name} must be {allowed}, not {value}")]
    Range {
        /// The setting.
        name: &'static str,
        /// What it may be.
        allowed: &'static str,
        /// What it is.
        value: String,
    },
    /// From another version of the format.
    #[error(
        "{}: is of format {found}, and this program reads format {supported}; use the deep-jammer that \
         wrote it", path.display()
    )]
    Version {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The format that this version reads.
        supported: u32,
    },
    /// The network cannot be built.
    #[error(transparent)]
    Architecture(#[from] ArchitectureError),
    /// The training settings contradict each other or are out of range.
    #[error(transparent)]
    Training(#[from] SettingsError),
}
