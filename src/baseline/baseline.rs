//! Baselines: from counts to probabilities.

use super::counts::{Counts, KeyCounts, KeyState, sounding};
use crate::fingerprint;
use crate::network::KeyLogits;
use crate::roll::{KEYS, Step};
use sha2::{Digest, Sha256};

/// The kind of a baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Each key is played as often as in the training music, and struck as often as it was when
    /// played, whatever was before.
    ByItself,
    /// Each key depends on what it did itself at the step before: silent, struck or held.
    LastStep,
    /// The first-order Markov chain of the Deep Jammer report: P(y | x) = N(y, x) / N(x), where
    /// N(y, x) counts how often note y follows note x. Silence is a note of its own. If several
    /// notes sounded, each is equally likely to be the one that is followed: key y is played with
    /// the mean of P(y | x) over them, independently of the other keys. Whether it is struck
    /// depends on what it did itself before, as with [`LastStep`](Kind::LastStep); the report does
    /// not say.
    Markov,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Kind; 3] = [Kind::ByItself, Kind::LastStep, Kind::Markov];

    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Kind::ByItself => "by itself",
            Kind::LastStep => "last step",
            Kind::Markov => "Markov chain",
        }
    }

    /// A description in words.
    pub fn in_words(self) -> &'static str {
        match self {
            Kind::ByItself => "each note by itself, as often as it was in what was learned from",
            Kind::LastStep => "as the last step: each note by what it did itself one step before",
            Kind::Markov => "the first-order Markov chain: each note by the notes one step before",
        }
    }
}

/// A trained baseline.
///
/// It gives every step a probability above zero that a pianist can play. Every frequency is
/// smoothed towards a more general one q with the weight of one observation: (n + q) / (N + 1). For
/// a key after its own state, q is the frequency of all keys after the same state; for a key by
/// itself, that of all keys; for a key after a note, that of the key by itself; and the frequencies
/// of all keys are smoothed towards one half. So a key that never sounded in the training music
/// behaves like an average key.
///
/// A key that did not sound at the step before must be struck if it is played. A baseline that
/// knows that step knows this too.
#[derive(Debug, Clone, PartialEq)]
pub struct Baseline {
    kind: Kind,
    play: Play,
    /// Logits of being struck when played, by key and by its state at the step before.
    articulate: Vec<[f32; KeyState::COUNT]>,
}

/// The tables for play.
#[derive(Debug, Clone, PartialEq)]
enum Play {
    /// Logits, by key and by its state at the step before.
    AfterItself(Vec<[f32; KeyState::COUNT]>),
    /// P(y | x), by x, where the last one is silence, then by y.
    AfterNotes(Vec<[f64; KEYS]>),
}

/// A frequency, smoothed towards another with the weight of one observation.
fn smoothed(times: u64, of: u64, towards: f64) -> f64 {
    (times as f64 + towards) / (of as f64 + 1.0)
}

fn logit(probability: f64) -> f32 {
    libm::log(probability / (1.0 - probability)) as f32
}

/// How often a key is played, and how often it is struck when played, smoothed towards others.
fn frequencies(counts: KeyCounts, towards: (f64, f64)) -> (f64, f64) {
    let KeyCounts { steps, played, struck } = counts;
    (smoothed(played, steps, towards.0), smoothed(struck, played, towards.1))
}

/// What smooths the most general frequencies.
const UNINFORMED: (f64, f64) = (0.5, 0.5);

impl Baseline {
    /// Makes a baseline from counts.
    pub fn new(kind: Kind, counts: &Counts) -> Baseline {
        let of_all = KeyCounts::sum(&[0, 1, 2].map(|before| counts.all_keys(before)));
        let of_all = frequencies(of_all, UNINFORMED);
        let by_itself = |key: usize| frequencies(KeyCounts::sum(counts.key(key)), of_all);
        let all_after = [0, 1, 2].map(|before| frequencies(counts.all_keys(before), UNINFORMED));
        let after_itself =
            |key: usize, before: usize| frequencies(counts.key(key)[before], all_after[before]);
        let table = |logit: &dyn Fn(usize, usize) -> f32| -> Vec<[f32; KeyState::COUNT]> {
            (0..KEYS).map(|key| [0, 1, 2].map(|before| logit(key, before))).collect()
        };
        let play = match kind {
            Kind::ByItself => Play::AfterItself(table(&|key, _| logit(by_itself(key).0))),
            Kind::LastStep => {
                Play::AfterItself(table(&|key, before| logit(after_itself(key, before).0)))
            }
            Kind::Markov => {
                let row = |note: usize| {
                    let (follows, of) = counts.after(note);
                    std::array::from_fn(|key| smoothed(follows[key], of, by_itself(key).0))
                };
                Play::AfterNotes((0..=KEYS).map(row).collect())
            }
        };
        let articulate = table(&|key, before| match kind {
            Kind::ByItself => logit(by_itself(key).1),
            _ if before == KeyState::Silent as usize => f32::INFINITY,
            _ => logit(after_itself(key, before).1),
        });
        Baseline { kind, play, articulate }
    }

    /// The kind.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The prediction for each key after a step, which is silence where a piece begins. The keys
    /// are independent of each other.
    pub fn predict(&self, previous: Step) -> [KeyLogits; KEYS] {
        let play: [f32; KEYS] = match &self.play {
            Play::AfterItself(table) => {
                std::array::from_fn(|key| table[key][KeyState::of(key, previous) as usize])
            }
            Play::AfterNotes(table) => {
                let (mut sum, mut notes) = ([0.0; KEYS], 0.0);
                for note in sounding(previous) {
                    sum.iter_mut().zip(&table[note]).for_each(|(sum, p)| *sum += p);
                    notes += 1.0;
                }
                sum.map(|sum| logit(sum / notes))
            }
        };
        std::array::from_fn(|key| KeyLogits {
            play: play[key],
            articulate: self.articulate[key][KeyState::of(key, previous) as usize],
        })
    }

    /// Twelve hex digits that identify the baseline: the start of the SHA-256 of its probabilities.
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(self.kind.name());
        let mut logits = |table: &[[f32; KeyState::COUNT]]| {
            table.iter().flatten().for_each(|logit| hash.update(logit.to_le_bytes()));
        };
        logits(&self.articulate);
        match &self.play {
            Play::AfterItself(table) => logits(table),
            Play::AfterNotes(table) => {
                table.iter().flatten().for_each(|p| hash.update(p.to_le_bytes()));
            }
        }
        fingerprint::short(hash)
    }
}
