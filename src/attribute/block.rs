//! The blocks of attributes that layouts are made of.

use super::StepAttributes;
use super::context::{Context, pitch_class};
use super::match_block;
use crate::roll::{KEYS, Step};

/// The reach of the vicinity of a key: an octave down and an octave up, in semitones.
pub const VICINITY_REACH: usize = 12;

/// A group of attributes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Block {
    /// The number of the key as (key + 1) / 88: the 1 to 88 of the article, scaled to the range of
    /// the other attributes, which are 0 or 1.
    Position,
    /// The pitch class, one-hot, C first.
    PitchClass,
    /// For each of 25 keys, from an octave below to an octave above: whether it was played and
    /// whether it was articulated at the step before. Beyond the keyboard both are 0.
    Vicinity,
    /// The place in the measure in 16ths, dummy-coded: fifteen values, all zero on the downbeat. In
    /// a measure of more than sixteen 16ths, the place in its part.
    Beat,
    /// The number of keys that sounded at the step before, by their interval above this key modulo
    /// octaves: twelve counts, starting with its own pitch class.
    Chroma,
    /// The interval of the lowest key that sounded at the step before above this key, modulo
    /// octaves, one-hot.
    Bass,
    /// The share of each interval above this key, modulo octaves, among all strokes of the last 64
    /// steps, times four. It shows which key the music is in.
    Tonality,
    /// The length of the measure, one-hot, in 16ths up to 4, 6, 8, 12, 16, 18, 20, 24 or more.
    MeasureLength,
    /// What happened in earlier measures: one measure ago at this place (this key and two on either
    /// side) and one step later, two measures ago at this place and one step later, and four
    /// measures ago at this place. Nine pairs of played and articulated.
    Echo,
    /// How many steps ago this key was last struck, one-hot: 1, 2, 3, 4, up to 6, 8, 12, 16, 32,
    /// 64; all zero if it was longer ago.
    Age,
    /// What this key did 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96 and 128 steps ago and one step
    /// later, for music without known measures. Thirteen triples: played and articulated then, and
    /// played one step later.
    Recall,
    /// The outline of the step before: sounding keys / 8, struck keys / 8, the distance of this key
    /// from the lowest and from the highest sounding key in octaves / 2 (at most ±2), and silent
    /// steps / 16 (at most 1).
    Outline,
    /// What followed the longest match of all keys ([`crate::match_model`]): played and articulated by
    /// length class of the match, and one step later; how often such a match occurred; how many
    /// measures ago, and whether at the same place in the measure.
    ExactMatch,
    /// What followed the longest match of all keys that was followed by something else: played and
    /// articulated by length class.
    OtherMatch,
    /// What followed the longest match at another pitch, moved to the present pitch: played and
    /// articulated by length class, and one step later.
    TransposedMatch,
    /// What followed the most similar place: played and articulated by class of similarity, and one
    /// step later; how many measures ago, and whether at the same place in the measure.
    SimilarMatch,
    /// What followed the longest match of the keys around this one, once for the keys up to 2 away,
    /// once up to 6, once up to 14: played and articulated by length class, and by whether other such
    /// matches were found and agreed.
    LocalMatch,
}

/// The longest measure, in 16ths, of each value of [`Block::MeasureLength`] but the last.
const LENGTHS: [u32; 8] = [4, 6, 8, 12, 16, 18, 20, 24];

/// The greatest age of each value of [`Block::Age`].
const AGES: [u8; 10] = [1, 2, 3, 4, 6, 8, 12, 16, 32, 64];

/// Where the pairs of [`Block::Echo`] are read: measures ago, steps later, semitones away.
const ECHOES: [(usize, usize, i32); 9] = [
    (1, 0, -2),
    (1, 0, -1),
    (1, 0, 0),
    (1, 0, 1),
    (1, 0, 2),
    (1, 1, 0),
    (2, 0, 0),
    (2, 1, 0),
    (4, 0, 0),
];

/// How many steps ago each triple of [`Block::Recall`] is read.
const RECALLED: [usize; 13] = [2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128];

impl Block {
    /// The number of attributes of the block.
    pub fn width(self) -> usize {
        match self {
            Block::Position => 1,
            Block::PitchClass => 12,
            Block::Vicinity => 2 * (2 * VICINITY_REACH + 1),
            Block::Beat => 15,
            Block::Chroma | Block::Bass | Block::Tonality => 12,
            Block::MeasureLength => LENGTHS.len() + 1,
            Block::Echo => 2 * ECHOES.len(),
            Block::Age => AGES.len(),
            Block::Recall => 3 * RECALLED.len(),
            Block::Outline => 5,
            Block::ExactMatch => match_block::EXACT_WIDTH,
            Block::OtherMatch => match_block::OTHERWISE_WIDTH,
            Block::TransposedMatch => match_block::TRANSPOSED_WIDTH,
            Block::SimilarMatch => match_block::SIMILAR_WIDTH,
            Block::LocalMatch => match_block::LOCAL_WIDTH,
        }
    }

