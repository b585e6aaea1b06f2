//! Finds the longest match of a piece with the training music.

use super::TrainingMusic;
use super::encoding::{Alphabet, EncodedRoll};
use super::suffix_automaton::{MatchState, SuffixAutomaton};
use crate::roll::{Keys, Roll, Step};
use serde::Serialize;

/// The number of steps from which a match is a copy: two measures of 4/4. Different pieces of the
/// 302 of piano-midi.de have shorter matches, except two movements of one work.
pub const COPY_STEPS: usize = 32;

/// The fewest onsets in a match. Without them it would be silence, or a held chord.
pub const LEAST_STROKES: usize = 8;

/// The fewest different keys that are struck in a match. With fewer it would be a repeated note or
/// a trill.
pub const LEAST_KEYS: usize = 3;

/// Finds what a piece has in common with the training music.
///
/// A match is a run of consecutive steps in which the same keys sound and the same keys are struck,
/// apart from a transposition, which is the same for all steps. Its first and last step sound, and
/// it has at least [`LEAST_STROKES`] onsets on at least [`LEAST_KEYS`] different keys. A note that
/// is held at its first step must be held in both pieces.
pub struct Originality {
    training_music: TrainingMusic,
    alphabet: Alphabet,
    indexed: Vec<IndexedPiece>,
}

/// A run of steps that a piece has in common with the training music.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Match {
    /// Its length in steps.
    pub steps: usize,
    /// The number of onsets in it.
    pub strokes: usize,
    /// Its first step in the piece, from 0.
    pub step: usize,
    /// The bar of that step, from 1. An upbeat counts as a bar.
    pub bar: usize,
    /// The source: the piece of the training music that contains it.
    pub source: String,
    /// Its first step in the source, from 0.
    pub source_step: usize,
    /// The bar of that step, from 1.
    pub source_bar: usize,
    /// How many semitones the piece is higher than the source.
    pub transposition: i32,
}

impl Match {
    /// Whether it is long enough to count as a copy.
    pub fn is_copy(&self) -> bool {
        self.steps >= COPY_STEPS
    }
}

/// A piece of the training music, prepared for the search.
struct IndexedPiece {
    encoded: EncodedRoll,
    /// For each step, the first step from there on that sounds.
    next_sounding: Vec<u32>,
    /// For each step, from how many first steps of the piece a match that ends here has enough
    /// onsets and keys: it must begin before this step.
    start_limits: Vec<u32>,
}

impl Originality {
    /// Prepares training music for the search. This takes some 32 bytes per step in addition to the
    /// music itself.
    pub fn new(training_music: TrainingMusic) -> Originality {
        let mut alphabet = Alphabet::default();
        let index = |roll: &Roll| IndexedPiece {
            encoded: alphabet.encode_and_extend(roll),
            next_sounding: next_sounding(roll.steps()),
            start_limits: start_limits(roll.steps()),
        };
        let rolls = training_music.pieces.iter().map(|piece| &piece.roll);
        let indexed = rolls.map(index).collect();
        Originality { indexed, alphabet, training_music }
    }

    /// The training music.
    pub fn training_music(&self) -> &TrainingMusic {
        &self.training_music
    }

    /// The longest match of a roll with the training music, at any transposition. Of several, it is
    /// the one that comes first in the training music. `None` if no match has enough onsets and
    /// keys.
    ///
    /// The time grows with the sum of both lengths, whatever they have in common.
    pub fn longest_match(&self, roll: &Roll) -> Option<Match> {
        self.longest_match_among(roll, |_| true)
    }

    /// The longest match with those pieces of the training music whose index `among` accepts.
    pub fn longest_match_among(&self, roll: &Roll, among: impl Fn(usize) -> bool) -> Option<Match> {
        let encoded = self.alphabet.encode(roll);
        let automaton = SuffixAutomaton::of(&encoded.symbols);
        let mut longest: Option<Candidate> = None;
        for piece in (0..self.indexed.len()).filter(|&piece| among(piece)) {
            let more = longest.map_or(0, |found| found.steps) + 1;
            if let Some((from, to, matched)) = self.indexed[piece].longest(&automaton, more) {
                let last = automaton.first_end(matched) as u32;
                let last =
                    encoded.last_symbols.binary_search(&last).expect("a match ends with a step");
                let steps = to + 1 - from;
                longest = Some(Candidate { steps, piece, from, step: last + 1 - steps });
            }
        }
        longest.map(|found| self.to_match(roll, found))
    }

    fn to_match(&self, roll: &Roll, found: Candidate) -> Match {
        let Candidate { steps, piece, from, step } = found;
        let source = &self.training_music.pieces[piece];
        let theirs = &source.roll.steps()[from..from + steps];
        let ours = &roll.steps()[step..step + steps];
        let lowest = |steps: &[Step]| steps[0].play.lowest().expect("a match begins with a sound");
        let transposition = lowest(ours) as i32 - lowest(theirs) as i32;
        debug_assert!(ours.iter().zip(theirs).all(|(a, b)| *a == b.transposed(transposition)));
        Match {
            steps,
            strokes: ours.iter().map(|step| step.articulate.count()).sum(),
            step,
            bar: bar(roll, step),
            source: source.source.clone(),
            source_step: from,
            source_bar: bar(&source.roll, from),
            transposition,
        }
    }
}

