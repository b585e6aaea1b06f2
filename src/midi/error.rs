//! Why MIDI bytes or files cannot be read.

use std::io;
use std::path::PathBuf;

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
    Header(u32),
    /// The file ends before one of its chunks does.
    #[error(
        "the file is cut short: {chunk}, at byte {offset}, lacks its last {missing} bytes; \
         fetch or export the file again"
    )]
    Truncated {
        /// Which chunk, as in "track 2".
        chunk: String,
        /// Where the chunk begins.
        offset: usize,
        /// How many of its bytes are missing.
        missing: usize,
    },
    /// The file has fewer tracks than its header promises.
    #[error(
        "the file is cut short: its header promises {promised} tracks, but only {found} are \
         there; fetch or export the file again"
    )]
    TracksMissing {
        /// How many tracks the header promises.
        promised: u16,
        /// How many there are.
        found: usize,
    },
    /// Format 2: independent patterns rather than one piece.
    #[error(
        "a MIDI file of format 2 holds separate patterns, not one piece; \
         export it as format 0 or 1"
    )]
    Patterns,
    /// A format that does not exist.
    #[error("unknown MIDI format {0}; export the file as format 0 or 1")]
    Format(u16),
    /// Time is counted in film frames, so the file has no beats.
    #[error(
        "time is counted in SMPTE frames ({0} per second) instead of beats; \
         export the file with ticks per quarter note"
    )]
    Smpte(u8),
    /// A quarter note has no ticks.
    #[error("the header gives 0 ticks to a quarter note; export the file again")]
    NoTicks,
    /// The file has no notes to learn from or to play.
    #[error(
        "no notes in any track ({percussion} percussion strokes, which do not count); \
         give a file with piano music"
    )]
    NoNotes {
        /// The number of percussion notes.
        percussion: usize,
    },
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
