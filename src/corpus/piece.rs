//! Pieces: files that have been read and transcribed.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::set::{SetError, is_set, read_set};
use super::{CorpusError, find};
use crate::midi::{self, FileError, Warning};
use crate::roll::{Roll, RollError, Transcription};

/// A piece of music from a file.
#[derive(Debug, Clone)]
pub struct Piece {
    /// The file.
    pub path: PathBuf,
    /// The file's name without its extension.
    pub name: String,
    /// The name of the folder in which the file lies; in many collections the composer's.
    pub folder: String,
    /// The title that the file itself gives.
    pub title: Option<String>,
    /// The roll, and what was lost in transcribing it.
    pub transcription: Transcription,
    /// How many percussion strokes were left out.
    pub percussion: usize,
    /// What was odd about the file.
    pub warnings: Vec<Warning>,
    /// The part of a published split to which it belongs, where it comes from such a set.
    pub part: Option<Part>,
}

/// The parts of a published split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// To learn from.
    Training,
    /// To choose by.
    Validation,
    /// To be read once, at the end.
    Test,
}

impl Part {
    /// The name in the files of such sets.
    pub fn name(self) -> &'static str {
        match self {
            Part::Training => "train",
            Part::Validation => "valid",
            Part::Test => "test",
        }
    }
}

/// Why a file gives no piece; the message names it.
#[derive(Debug, thiserror::Error)]
pub enum PieceError {
    /// It cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// It cannot be transcribed.
    #[error("{}: {reason}", path.display())]
    Roll {
        /// The file.
        path: PathBuf,
        /// What is wrong with its notes.
        reason: RollError,
    },
    /// It is a set of pieces, and a bad one.
    #[error(transparent)]
    Set(#[from] SetError),
}

impl PieceError {
    /// The reason without the file's name, for where that is said already.
    pub fn reason(&self) -> String {
        match self {
            PieceError::File(error) => error.fault.to_string(),
            PieceError::Roll { reason, .. } => reason.to_string(),
            PieceError::Set(error) => error.fault.to_string(),
        }
    }
}

impl Piece {
    /// Reads and transcribes a file.
    pub fn read(path: &Path) -> Result<Piece, PieceError> {
        let reading = midi::read_file(path)?;
        let transcription = Roll::from_score(&reading.score)
            .map_err(|reason| PieceError::Roll { path: path.to_owned(), reason })?;
        let in_words =
            |name: Option<&std::ffi::OsStr>| name.unwrap_or_default().to_string_lossy().into();
        Ok(Piece {
            path: path.to_owned(),
            name: in_words(path.file_stem()),
            folder: in_words(path.parent().and_then(Path::file_name)),
            title: reading.score.title,
            transcription,
            percussion: reading.percussion,
            warnings: reading.warnings,
            part: None,
        })
    }

    /// The piece in 16ths.
    pub fn roll(&self) -> &Roll {
        &self.transcription.roll
    }

    /// How long the piece lasts at its mean tempo, in seconds.
    pub fn seconds(&self) -> f64 {
        self.roll().len() as f64 / 4.0 * f64::from(self.roll().tempo) / 1e6
    }
}

/// A file that gives no piece.
#[derive(Debug)]
pub struct Failure {
    /// The file.
    pub path: PathBuf,
    /// Why.
    pub reason: PieceError,
}

/// What was found under some paths, in the order of the files' paths.
#[derive(Debug, Default)]
pub struct Corpus {
    /// The files that could be read.
    pub pieces: Vec<Piece>,
    /// The files that could not.
    pub failures: Vec<Failure>,
}

/// Reads all MIDI files among and under some paths ([`find`]), on all processors; a file called
/// `.json` or `.json.gz` is a set of many pieces ([`read_set`]).
pub fn read<P: AsRef<Path>>(paths: &[P]) -> Result<Corpus, CorpusError> {
    let files = find(paths)?;
    let readings: Vec<Result<Vec<Piece>, PieceError>> = files
        .par_iter()
        .map(|path| match is_set(path) {
            true => Ok(read_set(path)?),
            false => Ok(vec![Piece::read(path)?]),
        })
        .collect();
    let mut corpus = Corpus::default();
    for (path, reading) in files.into_iter().zip(readings) {
        match reading {
            Ok(pieces) => corpus.pieces.extend(pieces),
            Err(reason) => corpus.failures.push(Failure { path, reason }),
        }
    }
    Ok(corpus)
}