#[derive(Clone, Copy)]
struct Candidate {
    steps: usize,
    piece: usize,
    /// Its first step in the source.
    from: usize,
    /// Its first step in the piece.
    step: usize,
}

impl IndexedPiece {
    /// The longest match of at least `steps` steps with the text of the automaton, the first of
    /// several: its first step, its last step, and the state of the automaton at its end.
    fn longest(
        &self,
        automaton: &SuffixAutomaton,
        mut steps: usize,
    ) -> Option<(usize, usize, MatchState)> {
        let EncodedRoll { symbols, last_symbols } = &self.encoded;
        let (mut matched, mut at, mut longest) = (MatchState::default(), 0, None);
        for (step, &last_symbol) in last_symbols.iter().enumerate() {
            while at <= last_symbol as usize {
                matched = automaton.advance(matched, symbols[at]);
                at += 1;
            }
            // Each step has at least one symbol, so a match has at most as many steps as symbols.
            if (matched.length as usize) < steps || self.next_sounding[step] as usize != step {
                continue;
            }
            // The first step whose chord shape is in the match, and from there the first that
            // sounds.
            let first = (at - matched.length as usize) as u32;
            let whole = last_symbols.partition_point(|&last| last < first);
            let from = self.next_sounding[whole] as usize;
            if step + 1 >= from + steps && from < self.start_limits[step] as usize {
                longest = Some((from, step, matched));
                steps = step + 2 - from;
            }
        }
        longest
    }
}

/// For each step, the first step from there on that sounds, or the number of steps if there is
/// none.
fn next_sounding(steps: &[Step]) -> Vec<u32> {
    let mut next = steps.len() as u32;
    let mut next_sounding = vec![next; steps.len()];
    for (index, step) in steps.iter().enumerate().rev() {
        if !step.play.is_empty() {
            next = index as u32;
        }
        next_sounding[index] = next;
    }
    next_sounding
}

/// For each step, the number of first steps of the piece from which a match that ends here has
/// [`LEAST_STROKES`] onsets on [`LEAST_KEYS`] keys.
fn start_limits(steps: &[Step]) -> Vec<u32> {
    let mut start_limits = Vec::with_capacity(steps.len());
    // The last step from which there are still enough onsets, and the onsets from there on.
    let (mut first, mut strokes) = (0, 0);
    // The keys that were struck most recently, the latest first, each with the step of its last
    // onset.
    let mut keys: Vec<(usize, usize)> = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        strokes += step.articulate.count();
        while strokes >= LEAST_STROKES + steps[first].articulate.count() {
            strokes -= steps[first].articulate.count();
            first += 1;
        }
        let struck: Keys = step.articulate;
        keys.retain(|&(key, _)| !struck.contains(key));
        keys.splice(0..0, struck.iter().map(|key| (key, index)));
        keys.truncate(LEAST_KEYS);
        start_limits.push(match keys.get(LEAST_KEYS - 1) {
            Some(&(_, last)) if strokes >= LEAST_STROKES => 1 + first.min(last) as u32,
            _ => 0,
        });
    }
    start_limits
}

/// The bar in which a step stands, from 1.
fn bar(roll: &Roll, step: usize) -> usize {
    roll.measures().partition_point(|&first| first <= step)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn struck(keys: &[usize]) -> Step {
        let keys: Keys = keys.iter().copied().collect();
        Step { play: keys, articulate: keys }
    }

    fn counts(steps: &[Step]) -> bool {
        let keys = steps.iter().fold(Keys::NONE, |all, step| all.or(step.articulate));
        let strokes: usize = steps.iter().map(|step| step.articulate.count()).sum();
        strokes >= LEAST_STROKES && keys.count() >= LEAST_KEYS
    }

    proptest! {
        #[test]
        fn what_is_trivial_is_known_for_every_stretch(
            keys in prop::collection::vec(prop::collection::vec(0usize..4, 0..4), 0..40),
        ) {
            let steps: Vec<_> = keys.iter().map(|keys| struck(keys)).collect();
            let start_limits = start_limits(&steps);
            for last in 0..steps.len() {
                for first in 0..=last {
                    let expected = counts(&steps[first..=last]);
                    prop_assert_eq!(first < start_limits[last] as usize, expected, "{}..={}", first, last);
                }
            }
        }
    }

    #[test]
    fn the_next_sound_is_known_at_every_step() {
        let steps =
            [struck(&[]), struck(&[5]), struck(&[]), struck(&[]), struck(&[6]), struck(&[])];
        assert_eq!(next_sounding(&steps), [1, 1, 4, 4, 4, 6]);
    }
}
