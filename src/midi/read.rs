//! MIDI bytes to a score.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::chunks::Tracks;
use super::header::Header;
use super::score_builder::ScoreBuilder;
use super::{FileError, FileFault, MidiError, Warning};
use crate::score::Score;

/// The size of the largest file that is read, in bytes: 64 MiB. A long sonata takes a tenth of a
/// MiB.
pub const LARGEST_FILE: u64 = 64 << 20;

/// A score, and what was found while reading its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedMidi {
    /// The piece; it has at least one note.
    pub score: Score,
    /// The number of percussion notes (channel 10), which were left out.
    pub percussion: usize,
    /// What was odd about the file.
    pub warnings: Vec<Warning>,
}

/// Reads a Standard MIDI file, plain, wrapped (in RIFF or MacBinary) or with a few other bytes before
/// it.
///
/// It is as tolerant as a sequencer: it reads everything that would be played, and warns of
/// everything that is lost. Tracks beyond those that the header promises are not played by others and
/// not here, unless there would be no notes without them. The patterns of a file of format 2 are read
/// one after another. Time in film frames (SMPTE) is read by the clock, at 120 quarters a minute.
pub fn read(bytes: &[u8]) -> Result<ParsedMidi, MidiError> {
    let mut warnings = Vec::new();
    let header = Header::of(bytes, &mut warnings)?;
    let tracks = Tracks::of(bytes, &header, &mut warnings);
    let mut builder = ScoreBuilder::new(&header, warnings);
    tracks.promised.iter().for_each(|data| builder.add(data));
    let (promised, beyond) = (usize::from(header.promised), tracks.beyond.len());
    if beyond > 0 {
        let read = !builder.has_notes();
        if read {
            tracks.beyond.iter().for_each(|data| builder.add(data));
        }
        builder.warn(Warning::MoreTracks { promised, beyond, read });
    }
    builder.finish()
}

/// Reads a MIDI file of at most [`LARGEST_FILE`] bytes; errors name the file.
pub fn read_file(path: &Path) -> Result<ParsedMidi, FileError> {
    let failed = |fault| FileError { path: path.to_owned(), fault };
    let mut bytes = Vec::new();
    // The size that the system gives cannot be trusted: pipes and devices have none.
    let file = File::open(path).map_err(|error| failed(FileFault::Io(error)))?;
    let length = file.take(LARGEST_FILE + 1).read_to_end(&mut bytes);
    if length.map_err(|error| failed(FileFault::Io(error)))? as u64 > LARGEST_FILE {
        return Err(failed(FileFault::TooLarge));
    }
    read(&bytes).map_err(|error| failed(FileFault::Midi(error)))
}
