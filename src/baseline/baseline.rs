//! From counts to probabilities.

use super::counts::{Before, Counts, Tally, sounding};
use crate::fingerprint;
use crate::network::KeyLogits;
use crate::roll::{KEYS, Step};
use sha2::{Digest, Sha256};

/// Which baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Each key is played as often as it was played in what was learned from, and articulated as
    /// often as it was when played; it knows nothing of what was before.
    ByItself,
    /// Each key by what it did itself at the step before: silent, struck or held.
    LastStep,
    /// The first-order Markov chain of the Deep Jammer report, P(y | x) = N(y, x) / N(x), N(y, x)
    /// being how often note y follows note x. Silence is a note of its own. Where several notes
    /// sounded, each of them is as likely as the others to be the one that is followed: key y is
    /// played with the mean over them of P(y | x), whatever the other keys do. Articulated is a key
    /// by what it did itself before, as with [`LastStep`](Kind::LastStep); the report has no word
    /// for that.
    Markov,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 3] = [Kind::ByItself, Kind::LastStep, Kind::Markov];

    /// Its name in tables.
    pub fn name(self) -> &'static str {
        match self {
            Kind::ByItself => "by itself",
            Kind::LastStep => "last step",
            Kind::Markov => "Markov chain",
        }
    }

    /// What it is, in words.
    pub fn in_words(self) -> &'static str {
        match self {
            Kind::ByItself => "each note by itself, as often as it was in what was learned from",
            Kind::LastStep => "as the last step: each note by what it did itself one step before",
            Kind::Markov => "the first-order Markov chain: each note by the notes one step before",
        }
    }
}

/// A baseline that has learned.
///
/// Nothing is impossible to it, but for what no pianist can do. Every frequency is drawn by the
/// weight of one observation towards a more general one: (n + q) / (N + 1). For a key after what it
/// did itself, q is the frequency of all keys after the same; for a key by itself, that of all keys;
/// for a key after a note, that of the key by itself; and the frequencies of all keys are drawn
/// towards one half. So a key that was never heard does as keys do.
///
/// What did not sound at the step before has to be struck, if it is played: so a baseline that knows
/// that step knows this too.
#[derive(Debug, Clone, PartialEq)]
pub struct Baseline {
    kind: Kind,
    play: Play,
    /// The logits of being articulated when played, by key and by what it did before.
    articulate: Vec<[f32; Before::COUNT]>,
}

/// How likely keys are played.
#[derive(Debug, Clone, PartialEq)]
enum Play {
    /// Logits by key and by what it did before.
    AfterItself(Vec<[f32; Before::COUNT]>),
    /// P(y | x), by x, the last of which is silence, then by y.
    AfterNotes(Vec<[f64; KEYS]>),
}

/// A frequency, drawn towards another by the weight of one observation.
fn drawn(times: u64, of: u64, towards: f64) -> f64 {
    (times as f64 + towards) / (of as f64 + 1.0)
}

fn logit(probability: f64) -> f32 {
    libm::log(probability / (1.0 - probability)) as f32
}

/// The frequencies of being played, and of being articulated when played, of one key, drawn towards
/// those of others.
fn frequencies(tally: Tally, towards: (f64, f64)) -> (f64, f64) {
    let Tally { steps, played, struck } = tally;
    (drawn(played, steps, towards.0), drawn(struck, played, towards.1))
}

/// What is known of nothing.
const EVEN: (f64, f64) = (0.5, 0.5);

impl Baseline {
    /// Makes a baseline of counts.
    pub fn new(kind: Kind, counts: &Counts) -> Baseline {
        let of_all = Tally::sum(&[0, 1, 2].map(|before| counts.all_keys(before)));
        let of_all = frequencies(of_all, EVEN);
        let by_itself = |key: usize| frequencies(Tally::sum(counts.key(key)), of_all);
        let all_after = [0, 1, 2].map(|before| frequencies(counts.all_keys(before), EVEN));
        let after_itself =
            |key: usize, before: usize| frequencies(counts.key(key)[before], all_after[before]);
        let table = |logit: &dyn Fn(usize, usize) -> f32| -> Vec<[f32; Before::COUNT]> {
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
                    std::array::from_fn(|key| drawn(follows[key], of, by_itself(key).0))
                };
                Play::AfterNotes((0..=KEYS).map(row).collect())
            }
        };
        let articulate = table(&|key, before| match kind {
            Kind::ByItself => logit(by_itself(key).1),
            _ if before == Before::Silent as usize => f32::INFINITY,
            _ => logit(after_itself(key, before).1),
        });
        Baseline { kind, play, articulate }
    }

    /// Which one it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// What it expects of each key after a step (silence, where a piece begins). The keys are
    /// independent of each other.
    pub fn predict(&self, previous: Step) -> [KeyLogits; KEYS] {
        let play: [f32; KEYS] = match &self.play {
            Play::AfterItself(table) => {
                std::array::from_fn(|key| table[key][Before::of(key, previous) as usize])
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
            articulate: self.articulate[key][Before::of(key, previous) as usize],
        })
    }

    /// Twelve digits that tell what it has learned from whatever else it could have: the start of
    /// the SHA-256 of its probabilities.
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(self.kind.name());
        let mut logits = |table: &[[f32; Before::COUNT]]| {
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
