//! The header of a MIDI file, and where in the bytes the file begins.

use super::{MidiError, Warning};
use crate::score::Score;

/// How far into the bytes the MIDI file may begin. The header of MacBinary takes 128 bytes.
const LONGEST_PREFIX: usize = 4096;

/// The lengths of a chunk's head (its kind and its length) and of the header's data.
const HEAD: usize = 8;
const DATA: usize = 6;

/// What the header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Header {
    /// Whether the tracks are patterns that follow each other (format 2).
    pub patterns: bool,
    /// The number of tracks that it promises.
    pub promised: u16,
    /// What a tick is.
    pub clock: Clock,
    /// The offset at which the track chunks begin.
    pub end: usize,
}

/// The unit of time of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clock {
    /// Ticks in a quarter note of the score.
    pub ticks_per_quarter: u32,
    /// How many ticks of the score there are in one of the file.
    pub scale: u64,
    /// The tempo of the score, if time is counted in film frames. Then the file has no beats.
    pub frames: Option<u32>,
}

impl Header {
    /// Finds the header and reads it. What is odd about it is added to the warnings.
    pub(super) fn of(file: &[u8], warnings: &mut Vec<Warning>) -> Result<Header, MidiError> {
        if file.is_empty() {
            return Err(MidiError::Empty);
        }
        // The wrapper is not cut off, so that offsets in messages count from the start of the file.
        let start = start(file, warnings).ok_or(MidiError::NotMidi)?;
        let rest = &file[start..];
        let Some(data) = rest.get(HEAD..HEAD + DATA) else {
            return Err(MidiError::Truncated { missing: HEAD + DATA - rest.len() });
        };
        let length = u32::from_be_bytes([rest[4], rest[5], rest[6], rest[7]]);
        let first = rest[HEAD..].windows(4).take(DATA).position(|kind| kind == b"MTrk");
        if let Some(bytes) = first {
            return Err(MidiError::Header(bytes));
        }
        // A later version of the format may have a longer header. The known part of it is read.
        let declared = start.saturating_add(HEAD).saturating_add(length as usize);
        let end = match file.get(declared..) {
            Some(tracks)
                if length >= DATA as u32 && (tracks.is_empty() || begins_chunk(tracks)) =>
            {
                declared
            }
            // The length is wrong, so the header is taken to be as long as it should be.
            _ => start + HEAD + DATA,
        };
        let number = |at: usize| u16::from_be_bytes([data[at], data[at + 1]]);
        let (format, promised) = (number(0), number(2));
        if format > 2 {
            warnings.push(Warning::UnknownFormat(format));
        }
        let clock = Clock::of(data[4], data[5])?;
        if clock.frames.is_some() {
            warnings.push(Warning::Smpte((data[4] as i8).unsigned_abs()));
        }
        Ok(Header { patterns: format == 2, promised, clock, end })
    }
}

/// Whether these bytes begin like a chunk: with a kind of four letters or digits, and a length that
/// fits.
pub(super) fn begins_chunk(bytes: &[u8]) -> bool {
    let Some((head, rest)) = bytes.split_at_checked(HEAD) else { return false };
    let length = u32::from_be_bytes([head[4], head[5], head[6], head[7]]) as usize;
    let printable = |byte: &u8| byte.is_ascii_alphanumeric() || b" _-".contains(byte);
    head.starts_with(b"MTrk") || (head[..4].iter().all(printable) && length <= rest.len())
}

/// The offset at which the MIDI file begins: 0, or behind a wrapper or other bytes.
fn start(file: &[u8], warnings: &mut Vec<Warning>) -> Option<usize> {
    if file.starts_with(b"MThd") {
        return Some(0);
    }
    if let Some(start) = midi_in_riff(file) {
        return Some(start);
    }
    let near = &file[..file.len().min(LONGEST_PREFIX + 4)];
    let start = near.windows(4).position(|kind| kind == b"MThd")?;
    warnings.push(Warning::Prefix(start));
    Some(start)
}

/// The offset of the MIDI file in a RIFF file of kind RMID (whose lengths are little-endian).
fn midi_in_riff(file: &[u8]) -> Option<usize> {
    if !file.starts_with(b"RIFF") || file.get(8..12)? != b"RMID" {
        return None;
    }
    let mut offset = 12;
    loop {
        let head = file.get(offset..offset + 8)?;
        let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        if &head[..4] == b"data" {
            return file[offset + 8..].starts_with(b"MThd").then_some(offset + 8);
        }
        // Chunks of odd length are followed by a padding byte.
        offset = offset.checked_add(8 + length + length % 2)?;
    }
}

impl Clock {
    /// From the two bytes of the division: ticks per quarter note, or film frames per second,
    /// negated, and ticks per frame.
    fn of(high: u8, low: u8) -> Result<Clock, MidiError> {
        let quarters = |ticks_per_quarter| Clock { ticks_per_quarter, scale: 1, frames: None };
        if high < 0x80 {
            return match u32::from(u16::from_be_bytes([high, low])) {
                0 => Err(MidiError::NoTicks),
                ticks => Ok(quarters(ticks)),
            };
        }
        // There are no beats, so a quarter note is taken to last half a second.
        let clock = match (u32::from((high as i8).unsigned_abs()), u32::from(low)) {
            (_, 0) => return Err(MidiError::NoTicks),
            // 29 stands for the 30 000/1001 frames per second of NTSC: 15 of them last 0.5005 s.
            (29, ticks) => Clock { frames: Some(500_500), ..quarters(15 * ticks) },
            (frames, ticks) if frames * ticks % 2 == 1 => {
                let default = Some(Score::DEFAULT_TEMPO);
                Clock { scale: 2, frames: default, ..quarters(frames * ticks) }
            }
            (frames, ticks) => {
                Clock { frames: Some(Score::DEFAULT_TEMPO), ..quarters(frames * ticks / 2) }
            }
        };
        Ok(clock)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How long a second is in ticks of the file, by the score.
    fn ticks_per_second(clock: Clock) -> f64 {
        let tempo = f64::from(clock.frames.unwrap());
        1e6 / tempo * f64::from(clock.ticks_per_quarter) / clock.scale as f64
    }

    #[test]
    fn film_frames_are_read_by_the_clock() {
        for (high, low, expected) in [
            (0xE7, 40, 1000.0),
            (0xE8, 4, 96.0),
            (0xE8, 80, 1920.0),
            (0xE7, 25, 625.0),
            (0xE3, 80, 80.0 * 30_000.0 / 1001.0),
            (0xE2, 100, 3000.0),
        ] {
            let found = ticks_per_second(Clock::of(high, low).unwrap());
            assert!((found - expected).abs() < 1e-9, "{high:x} {low}: {found}");
        }
        assert_eq!(Clock::of(0xE7, 0), Err(MidiError::NoTicks));
    }
}
