//! A track cut into its events.

use midly::{EventIter, MetaMessage, TrackEventKind};

use super::Warning;

/// The events of one track.
pub(super) struct Track<'a> {
    /// Each event with its tick, counted from the start of the piece.
    pub events: Vec<(u64, TrackEventKind<'a>)>,
    /// The tick at which the track ends.
    pub end: u64,
    /// How many malformed events were skipped.
    pub skipped: usize,
}

/// Reads the events of a track up to its End of Track event, or up to its last readable event.
///
/// The decoder silently ends a track at an event that it cannot read. So each event is decoded on
/// its own, and a malformed event of known length is skipped.
pub(super) fn track<'a>(data: &'a [u8], number: usize, warnings: &mut Vec<Warning>) -> Track<'a> {
    let mut track = Track { events: Vec::new(), end: 0, skipped: 0 };
    let mut decoder = EventIter::new(data);
    let mut status = None;
    loop {
        let rest = decoder.unread();
        if rest.is_empty() {
            warnings.push(Warning::NoEndOfTrack { track: number });
            return track;
        }
        match decoder.next() {
            Some(Ok(event)) => {
                track.end += u64::from(event.delta.as_int());
                if let TrackEventKind::Meta(MetaMessage::EndOfTrack) = event.kind {
                    let bytes = decoder.unread().len();
                    if bytes > 0 {
                        warnings.push(Warning::AfterEndOfTrack { track: number, bytes });
                    }
                    return track;
                }
                track.events.push((track.end, event.kind));
            }
            _ => match length_of_malformed(rest) {
                Some((delta, length)) => {
                    track.end += delta;
                    track.skipped += 1;
                    decoder = EventIter::new(&rest[length..]);
                }
                None => {
                    let byte = data.len() - rest.len();
                    let lost = rest.len();
                    warnings.push(Warning::TrackDamaged { track: number, byte, lost });
                    return track;
                }
            },
        }
        // By the specification, meta and system exclusive events end running status. But files
        // exist that rely on it going on, and every sequencer accepts them.
        match decoder.running_status() {
            Some(running) => status = Some(running),
            None => *decoder.running_status_mut() = status,
        }
    }
}

/// The delta time and the whole length of an event that the decoder refuses. They are known for a
/// meta event with wrong content, and for a system event, which no file should contain.
fn length_of_malformed(bytes: &[u8]) -> Option<(u64, usize)> {
    let (delta, at) = variable_length(bytes, 0)?;
    let length = match *bytes.get(at)? {
        0xFF => {
            let (length, data) = variable_length(bytes, at + 2)?;
            data + length as usize
        }
        0xF1 | 0xF3 => at + 2,
        0xF2 => at + 3,
        0xF4..=0xF6 | 0xF8..=0xFE => at + 1,
        _ => return None,
    };
    (length <= bytes.len()).then_some((delta, length))
}

/// A variable-length quantity (one to four bytes of seven bits each), and the offset after it.
fn variable_length(bytes: &[u8], start: usize) -> Option<(u64, usize)> {
    let mut number = 0;
    for at in start..start + 4 {
        let byte = *bytes.get(at)?;
        number = number << 7 | u64::from(byte & 0x7F);
        if byte < 0x80 {
            return Some((number, at + 1));
        }
    }
    Some((number, start + 4))
}
