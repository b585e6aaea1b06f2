//! MIDI bytes to a score.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use midly::{MetaMessage, MidiMessage, TrackEventKind};

use super::chunks::Chunks;
use super::events::{self, Track};
use super::note_pairing::NotePairing;
use super::{FileError, FileFault, MidiError, PERCUSSION_CHANNEL, Warning};
use crate::score::{At, KeySignature, Metre, Note, Score};

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

/// Reads a Standard MIDI file of format 0 or 1, plain or wrapped in RIFF.
///
/// It is as tolerant as a sequencer: it reads everything that would be played, and warns of
/// everything that is lost.
pub fn read(bytes: &[u8]) -> Result<ParsedMidi, MidiError> {
    let mut warnings = Vec::new();
    let chunks = Chunks::of(bytes, &mut warnings)?;
    let mut builder = ScoreBuilder::default();
    for (index, data) in chunks.tracks.iter().enumerate() {
        let track = events::track(data, index + 1, &mut warnings);
        builder.add(track, index == 0);
    }
    builder.finish(u32::from(chunks.ticks_per_quarter), warnings)
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

/// The content of the tracks so far.
#[derive(Default)]
struct ScoreBuilder {
    title: Option<String>,
    notes: Vec<Note>,
    tempos: Vec<At<u32>>,
    metres: Vec<At<Metre>>,
    keys: Vec<At<KeySignature>>,
    /// Pedal events with their channels.
    pedal: Vec<(u64, u8, bool)>,
    texts: Vec<String>,
    percussion: usize,
    unreleased: usize,
    odd_events: usize,
    odd_metres: usize,
    odd_tempos: usize,
    odd_keys: usize,
}

impl ScoreBuilder {
    /// Adds a track. Only the first track's name is the title: the others name instruments and
    /// hands.
    fn add(&mut self, track: Track<'_>, first: bool) {
        // A note-off ends only notes of its own track. Otherwise two hands on one channel would
        // release each other's keys.
        let mut pairing = NotePairing::default();
        for (tick, event) in &track.events {
            match event {
                TrackEventKind::Midi { channel, message } => {
                    self.add_message(&mut pairing, *tick, channel.as_int(), *message);
                }
                TrackEventKind::Meta(meta) => self.add_meta(*tick, *meta, first),
                TrackEventKind::SysEx(_) | TrackEventKind::Escape(_) => {}
            }
        }
        self.unreleased += pairing.into_notes(track.end, &mut self.notes);
        self.odd_events += track.skipped;
    }

    fn add_message(
        &mut self,
        pairing: &mut NotePairing,
        tick: u64,
        channel: u8,
        message: MidiMessage,
    ) {
        if channel == PERCUSSION_CHANNEL {
            if let MidiMessage::NoteOn { vel, .. } = message {
                self.percussion += usize::from(vel > 0);
            }
            return;
        }
        match message {
            MidiMessage::NoteOn { key, vel } if vel > 0 => {
                pairing.note_on(tick, channel, key.as_int(), vel.as_int());
            }
            MidiMessage::NoteOn { key, .. } | MidiMessage::NoteOff { key, .. } => {
                pairing.note_off(tick, channel, key.as_int());
            }
            MidiMessage::Controller { controller, value } => match controller.as_int() {
                64 => self.pedal.push((tick, channel, value >= 64)),
                // Reset All Controllers.
                121 => self.pedal.push((tick, channel, false)),
                // All Sound Off, All Notes Off, and the mode messages, which imply All Notes Off.
                120 | 123..=127 => pairing.all_notes_off(tick, channel),
                _ => {}
            },
            _ => {}
        }
    }

    fn add_meta(&mut self, tick: u64, meta: MetaMessage<'_>, first: bool) {
        match meta {
            MetaMessage::TrackName(name) if first && self.title.is_none() => {
                self.title = text(name);
            }
            MetaMessage::Text(content) => self.texts.extend(text(content)),
            MetaMessage::Tempo(tempo) => match tempo.as_int() {
                0 => self.odd_tempos += 1,
                value => self.tempos.push(At { tick, value }),
            },
            MetaMessage::TimeSignature(numerator, denominator_power, _, _) => {
                match (numerator, denominator_power) {
                    (1.., 0..=31) => {
                        let value = Metre { numerator, denominator_power };
                        self.metres.push(At { tick, value });
                    }
                    _ => self.odd_metres += 1,
                }
            }
            MetaMessage::KeySignature(sharps, minor) => match sharps {
                -7..=7 => self.keys.push(At { tick, value: KeySignature { sharps, minor } }),
                _ => self.odd_keys += 1,
            },
            _ => {}
        }
    }

    fn finish(
        mut self,
        ticks_per_quarter: u32,
        mut warnings: Vec<Warning>,
    ) -> Result<ParsedMidi, MidiError> {
        if self.notes.is_empty() {
            return Err(MidiError::NoNotes { percussion: self.percussion });
        }
        let counted = [
            (self.odd_events, Warning::OddEvents as fn(usize) -> Warning),
            (self.odd_metres, Warning::OddMetres),
            (self.odd_tempos, Warning::OddTempos),
            (self.odd_keys, Warning::OddKeys),
            (self.unreleased, Warning::Unreleased),
        ];
        let counted = counted.into_iter().filter(|(count, _)| *count > 0);
        warnings.extend(counted.map(|(count, warning)| warning(count)));
        self.notes.sort_unstable();
        let score = Score {
            ticks_per_quarter,
            title: self.title,
            notes: self.notes,
            tempos: in_order(self.tempos),
            metres: in_order(self.metres),
            keys: in_order(self.keys),
            pedal: pedal_of_all_channels(self.pedal),
            texts: self.texts,
            length: 0,
        };
        Ok(ParsedMidi { score, percussion: self.percussion, warnings })
    }
}

/// Sorts changes by time. Of several changes at one tick, the last one in the file counts.
fn in_order<T: Copy>(mut changes: Vec<At<T>>) -> Vec<At<T>> {
    changes.sort_by_key(|change| change.tick);
    let mut kept: Vec<At<T>> = Vec::with_capacity(changes.len());
    for change in changes {
        match kept.last_mut() {
            Some(last) if last.tick == change.tick => *last = change,
            _ => kept.push(change),
        }
    }
    kept
}

/// Merges the pedals of all channels into one, which is down while any of them is down.
fn pedal_of_all_channels(mut events: Vec<(u64, u8, bool)>) -> Vec<At<bool>> {
    events.sort_by_key(|event| event.0);
    let mut down = 0u16;
    let states = events.into_iter().map(|(tick, channel, pressed)| {
        let channel = 1 << channel;
        down = if pressed { down | channel } else { down & !channel };
        At { tick, value: down != 0 }
    });
    let mut states = in_order(states.collect());
    // Half-pedalling sends dozens of values. Only those that change the state are kept.
    let mut before = false;
    states.retain(|state| std::mem::replace(&mut before, state.value) != state.value);
    states
}

/// Text from a file, unless it is blank. It is read as UTF-8 or, failing that, as Latin-1, which
/// old files use.
fn text(bytes: &[u8]) -> Option<String> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|&byte| char::from(byte)).collect(),
    };
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
    (!text.is_empty()).then(|| text.to_owned())
}
