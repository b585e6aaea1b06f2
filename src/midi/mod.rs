//! Standard MIDI files to scores and back.
//!
//! The file is cut into chunks, each track into events, the strokes of each key are joined into
//! notes: [`read()`] does all three, [`write()`] goes the way back.
//! The format is that of the Standard MIDI Files Specification 1.0 (RP-001). Nothing of the crate
//! that decodes and encodes single events shows outside this module.

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

/// The channel (counted from 0) that General MIDI keeps for percussion: its "pitches" are drums.
const PERCUSSION_CHANNEL: u8 = 9;
