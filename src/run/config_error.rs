//! What can be wrong with a configuration.

use crate::network::ArchitectureError;
use crate::training::SettingsError;
use std::path::PathBuf;

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{}: cannot be read ({reason}); check the path and its permissions", path.display())]
    System {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        reason: std::io::Error,
    },
    /// The file is not TOML, or a setting is unknown or has a value of the wrong type.
    #[error("{place}: {what}")]
    Setting {
        /// The file and the line, or the option.
        place: String,
        /// What is wrong.
        what: String,
    },
    /// A path is not Unicode text, so TOML cannot hold it.
    #[error("{}: the path is not Unicode text; rename it, or start in another folder", .0.display())]
    Path(PathBuf),
    /// A value is out of range.
    #[error("{name} must be {allowed}, not {value}")]
    Range {
        /// The setting.
        name: &'static str,
        /// The values that it may have.
        allowed: &'static str,
        /// Its value.
        value: String,
    },
    /// The file has another version of the format.
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
    /// The architecture is invalid.
    #[error(transparent)]
    Architecture(#[from] ArchitectureError),
    /// The training settings are invalid.
    #[error(transparent)]
    Training(#[from] SettingsError),
}
