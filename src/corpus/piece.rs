//! Reads files as pieces.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::set::{SetError, is_set, read_set};
use super::{CorpusError, Found, find};
use crate::midi::{self, FileError, Warning};
use crate::roll::{Roll, RollError, Transcription};

/// A piece of music from a file.
#[derive(Debug, Clone)]
pub struct Piece {
    /// The file.
    pub path: PathBuf,
    /// The file's name without its extension.
    pub name: String,
    /// The name of the file's folder. In many collections it is the composer's name.
    pub folder: String,
    /// The title that the file itself gives.
    pub title: Option<String>,
    /// The roll, and what was lost in quantising the file.
    pub transcription: Transcription,
    /// What was odd about the file.
    pub warnings: Vec<Warning>,
    /// Its split, if it comes from a dataset with a published split.
    pub published_split: Option<PublishedSplit>,
}

/// The splits of a published dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublishedSplit {
    /// Pieces to learn from.
    Training,
    /// Pieces by which models and settings are chosen.
    Validation,
    /// Pieces that are used once, at the end.
    Test,
}

impl PublishedSplit {
    /// Its name in the files of such datasets.
    pub fn name(self) -> &'static str {
        match self {
            PublishedSplit::Training => "train",
            PublishedSplit::Validation => "valid",
            PublishedSplit::Test => "test",
        }
    }
}

/// Why a file cannot be read as a piece; the message names the file.
#[derive(Debug, thiserror::Error)]
pub enum PieceError {
    /// The MIDI file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// Its score cannot be turned into a roll.
    #[error("{}: {reason}", path.display())]
    Roll {
        /// The file.
        path: PathBuf,
        /// What is wrong with its notes.
        reason: RollError,
    },
    /// It is a set of pieces that cannot be read.
    #[error(transparent)]
    Set(#[from] SetError),
    /// Its name, or that of a folder that it is in, is not Unicode text. No file that the program
    /// writes could name it.
    #[error("{}: {}", path.display(), not_unicode(path, part))]
    NotUnicode {
        /// The file.
        path: PathBuf,
        /// The file, or the outermost of the folders with such a name.
        part: PathBuf,
    },
    /// It is a folder that cannot be listed.
    #[error("{}: {}", path.display(), not_listed(reason))]
    Folder {
        /// The folder.
        path: PathBuf,
        /// The system's error.
        reason: walkdir::Error,
    },
}

fn not_unicode(path: &Path, part: &Path) -> String {
    let name = part.file_name().unwrap_or_default().to_string_lossy();
    match path == part {
        true => "its name is not Unicode text; rename it".to_owned(),
        false => format!("its folder {name} has a name that is not Unicode text; rename it"),
    }
}

fn not_listed(reason: &walkdir::Error) -> String {
    // By itself, the system's error does not repeat the path.
    let reason = reason.io_error().map_or_else(|| reason.to_string(), ToString::to_string);
    format!("this folder cannot be listed ({reason}); check its permissions")
}

impl PieceError {
    /// The reason without the file's name, for messages that name it already.
    pub fn reason(&self) -> String {
        match self {
            PieceError::File(error) => error.fault.to_string(),
            PieceError::Roll { reason, .. } => reason.to_string(),
            PieceError::Set(error) => error.fault.to_string(),
            PieceError::NotUnicode { path, part } => not_unicode(path, part),
            PieceError::Folder { reason, .. } => not_listed(reason),
        }
    }
}

impl Piece {
    /// Reads a MIDI file and quantises it to a roll.
    pub fn read(path: &Path) -> Result<Piece, PieceError> {
        let reading = midi::read_file(path)?;
        let transcription = Roll::from_midi(&reading)
            .map_err(|reason| PieceError::Roll { path: path.to_owned(), reason })?;
        let in_words =
            |name: Option<&std::ffi::OsStr>| name.unwrap_or_default().to_string_lossy().into();
        Ok(Piece {
            path: path.to_owned(),
            name: in_words(path.file_stem()),
            folder: in_words(path.parent().and_then(Path::file_name)),
            title: reading.score.title,
            transcription,
            warnings: reading.warnings,
            published_split: None,
        })
    }

    /// The piece in 16ths.
    pub fn roll(&self) -> &Roll {
        &self.transcription.roll
    }

    /// The length of the piece in its tempos, in seconds.
    pub fn seconds(&self) -> f64 {
        self.roll().seconds()
    }
}

/// A file that cannot be read as a piece, or a folder that cannot be listed.
#[derive(Debug)]
pub struct Failure {
    /// The file.
    pub path: PathBuf,
    /// Why it cannot be read.
    pub reason: PieceError,
}

/// The files in some paths, in the order of their paths.
#[derive(Debug, Default)]
pub struct Corpus {
    /// The pieces of the files that could be read.
    pub pieces: Vec<Piece>,
    /// The files that could not be read.
    pub failures: Vec<Failure>,
}

/// Reads all MIDI files in some paths, as [`find`] finds them, on all processors. A file that ends
/// in `.json` or `.json.gz` is read as a set of many pieces ([`read_set`]).
pub fn read<P: AsRef<Path>>(paths: &[P]) -> Result<Corpus, CorpusError> {
    let Found { files, failures } = find(paths)?;
    let readings: Vec<_> = files.par_iter().map(|path| pieces_of(path)).collect();
    let mut corpus = Corpus { pieces: Vec::new(), failures };
    for (path, reading) in files.into_iter().zip(readings) {
        match reading {
            Ok(pieces) => corpus.pieces.extend(pieces),
            Err(reason) => corpus.failures.push(Failure { path, reason }),
        }
    }
    corpus.failures.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(corpus)
}

/// The piece of a file, or all pieces of a set.
pub(super) fn pieces_of(path: &Path) -> Result<Vec<Piece>, PieceError> {
    match is_set(path) {
        true => Ok(read_set(path)?),
        false => Ok(vec![Piece::read(path)?]),
    }
}
