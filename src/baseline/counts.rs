//! The counts that baselines are made of.

use crate::roll::{KEYS, Roll, Step};

/// What a key does at a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KeyState {
    Silent,
    Struck,
    Held,
}

impl KeyState {
    /// The number of states.
    pub(super) const COUNT: usize = 3;

    /// The state of a key at a step.
    pub(super) fn of(key: usize, step: Step) -> KeyState {
        match (step.play.contains(key), step.articulate.contains(key)) {
            (false, _) => KeyState::Silent,
            (true, true) => KeyState::Struck,
            (true, false) => KeyState::Held,
        }
    }
}

/// At how many steps a key could be played, was played, and was struck.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct KeyCounts {
    pub(super) steps: u64,
    pub(super) played: u64,
    pub(super) struck: u64,
}

impl KeyCounts {
    /// The sum of several counts.
    pub(super) fn sum<'a>(all: impl IntoIterator<Item = &'a KeyCounts>) -> KeyCounts {
        all.into_iter().fold(KeyCounts::default(), |sum, counts| KeyCounts {
            steps: sum.steps + counts.steps,
            played: sum.played + counts.played,
            struck: sum.struck + counts.struck,
        })
    }
}

/// Counts of what happens in some pieces, step by step. Before its first step every piece is
/// silent.
///
/// Only sums are kept, so the order of the pieces does not matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts {
    pieces: usize,
    steps: u64,
    /// By key, then by its state at the step before.
    keys: Vec<[KeyCounts; KeyState::COUNT]>,
    /// N(x): the number of steps, but the last one of a piece, at which note x sounded. The last
    /// note stands for silence.
    notes: [u64; KEYS + 1],
    /// N(y, x), by x, then by y: how often note y sounded one step after note x.
    follows: Vec<[u64; KEYS]>,
}

impl Counts {
    /// Counts what happens in some pieces.
    pub fn of<'a>(rolls: impl IntoIterator<Item = &'a Roll>) -> Counts {
        let mut counts = Counts {
            pieces: 0,
            steps: 0,
            keys: vec![Default::default(); KEYS],
            notes: [0; KEYS + 1],
            follows: vec![[0; KEYS]; KEYS + 1],
        };
        for roll in rolls {
            counts.pieces += 1;
            let mut previous = Step::SILENCE;
            for &step in roll.steps() {
                counts.add(previous, step);
                previous = step;
            }
        }
        counts
    }

    fn add(&mut self, previous: Step, step: Step) {
        self.steps += 1;
        for (key, by_state) in self.keys.iter_mut().enumerate() {
            let counts = &mut by_state[KeyState::of(key, previous) as usize];
            counts.steps += 1;
            counts.played += u64::from(step.play.contains(key));
            counts.struck += u64::from(step.articulate.contains(key));
        }
        for note in sounding(previous) {
            self.notes[note] += 1;
            step.play.iter().for_each(|key| self.follows[note][key] += 1);
        }
    }

    /// The number of pieces.
    pub fn pieces(&self) -> usize {
        self.pieces
    }

    /// The number of their steps.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// The counts of a key, by its state at the step before.
    pub(super) fn key(&self, key: usize) -> &[KeyCounts; KeyState::COUNT] {
        &self.keys[key]
    }

    /// The counts of all keys that were in a state at the step before.
    pub(super) fn all_keys(&self, before: usize) -> KeyCounts {
        KeyCounts::sum(self.keys.iter().map(|by_state| &by_state[before]))
    }

    /// N(y, x) for all y, and N(x).
    pub(super) fn after(&self, note: usize) -> (&[u64; KEYS], u64) {
        (&self.follows[note], self.notes[note])
    }
}

/// The notes of a step: the keys that sound, or only the note of silence (88).
pub(super) fn sounding(step: Step) -> impl Iterator<Item = usize> {
    step.play.iter().chain(step.play.is_empty().then_some(KEYS))
}
