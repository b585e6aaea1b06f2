//! For every distance back: how far, and how well, the piece agrees with itself.

use super::matches::{Match, SimilarMatch, TransposedMatch};
use super::model::{SHORTEST_EXACT, SHORTEST_TRANSPOSED};
use super::piece_steps::PieceSteps;
use crate::roll::Step;

/// The share of the similarity that a step takes over from the steps before: it is a mean over about
/// the last sixteen.
const KEPT: f32 = 15.0 / 16.0;

/// The similarity below which nothing counts as similar.
const LEAST_SIMILARITY: f32 = 0.25;

/// From this length on, matches count as occurrences of the same passage.
const SURE_LENGTH: u16 = 16;

/// The mark of an alignment whose transposition is not known, because only silence agrees.
const UNKNOWN: i8 = i8::MIN;

/// What is compared of a step.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Digest {
    /// A hash of the step, and one of the step moved so that its lowest key is the first.
    exact: u64,
    relative: u64,
    /// The lowest key; `UNKNOWN` in silence.
    lowest: i8,
}

impl Digest {
    fn of(step: Step) -> Digest {
        let lowest = step.play.lowest();
        let down = lowest.unwrap_or(0);
        Digest {
            exact: hash(step.play.bits(), step.articulate.bits()),
            relative: hash(step.play.bits() >> down, step.articulate.bits() >> down),
            lowest: lowest.map_or(UNKNOWN, |key| key as i8),
        }
    }
}

/// A hash of 64 bits. Two different steps of a piece have the same one with a chance of 2⁻⁶⁴.
fn hash(play: u128, articulate: u128) -> u64 {
    let words = [play as u64, (play >> 64) as u64, articulate as u64, (articulate >> 64) as u64];
    words.into_iter().fold(0, |hash, word| mix(hash ^ word))
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood 2014), with its increment.
pub(super) fn mix(word: u64) -> u64 {
    let word = word.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let word = (word ^ word >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let word = (word ^ word >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    word ^ word >> 31
}

/// The self-alignments of a piece, by distance: entry `d − 1` says how the latest steps agree with
/// those `d` steps before.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Alignments {
    digests: Vec<Digest>,
    exact: Vec<u16>,
    transposed: Vec<u16>,
    semitones: Vec<i8>,
    similar: Vec<f32>,
}

impl Alignments {
    /// Takes in a new step. `steps` are those before it.
    pub(super) fn push(&mut self, steps: &PieceSteps, step: Step) {
        let new = Digest::of(step);
        let earlier = self.digests.iter().rev();
        for ((exact, transposed), (semitones, earlier)) in self
            .exact
            .iter_mut()
            .zip(&mut self.transposed)
            .zip(self.semitones.iter_mut().zip(earlier))
        {
            *exact = if earlier.exact == new.exact { exact.saturating_add(1) } else { 0 };
            if earlier.relative != new.relative {
                (*transposed, *semitones) = (0, UNKNOWN);
            } else if new.lowest == UNKNOWN {
                *transposed = transposed.saturating_add(1);
            } else {
                let moved = new.lowest - earlier.lowest;
                let goes_on = *semitones == UNKNOWN || *semitones == moved;
                *transposed = if goes_on { transposed.saturating_add(1) } else { 1 };
                *semitones = moved;
            }
        }
        for (similar, &earlier) in self.similar.iter_mut().zip(steps.latest_first()) {
            *similar = KEPT * *similar + (1.0 - KEPT) * similarity(earlier, step);
        }
        self.digests.push(new);
        // The distance back to the first step, which had nothing to agree with before.
        self.exact.push(0);
        self.transposed.push(0);
        self.semitones.push(UNKNOWN);
        self.similar.push(0.0);
    }

    /// Forgets the first steps.
    pub(super) fn drop_first(&mut self, steps: usize) {
        self.digests.drain(..steps);
        let kept = self.digests.len();
        self.exact.truncate(kept);
        self.transposed.truncate(kept);
        self.semitones.truncate(kept);
        self.similar.truncate(kept);
    }

    /// The longest exact match, how many there are, and the longest that was followed by something
    /// else. `next` is the number of the step that comes next.
    pub(super) fn exact(&self, next: usize) -> (Match, u8, Match) {
        let Some((back, length)) = longest(&self.exact) else { return Default::default() };
        if length < SHORTEST_EXACT {
            return Default::default();
        }
        let followed = |back: usize| self.digests[self.digests.len() - 1 - back].exact;
        let best = followed(back);
        let (mut occurrences, mut otherwise) = (0u8, Match::default());
        for (other, &agree) in self.exact.iter().enumerate() {
            if agree < SHORTEST_EXACT {
                continue;
            }
            if agree >= length.min(SURE_LENGTH) {
                occurrences = occurrences.saturating_add(1);
            }
            if agree > otherwise.length && followed(other) != best {
                otherwise = found(next, other, agree);
            }
        }
        (found(next, back, length), occurrences, otherwise)
    }

    /// The longest match at another pitch.
    pub(super) fn transposed(&self, next: usize) -> TransposedMatch {
        let mut best = TransposedMatch::default();
        for (back, (&length, &semitones)) in self.transposed.iter().zip(&self.semitones).enumerate()
        {
            let counts = length >= SHORTEST_TRANSPOSED && semitones != 0 && semitones != UNKNOWN;
            if counts && length > best.at.length {
                best = TransposedMatch { at: found(next, back, length), semitones };
            }
        }
        best
    }

    /// The most similar place.
    pub(super) fn similar(&self, next: usize) -> SimilarMatch {
        let mut best = (LEAST_SIMILARITY, None);
        for (back, &similar) in self.similar.iter().enumerate() {
            if similar > best.0 {
                best = (similar, Some(back));
            }
        }
        let Some(back) = best.1 else { return SimilarMatch::default() };
        let similarity = (best.0 * 255.0) as u8;
        SimilarMatch { source: found(next, back, 1).source, similarity }
    }
}

/// The longest of some runs and its index; the first of several.
fn longest(runs: &[u16]) -> Option<(usize, u16)> {
    let length = runs.iter().copied().max()?;
    runs.iter().position(|&run| run == length).map(|back| (back, length))
}

fn found(next: usize, back: usize, length: u16) -> Match {
    Match { source: (next - 1 - back) as u32, length }
}

/// How alike two steps are, 0 to 1: the share of keys that sound in both among those that sound in
/// either, where keys that are struck count three times.
fn similarity(one: Step, other: Step) -> f32 {
    let either = one.play.or(other.play).count() + 2 * one.articulate.or(other.articulate).count();
    if either == 0 {
        return 0.5;
    }
    let both = one.play.and(other.play).count() + 2 * one.articulate.and(other.articulate).count();
    both as f32 / either as f32
}
