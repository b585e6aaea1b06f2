//! Why MIDI bytes or files cannot be read.

use std::io;
use std::path::PathBuf;

use super::Warning;

/// Why bytes cannot be read as a piece. Reports count such errors by their names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MidiError {
    /// There are no bytes.
    #[error("the file is empty; fetch or export it again")]
    Empty,
    /// The bytes are not MIDI.
    #[error(
        "not a MIDI file: it begins with neither \"MThd\" nor a RIFF wrapper around it; \
         give a Standard MIDI file (.mid)"
    )]
    NotMidi,
    /// The header has fewer than the six bytes that the format asks for.
    #[error("the MIDI header is {0} bytes long instead of 6; fetch or export the file again")]
    Header(usize),
    /// The file ends before its header does.
    #[error(
        "the file is cut short: its header lacks its last {missing} bytes; fetch or export the \
         file again"
    )]
    Truncated {
        /// How many of its bytes are missing.
        missing: usize,
    },
    /// A quarter note, or a film frame, has no ticks.
    #[error("the header gives 0 ticks to a quarter note or frame; export the file again")]
    NoTicks,
    /// The file has no notes to learn from or to play.
    #[error(
        "no notes in any track ({percussion} percussion strokes, which do not count{}); \
         give a file with piano music",
        also(warnings)
    )]
    NoNotes {
        /// The number of percussion notes.
        percussion: usize,
        /// What is odd about the file. It may be the reason why no notes are left.
        warnings: Vec<Warning>,
    },
}

/// What else is to be said about a file without notes: its first few warnings.
fn also(warnings: &[Warning]) -> String {
    warnings.iter().take(5).map(|warning| format!("; {warning}")).collect()
}

/// Why a file cannot be read; the message names the file.
#[derive(Debug, thiserror::Error)]
#[error("{}: {fault}", path.display())]
pub struct FileError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub fault: FileFault,
}

/// What is wrong with a file.
#[derive(Debug, thiserror::Error)]
pub enum FileFault {
    /// The system cannot read it.
    #[error("cannot be read ({0}); check the path and its permissions")]
    Io(io::Error),
    /// It is larger than [`LARGEST_FILE`](super::LARGEST_FILE).
    #[error("larger than {} MiB, which no piece of music is; give a Standard MIDI file",
        super::LARGEST_FILE >> 20)]
    TooLarge,
    /// Its bytes are not a piece of music.
    #[error("{0}")]
    Midi(MidiError),
}
