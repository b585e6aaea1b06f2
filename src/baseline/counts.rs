//! What is counted in music that baselines learn from.

use crate::roll::{KEYS, Roll, Step};

/// What a key did at the step before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Before {
    Silent,
    Struck,
    Held,
}

impl Before {
    /// How many there are.
    pub(super) const COUNT: usize = 3;

    /// What a key did at a step.
    pub(super) fn of(key: usize, step: Step) -> Before {
        match (step.play.contains(key), step.articulate.contains(key)) {
            (false, _) => Before::Silent,
            (true, true) => Before::Struck,
            (true, false) => Before::Held,
        }
    }
}

/// How often a key had the chance to be played, was played, and was struck.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Tally {
    pub(super) steps: u64,
    pub(super) played: u64,
    pub(super) struck: u64,
}

impl Tally {
    /// All of these together.
    pub(super) fn sum<'a>(tallies: impl IntoIterator<Item = &'a Tally>) -> Tally {
        tallies.into_iter().fold(Tally::default(), |sum, tally| Tally {
            steps: sum.steps + tally.steps,
            played: sum.played + tally.played,
            struck: sum.struck + tally.struck,
        })
    }
}

/// What happened in some pieces, step by step. Before its first step every piece is silent.
///
/// Only sums are kept, so the order of the pieces has no influence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counts {
    pieces: usize,
    steps: u64,
    /// By key, then by what it did at the step before.
    keys: Vec<[Tally; Before::COUNT]>,
    /// N(x): at how many steps note x sounded, and then there was another step. The last note is
    /// silence.
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
        for (key, tallies) in self.keys.iter_mut().enumerate() {
            let tally = &mut tallies[Before::of(key, previous) as usize];
            tally.steps += 1;
            tally.played += u64::from(step.play.contains(key));
            tally.struck += u64::from(step.articulate.contains(key));
        }
        for note in sounding(previous) {
            self.notes[note] += 1;
            step.play.iter().for_each(|key| self.follows[note][key] += 1);
        }
    }

    /// How many pieces were counted in.
    pub fn pieces(&self) -> usize {
        self.pieces
    }

    /// How many steps they have.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// What a key did, by what it had done before.
    pub(super) fn key(&self, key: usize) -> &[Tally; Before::COUNT] {
        &self.keys[key]
    }

    /// What all keys did together after one thing that they had done before.
    pub(super) fn all_keys(&self, before: usize) -> Tally {
        Tally::sum(self.keys.iter().map(|tallies| &tallies[before]))
    }

    /// N(y, x) for all y, and N(x).
    pub(super) fn after(&self, note: usize) -> (&[u64; KEYS], u64) {
        (&self.follows[note], self.notes[note])
    }
}

/// The notes of a step: the keys that sound, or silence (88) as the only one.
pub(super) fn sounding(step: Step) -> impl Iterator<Item = usize> {
    step.play.iter().chain(step.play.is_empty().then_some(KEYS))
}
