//! A piece as it is written down: notes, tempo, metre, key and pedal, in ticks.
//!
//! A [`Score`] is what a MIDI file says, freed of the file format. It keeps everything that a
//! performance holds (velocities, pedal, the whole tempo map), even what the network does not
//! learn yet.

mod metre;
mod signature;

pub use metre::{Metre, MetreError};
pub use signature::{KeyError, KeySignature};

/// One note: a key, struck at a tick, held for a number of ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Note {
    /// When the key is struck, in ticks from the start of the piece.
    pub start: u64,
    /// MIDI pitch, 0 to 127 (middle C is 60).
    pub pitch: u8,
    /// How long it is held, in ticks; 0 for a note that is released as it is struck.
    pub length: u64,
    /// How hard it is struck, 1 to 127.
    pub velocity: u8,
}

impl Note {
    /// The tick at which the key is released.
    pub fn end(&self) -> u64 {
        self.start + self.length
    }
}

/// A value that holds from a tick on, until the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct At<T> {
    /// In ticks from the start of the piece.
    pub tick: u64,
    /// What holds from there on.
    pub value: T,
}

/// A piece of music in ticks. Every list is sorted by time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Score {
    /// Ticks in a quarter note, at least 1.
    pub ticks_per_quarter: u32,
    /// The name of the piece, where it has one.
    pub title: Option<String>,
    /// Notes by start, then by pitch. Percussion (MIDI channel 10) is not among them.
    pub notes: Vec<Note>,
    /// Microseconds a quarter note lasts. Before the first, 500 000 (120 quarters a minute).
    pub tempos: Vec<At<u32>>,
    /// Time signatures. Before the first, 4/4.
    pub metres: Vec<At<Metre>>,
    /// Key signatures.
    pub keys: Vec<At<KeySignature>>,
    /// Sustain pedal: down or up.
    pub pedal: Vec<At<bool>>,
    /// Free text that belongs to the piece; ours writes the recipe of a composition here.
    pub texts: Vec<String>,
    /// The tick at which the piece ends, where rests after the last release belong to it; 0 where
    /// nothing is known of such rests. A file that is read says nothing of them: what silence
    /// follows there is mostly chance.
    pub length: u64,
}

impl Score {
    /// Microseconds a quarter lasts where nothing is said: 120 quarters a minute.
    pub const DEFAULT_TEMPO: u32 = 500_000;

    /// The tick of the last release: where the music ends, whatever silence follows.
    pub fn end(&self) -> u64 {
        self.notes.iter().map(Note::end).max().unwrap_or(0)
    }

    /// The mean length of a quarter note in microseconds, over the time in which the piece sounds.
    ///
    /// Rubato is often written as hundreds of tempo changes; the mean is what a listener would tap.
    pub fn mean_tempo(&self) -> u32 {
        let end = if self.notes.is_empty() { self.length } else { self.end() };
        let (mut tempo, mut since, mut sum) = (Self::DEFAULT_TEMPO, 0u64, 0u128);
        for change in self.tempos.iter().filter(|change| change.tick < end) {
            sum += u128::from(tempo) * u128::from(change.tick - since);
            (tempo, since) = (change.value, change.tick);
        }
        if end == 0 {
            return tempo;
        }
        sum += u128::from(tempo) * u128::from(end - since);
        let mean = (sum + u128::from(end) / 2) / u128::from(end);
        u32::try_from(mean).unwrap_or(Self::DEFAULT_TEMPO).max(1)
    }
}
