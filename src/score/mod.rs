//! A piece as it is written down: notes, tempo, metre, key and pedal, in ticks.
//!
//! A [`Score`] has the content of a MIDI file without the file format. It keeps the whole
//! performance (velocities, pedal, tempo map), even what the network does not learn.
//! [`crate::midi`] reads and writes scores, [`crate::roll`] quantises them to 16ths,
//! [`crate::sound`] plays them. Start with [`Score`]; [`Metre`] and [`KeySignature`] are its time
//! and key signatures.

mod metre;
mod plausible;
mod signature;

pub use metre::{Metre, MetreError};
pub use signature::{KeyError, KeySignature};

/// One note: a key, struck at a tick, held for a number of ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Note {
    /// The onset: when the key is struck, in ticks from the start of the piece.
    pub start: u64,
    /// MIDI pitch, 0 to 127 (middle C is 60).
    pub pitch: u8,
    /// How long it is held, in ticks; 0 for a note that is released as it is struck.
    pub length: u64,
    /// How hard it is struck (its dynamics), 1 to 127.
    pub velocity: u8,
}

impl Note {
    /// The tick at which the key is released.
    pub fn end(&self) -> u64 {
        self.start + self.length
    }
}

/// A value that holds from a tick until the next change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct At<T> {
    /// In ticks from the start of the piece.
    pub tick: u64,
    /// The value from there on.
    pub value: T,
}

/// A piece of music in ticks. Every list is sorted by time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Score {
    /// Ticks in a quarter note, at least 1.
    pub ticks_per_quarter: u32,
    /// The name of the piece, if it has one.
    pub title: Option<String>,
    /// Notes by start, then by pitch, without percussion (MIDI channel 10).
    pub notes: Vec<Note>,
    /// Tempos as microseconds per quarter note. Before the first, 500 000 (120 quarters per
    /// minute).
    pub tempos: Vec<At<u32>>,
    /// Time signatures. Before the first, 4/4.
    pub metres: Vec<At<Metre>>,
    /// Key signatures.
    pub keys: Vec<At<KeySignature>>,
    /// The sustain pedal: true where it goes down, false where it goes up. It may do both at one
    /// tick, which damps what it has held.
    pub pedal: Vec<At<bool>>,
    /// The sostenuto pedal: true where it goes down, false where it goes up. It holds only the keys
    /// that are down when it goes down.
    pub sostenuto: Vec<At<bool>>,
    /// The soft pedal (una corda): true where it goes down, false where it goes up.
    pub soft: Vec<At<bool>>,
    /// Free text that belongs to the piece. A composed piece holds its recipe here.
    pub texts: Vec<String>,
    /// The tick at which the piece ends, if rests after the last release belong to it; otherwise 0.
    /// It is 0 for every file that is read, because the silence at the end of a file is mostly
    /// accidental.
    pub length: u64,
}

impl Score {
    /// The tempo where none is given: 120 quarters per minute, in microseconds per quarter.
    pub const DEFAULT_TEMPO: u32 = 500_000;

    /// The tick of the last release: where the music ends, not counting the silence after it.
    pub fn end(&self) -> u64 {
        self.notes.iter().map(Note::end).max().unwrap_or(0)
    }

    /// The mean length of a quarter note in microseconds, up to the last release.
    ///
    /// Rubato is often written as hundreds of tempo changes. The mean is the beat that a listener
    /// would tap.
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
