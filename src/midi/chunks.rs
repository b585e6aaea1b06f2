//! A MIDI file cut into its chunks: the header and the tracks.

use super::{MidiError, Warning};

/// The content of the header and the track chunks of a file.
pub(super) struct Chunks<'a> {
    /// Ticks in a quarter note, 1 to 32767.
    pub ticks_per_quarter: u16,
    /// The data of each track chunk.
    pub tracks: Vec<&'a [u8]>,
}

impl<'a> Chunks<'a> {
    /// Cuts a file into chunks; the file may be wrapped in RIFF. Chunks of unknown kinds are
    /// skipped, as the specification demands.
    pub(super) fn of(file: &'a [u8], warnings: &mut Vec<Warning>) -> Result<Chunks<'a>, MidiError> {
        if file.is_empty() {
            return Err(MidiError::Empty);
        }
        let start = if file.starts_with(b"RIFF") { midi_in_riff(file) } else { Some(0) };
        // The wrapper is not cut off, so that offsets in messages count from the start of the file.
        let start =
            start.filter(|&at| file[at..].starts_with(b"MThd")).ok_or(MidiError::NotMidi)?;
        let header = chunk_at(file, start, "the header")?;
        let (promised, ticks_per_quarter) = read_header(header.data)?;
        let tracks = find_tracks(file, header.end, promised, warnings)?;
        Ok(Chunks { ticks_per_quarter, tracks })
    }
}

struct Chunk<'a> {
    kind: &'a [u8],
    data: &'a [u8],
    /// The offset of the first byte after it.
    end: usize,
}

/// Reads the chunk that begins at an offset in the file.
fn chunk_at<'a>(file: &'a [u8], offset: usize, name: &str) -> Result<Chunk<'a>, MidiError> {
    let missing = |missing| MidiError::Truncated { chunk: name.to_owned(), offset, missing };
    let rest = file.get(offset..).unwrap_or_default();
    let Some((head, rest)) = rest.split_at_checked(8) else {
        return Err(missing(8 - rest.len()));
    };
    let length = u32::from_be_bytes([head[4], head[5], head[6], head[7]]) as usize;
    match rest.get(..length) {
        Some(data) => Ok(Chunk { kind: &head[..4], data, end: offset + 8 + length }),
        None => Err(missing(length - rest.len())),
    }
}

/// The number of tracks that the header promises, and the ticks in a quarter note.
fn read_header(header: &[u8]) -> Result<(u16, u16), MidiError> {
    // A later version of the format may have a longer header; the known part of it is read.
    let &[format_high, format_low, tracks_high, tracks_low, time_high, time_low, ..] = header
    else {
        return Err(MidiError::Header(header.len() as u32));
    };
    match u16::from_be_bytes([format_high, format_low]) {
        0 | 1 => {}
        2 => return Err(MidiError::Patterns),
        other => return Err(MidiError::Format(other)),
    }
    match u16::from_be_bytes([time_high, time_low]) {
        0 => Err(MidiError::NoTicks),
        // SMPTE time: the high byte holds the frames per second, negated.
        time if time >> 15 == 1 => Err(MidiError::Smpte((time_high as i8).unsigned_abs())),
        ticks => Ok((u16::from_be_bytes([tracks_high, tracks_low]), ticks)),
    }
}

fn find_tracks<'a>(
    file: &'a [u8],
    mut offset: usize,
    promised: u16,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<&'a [u8]>, MidiError> {
    let mut tracks = Vec::new();
    // A header cannot promise more tracks. A file with millions of empty tracks is hostile.
    while offset < file.len() && tracks.len() <= usize::from(u16::MAX) {
        let complete = tracks.len() >= usize::from(promised);
        let name = format!("track {}", tracks.len() + 1);
        match chunk_at(file, offset, &name) {
            Ok(chunk) => {
                if chunk.kind == b"MTrk" {
                    tracks.push(chunk.data);
                }
                offset = chunk.end;
            }
            Err(error) => {
                let junk = file[offset..].windows(4).position(|kind| kind == b"MTrk");
                match junk {
                    // Padding, or the rest after a wrong chunk length: go on with the next track.
                    Some(junk) if junk > 0 => {
                        warnings.push(Warning::Junk { offset, bytes: junk });
                        offset += junk;
                    }
                    _ if complete => {
                        warnings.push(Warning::Junk { offset, bytes: file.len() - offset });
                        break;
                    }
                    Some(_) => return Err(error),
                    None => break,
                }
            }
        }
    }
    if tracks.len() < usize::from(promised) {
        return Err(MidiError::TracksMissing { promised, found: tracks.len() });
    }
    if tracks.len() > usize::from(promised) {
        warnings.push(Warning::MoreTracks { promised, found: tracks.len() });
    }
    Ok(tracks)
}

/// The offset of the MIDI file in a RIFF file of kind RMID (whose lengths are little-endian).
fn midi_in_riff(file: &[u8]) -> Option<usize> {
    if file.get(8..12)? != b"RMID" {
        return None;
    }
    let mut offset = 12;
    loop {
        let head = file.get(offset..offset + 8)?;
        let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        if &head[..4] == b"data" {
            return Some(offset + 8);
        }
        // Chunks of odd length are followed by a padding byte.
        offset = offset.checked_add(8 + length + length % 2)?;
    }
}