    /// The name of the block.
    pub fn name(self) -> &'static str {
        match self {
            Block::Position => "position",
            Block::PitchClass => "pitch-class",
            Block::Vicinity => "vicinity",
            Block::Beat => "beat",
            Block::Chroma => "chroma",
            Block::Bass => "bass",
            Block::Tonality => "tonality",
            Block::MeasureLength => "measure-length",
            Block::Echo => "echo",
            Block::Age => "age",
            Block::Recall => "recall",
            Block::Outline => "outline",
            Block::ExactMatch => "exact-match",
            Block::OtherMatch => "other-match",
            Block::TransposedMatch => "transposed-match",
            Block::SimilarMatch => "similar-match",
            Block::LocalMatch => "local-match",
        }
    }

    /// Whether the block needs more than the step before.
    pub(super) fn needs_history(self) -> bool {
        !matches!(self, Block::Position | Block::PitchClass | Block::Vicinity | Block::Beat)
    }

    /// Whether the block says what followed earlier in the piece.
    pub(super) fn needs_matches(self) -> bool {
        use Block::{ExactMatch, LocalMatch, OtherMatch, SimilarMatch, TransposedMatch};
        matches!(self, ExactMatch | OtherMatch | TransposedMatch | SimilarMatch | LocalMatch)
    }

    /// Adds the values of one key that are not zero. `first` is the first column of the block.
    pub(super) fn describe(
        self,
        key: usize,
        context: &Context<'_>,
        first: usize,
        to: &mut StepAttributes,
    ) {
        let Context { previous, place, matches, .. } = *context;
        // The interval of a pitch class above this key, modulo octaves.
        let interval = |class: usize| (class + 12 - pitch_class(key)) % 12;
        match self {
            Block::Position => to.push(first, (key + 1) as f32 / KEYS as f32),
            Block::PitchClass => to.push(first + pitch_class(key), 1.0),
            Block::Vicinity => {
                // Bit i of the window is the key `i - VICINITY_REACH` semitones away.
                let window = |bits: u128| (bits << VICINITY_REACH) >> key & ((1 << 25) - 1);
                let articulated = window(previous.articulate.bits());
                let mut played = window(previous.play.bits());
                while played != 0 {
                    let interval = played.trailing_zeros() as usize;
                    to.push(first + 2 * interval, 1.0);
                    if articulated >> interval & 1 == 1 {
                        to.push(first + 2 * interval + 1, 1.0);
                    }
                    played &= played - 1;
                }
            }
            Block::Beat => {
                if place.in_part > 0 {
                    to.push(first + usize::from(place.in_part) - 1, 1.0);
                }
            }
            Block::Chroma => {
                for (class, &count) in context.chroma.iter().enumerate().filter(|(_, c)| **c > 0) {
                    to.push(first + interval(class), f32::from(count));
                }
            }
            Block::Bass => {
                if let Some(lowest) = previous.play.lowest() {
                    to.push(first + interval(pitch_class(lowest)), 1.0);
                }
            }
            Block::Tonality => {
                for (class, &share) in
                    context.tonality.iter().enumerate().filter(|(_, s)| **s > 0.0)
                {
                    to.push(first + interval(class), 4.0 * share);
                }
            }
            Block::MeasureLength => {
                let kind = LENGTHS.partition_point(|&length| length < place.measure);
                to.push(first + kind, 1.0);
            }
            Block::Echo => {
                for (pair, &(measures, later, semitones)) in ECHOES.iter().enumerate() {
                    let back = measures * place.measure as usize;
                    // In a measure of one step, the step later is the one that is predicted.
                    let step = back.checked_sub(later).filter(|&back| back > 0);
                    let step = step.map_or(Step::SILENCE, |back| context.steps_ago(back));
                    let other = key.checked_add_signed(semitones as isize);
                    let Some(other) = other.filter(|&other| step.play.contains(other)) else {
                        continue;
                    };
                    to.push(first + 2 * pair, 1.0);
                    if step.articulate.contains(other) {
                        to.push(first + 2 * pair + 1, 1.0);
                    }
                }
            }
            Block::Age => {
                if context.age[key] > 0 {
                    let kind = AGES.partition_point(|&age| age < context.age[key]);
                    to.push(first + kind, 1.0);
                }
            }
            Block::Recall => {
                for (place, &back) in RECALLED.iter().enumerate() {
                    let (then, later) = (context.steps_ago(back), context.steps_ago(back - 1));
                    let values = [
                        then.play.contains(key),
                        then.articulate.contains(key),
                        later.play.contains(key),
                    ];
                    for (value, _) in values.into_iter().enumerate().filter(|(_, value)| *value) {
                        to.push(first + 3 * place + value, 1.0);
                    }
                }
            }
            Block::ExactMatch => match_block::exact(key, matches, place, first, to),
            Block::OtherMatch => match_block::otherwise(key, matches, first, to),
            Block::TransposedMatch => match_block::transposed(key, matches, first, to),
            Block::SimilarMatch => match_block::similar(key, matches, place, first, to),
            Block::LocalMatch => match_block::local(key, matches, first, to),
            Block::Outline => {
                let mut push = |column: usize, value: f32| {
                    if value != 0.0 {
                        to.push(first + column, value);
                    }
                };
                push(0, previous.play.count() as f32 / 8.0);
                push(1, previous.articulate.count() as f32 / 8.0);
                let ends = [previous.play.lowest(), previous.play.highest()];
                for (column, end) in ends.into_iter().enumerate() {
                    let octaves = end.map_or(0.0, |end| (key as f32 - end as f32) / 24.0);
                    push(2 + column, octaves.clamp(-2.0, 2.0));
                }
                push(4, (context.silence as f32 / 16.0).min(1.0));
            }
        }
    }
}
