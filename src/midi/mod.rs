//! Standard MIDI files: reading and writing.
//!
//! [`read()`] splits the file into chunks and each track into events, then pairs the key
//! strokes and releases into the notes of a [`Score`](crate::score::Score); [`write()`] does
//! the reverse. The format is that of the Standard MIDI Files Specification 1.0 (RP-001). The
//! crate that decodes and encodes single events does not show outside this module.

mod chunks;
mod error;
mod events;
mod read;
mod strokes;
mod warning;
mod write;

pub use error::{FileError, FileFault, MidiError};
pub use read::{LARGEST_FILE, Reading, read, read_file};
pub use warning::Warning;
pub use write::write;

/// The channel (counted from 0) that General MIDI reserves for percussion: its "pitches" are
/// drums.
const PERCUSSION_CHANNEL: u8 = 9;
