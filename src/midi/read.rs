//! MIDI bytes to a score.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use midly::{MetaMessage, MidiMessage, TrackEventKind};

use super::chunks::Chunks;
use super::events::{self, Track};
use super::strokes::Strokes;
use super::{FileError, FileFault, MidiError, PERCUSSION_CHANNEL, Warning};
use crate::score::{At, KeySignature, Metre, Note, Score};

/// The size in bytes beyond which a file is not read: 64 MiB; a long sonata takes a tenth of one.
pub const LARGEST_FILE: u64 = 64 << 20;

/// A score and what its file said besides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The piece; it has notes.
    pub score: Score,
    /// How many percussion strokes (channel 10) were left out.
    pub percussion: usize,
    /// What was odd about the file.
    pub warnings: Vec<Warning>,
}

/// Reads a Standard MIDI file of format 0 or 1, plain or wrapped in RIFF, as tolerantly as a
/// sequencer does: whatever would be played is read, and what is lost is told in the warnings.
pub fn read(bytes: &[u8]) -> Result<Reading, MidiError> {
    let mut warnings = Vec::new();
    let chunks = Chunks::of(bytes, &mut warnings)?;
    let mut collection = Collection::default();
    for (index, data) in chunks.tracks.iter().enumerate() {
        let track = events::track(data, index + 1, &mut warnings);
        collection.add(track, index == 0);
    }
    collection.into_reading(u32::from(chunks.ticks_per_quarter), warnings)
}

/// Reads a MIDI file of at most [`LARGEST_FILE`] bytes; errors name it.
pub fn read_file(path: &Path) -> Result<Reading, FileError> {
    let failed = |fault| FileError { path: path.to_owned(), fault };
    let mut bytes = Vec::new();
    // No trust in the size that the system gives: pipes and devices have none.
    let file = File::open(path).map_err(|error| failed(FileFault::Io(error)))?;
    let length = file.take(LARGEST_FILE + 1).read_to_end(&mut bytes);
    if length.map_err(|error| failed(FileFault::Io(error)))? as u64 > LARGEST_FILE {
        return Err(failed(FileFault::TooLarge));
    }
    read(&bytes).map_err(|error| failed(FileFault::Midi(error)))
}

/// What has been found in the tracks so far.
#[derive(Default)]
struct Collection {
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

impl Collection {
    /// Adds a track. Only the first one names the piece: the others name instruments and hands.
    fn add(&mut self, track: Track<'_>, first: bool) {
        // Releases are matched with strokes of their own track, so that two hands on one channel
        // do not take each other's keys away.
        let mut strokes = Strokes::default();
        for (tick, event) in &track.events {
            match event {
                TrackEventKind::Midi { channel, message } => {
                    self.add_message(&mut strokes, *tick, channel.as_int(), *message);
                }
                TrackEventKind::Meta(meta) => self.add_meta(*tick, *meta, first),
                TrackEventKind::SysEx(_) | TrackEventKind::Escape(_) => {}
            }
        }
        self.unreleased += strokes.into_notes(track.end, &mut self.notes);
        self.odd_events += track.skipped;
    }

    fn add_message(&mut self, strokes: &mut Strokes, tick: u64, channel: u8, message: MidiMessage) {
        if channel == PERCUSSION_CHANNEL {
            if let MidiMessage::NoteOn { vel, .. } = message {
                self.percussion += usize::from(vel > 0);
            }
            return;
        }
        match message {
            MidiMessage::NoteOn { key, vel } if vel > 0 => {
                strokes.down(tick, channel, key.as_int(), vel.as_int());
            }
            MidiMessage::NoteOn { key, .. } | MidiMessage::NoteOff { key, .. } => {
                strokes.up(tick, channel, key.as_int());
            }
            MidiMessage::Controller { controller, value } => match controller.as_int() {
                64 => self.pedal.push((tick, channel, value >= 64)),
                // Reset All Controllers.
                121 => self.pedal.push((tick, channel, false)),
                // All Sound Off, All Notes Off, and the mode messages, which imply it.
                120 | 123..=127 => strokes.all_up(tick, channel),
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

    fn into_reading(
        mut self,
        ticks_per_quarter: u32,
        mut warnings: Vec<Warning>,
    ) -> Result<Reading, MidiError> {
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
        Ok(Reading { score, percussion: self.percussion, warnings })
    }
}

/// Sorts changes by time; of several at one tick the last one in the file holds.
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

/// One pedal from those of all channels: down while any is down.
fn pedal_of_all_channels(mut events: Vec<(u64, u8, bool)>) -> Vec<At<bool>> {
    events.sort_by_key(|event| event.0);
    let mut down = 0u16;
    let states = events.into_iter().map(|(tick, channel, pressed)| {
        let channel = 1 << channel;
        down = if pressed { down | channel } else { down & !channel };
        At { tick, value: down != 0 }
    });
    let mut states = in_order(states.collect());
    // Half-pedalling sends dozens of values; only those that change something are kept.
    let mut before = false;
    states.retain(|state| std::mem::replace(&mut before, state.value) != state.value);
    states
}

/// Text from a file, where it is not blank: UTF-8, or else Latin-1, in which old files are written.
fn text(bytes: &[u8]) -> Option<String> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|&byte| char::from(byte)).collect(),
    };
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
    (!text.is_empty()).then(|| text.to_owned())
}
