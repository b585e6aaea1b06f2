//! The blocks of which a layout of attributes is made.

use super::StepAttributes;
use crate::roll::{KEYS, LOWEST_PITCH, Place, Step};

/// How far the vicinity of a key reaches: an octave down and an octave up.
pub const VICINITY_REACH: usize = 12;

/// A group of attributes that belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Block {
    /// Which of the 88 keys it is, as (key + 1) / 88: the article's 1 to 88, brought to the scale
    /// of the other attributes, which are 0 or 1.
    Position,
    /// Which of the twelve pitch classes it is, one-hot, C first.
    PitchClass,
    /// For each of 25 keys, from an octave below to an octave above, whether it was played and
    /// whether it was articulated at the step before. Beyond the keyboard nothing sounds.
    Vicinity,
    /// The place in the measure in 16ths, dummy-coded: fifteen values, all zero on the downbeat.
    /// A measure of more than sixteen 16ths is counted by its parts.
    Beat,
}

impl Block {
    /// How many attributes the block has.
    pub fn width(self) -> usize {
        match self {
            Block::Position => 1,
            Block::PitchClass => 12,
            Block::Vicinity => 2 * (2 * VICINITY_REACH + 1),
            Block::Beat => 15,
        }
    }

    /// The block's name, as model files spell it.
    pub fn name(self) -> &'static str {
        match self {
            Block::Position => "position",
            Block::PitchClass => "pitch-class",
            Block::Vicinity => "vicinity",
            Block::Beat => "beat",
        }
    }

    /// Adds one key's values that are not zero. `first` is the column at which the block begins,
    /// `previous` the step before the one at `place`.
    pub(super) fn describe(
        self,
        key: usize,
        previous: Step,
        place: Place,
        first: usize,
        to: &mut StepAttributes,
    ) {
        match self {
            Block::Position => to.push(first, (key + 1) as f32 / KEYS as f32),
            Block::PitchClass => to.push(first + (key + usize::from(LOWEST_PITCH)) % 12, 1.0),
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
        }
    }
}
