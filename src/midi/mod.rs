//! Standard MIDI files to scores and back.
//!
//! [`read()`] turns bytes into a [`Score`](crate::score::Score): it cuts the file into chunks and
//! each track into events, pairs note-on with note-off events, merges the pedals of all channels and
//! bounds what lies far beyond the music. [`write()`] turns a score into bytes. [`read_file`] reads
//! from disk, with errors that name the file. Oddities that do not prevent reading come back as
//! [`Warning`]s. The format is that of the Standard MIDI Files Specification 1.0 (RP-001). The crates
//! that encode events and decode texts do not appear outside this module.

mod chunks;
mod error;
mod events;
mod far;
mod header;
mod note_pairing;
mod pedals;
mod read;
mod score_builder;
mod text;
mod warning;
mod write;

pub use error::{FileError, FileFault, MidiError};
pub use read::{LARGEST_FILE, ParsedMidi, read, read_file};
pub use warning::Warning;
pub use write::write;

/// The percussion channel of General MIDI (counted from 0). Its "pitches" are drums.
const PERCUSSION_CHANNEL: u8 = 9;
