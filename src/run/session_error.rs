//! Why a run cannot begin or go on.

use super::checkpoint::CheckpointError;
use super::plots::PlotsError;
use super::samples::SampleError;
use super::table::TableError;
use super::{FolderError, MusicError};
use crate::atomic_file::AtomicFileError;
use crate::model::ModelWriteError;
use crate::primer::PrimerError;
use crate::training::SnapshotError;
use std::io;
use std::path::PathBuf;

/// Why a run cannot continue. Everything that was saved before is intact.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// The loss, the gradient or the weights are not finite.
    #[error(
        "the training has diverged: in epoch {0} {1} not finite; start a new run \
         with a smaller learning rate or a smaller gradient norm"
    )]
    Diverged(u64, &'static str),
    /// A file cannot be written.
    #[error(transparent)]
    Writing(#[from] AtomicFileError),
    /// A table cannot be read or written.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A model cannot carry the training music.
    #[error(transparent)]
    Music(#[from] MusicError),
    /// A model was not written: it cannot be, or it could not be read back.
    #[error(transparent)]
    Model(#[from] ModelWriteError),
    /// A checkpoint was not saved: it cannot be, or it could not be read back.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// A file of the run was not written, because it could not be read back.
    #[error("{}: not written, because it could not be read back: {what}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong with its content.
        what: String,
    },
    /// A model file could give none of the primers back.
    #[error("{}: {reason}, and so it is with all others; leave that piece out", path.display())]
    Primers {
        /// The model file.
        path: PathBuf,
        /// Why the first of them cannot be read back.
        reason: PrimerError,
    },
    /// The files that a resume has to remove cannot be removed.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A sample cannot be written.
    #[error(transparent)]
    Sample(#[from] SampleError),
    /// The plots cannot be drawn.
    #[error(transparent)]
    Plots(#[from] PlotsError),
    /// The checkpoint belongs to another network or dataset.
    #[error("{}: {reason}", path.display())]
    Snapshot {
        /// The checkpoint.
        path: PathBuf,
        /// The mismatch.
        reason: SnapshotError,
    },
    /// The operating system could not read the file.
    #[error("cannot read {}: {reason}", path.display())]
    System {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        reason: io::Error,
    },
}

impl SessionError {
    /// The error of a file whose content was read back as something else, or not at all.
    pub(super) fn unreadable<T, E: ToString>(path: PathBuf, read: Result<T, E>) -> SessionError {
        let other = || "it came back as something else".to_owned();
        SessionError::Unreadable { path, what: read.err().map_or_else(other, |it| it.to_string()) }
    }
}
