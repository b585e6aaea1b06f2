//! The track chunks of a MIDI file.

use super::Warning;
use super::header::{Header, begins_chunk};

/// The data of the track chunks of a file.
pub(super) struct Tracks<'a> {
    /// Those that the header promises.
    pub promised: Vec<&'a [u8]>,
    /// Further ones. They are often what is left of an older version of the file, and no other
    /// program plays them.
    pub beyond: Vec<&'a [u8]>,
}

impl<'a> Tracks<'a> {
    /// Cuts a file into its tracks. Chunks of unknown kinds are skipped, as the specification
    /// demands.
    ///
    /// A length is believed if the file, or another chunk, begins where the track would end.
    /// Otherwise the track goes on up to the next one.
    pub(super) fn of(file: &'a [u8], header: &Header, warnings: &mut Vec<Warning>) -> Tracks<'a> {
        let mut tracks: Vec<&[u8]> = Vec::new();
        let mut offset = header.end;
        // A header cannot promise more tracks. A file with millions of empty tracks is hostile.
        while offset < file.len() && tracks.len() <= usize::from(u16::MAX) {
            let rest = &file[offset..];
            if rest.starts_with(b"MTrk") && rest.len() >= 8 {
                let (track, given) = track_at(rest);
                tracks.push(track);
                if given != track.len() {
                    let (track, found) = (tracks.len(), track.len());
                    warnings.push(Warning::Length { track, given, found });
                }
                offset += 8 + track.len();
            } else if begins_chunk(rest) && ends_well(rest) {
                offset += 8 + length_at(rest);
            } else {
                // Padding, or the rest of a chunk of wrong length: go on with the next track.
                let junk = next_track(&rest[1..]).map_or(rest.len(), |next| next + 1);
                warnings.push(Warning::Junk { offset, bytes: junk });
                offset += junk;
            }
        }
        let (promised, found) = (header.promised, tracks.len());
        if found < usize::from(promised) {
            warnings.push(Warning::TracksMissing { promised, found });
        }
        let beyond = match promised {
            // A header that promises none says nothing about which are meant.
            0 => std::mem::take(&mut tracks),
            promised => tracks.split_off(found.min(usize::from(promised))),
        };
        Tracks { promised: tracks, beyond }
    }
}

/// The length of the chunk that begins here, as its head gives it.
fn length_at(chunk: &[u8]) -> usize {
    u32::from_be_bytes([chunk[4], chunk[5], chunk[6], chunk[7]]) as usize
}

/// Whether the chunk that begins here ends where the file ends or the next chunk begins.
fn ends_well(chunk: &[u8]) -> bool {
    let after = chunk[8..].get(length_at(chunk)..);
    after.is_some_and(|after| after.is_empty() || begins_chunk(after))
}

/// The data of the track that begins here, and its length as given.
fn track_at(chunk: &[u8]) -> (&[u8], usize) {
    const END_OF_TRACK: [u8; 3] = [0xFF, 0x2F, 0];
    let (data, given) = (&chunk[8..], length_at(chunk));
    let length = match data.get(..given) {
        // Junk may follow, so the track's own end is as good as a chunk after it.
        Some(track) if ends_well(chunk) || track.ends_with(&END_OF_TRACK) => given,
        _ => next_track(data).unwrap_or(data.len()),
    };
    (&data[..length], given)
}

fn next_track(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|kind| kind == b"MTrk")
}
