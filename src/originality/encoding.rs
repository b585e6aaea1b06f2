//! Encodes music as symbols that do not depend on transposition.

use crate::roll::{KEYS, Roll, Step};
use std::collections::HashMap;

/// The symbol of a silent step.
const SILENCE: u32 = 0;

/// The symbol of the interval 0.
const UNISON: u32 = KEYS as u32;

/// The first symbol for a chord shape; all symbols for intervals are lower.
const FIRST_SHAPE: u32 = 2 * KEYS as u32;

/// A roll as symbols. Two passages that begin with the [`shape`] of a sounding step have the same
/// symbols exactly if one is a transposition of the other.
///
/// A silent step is one symbol. A sounding step is two: the interval from the lowest key of the
/// sounding step before to its own lowest key, and then its chord shape.
pub(super) struct EncodedRoll {
    /// The symbols.
    pub symbols: Vec<u32>,
    /// For each step, the index of its last symbol.
    pub last_symbols: Vec<u32>,
}

/// The chord shapes of the training music and their symbols.
#[derive(Default)]
pub(super) struct Alphabet(HashMap<Step, u32>);

impl Alphabet {
    /// Encodes a roll, and adds its new shapes to the alphabet.
    pub fn encode_and_extend(&mut self, roll: &Roll) -> EncodedRoll {
        encode(roll, |shape| {
            let new = FIRST_SHAPE + self.0.len() as u32;
            *self.0.entry(shape).or_insert(new)
        })
    }

    /// Encodes a roll. All shapes that are not in the alphabet share one symbol, which nothing else
    /// has.
    pub fn encode(&self, roll: &Roll) -> EncodedRoll {
        let unknown = FIRST_SHAPE + self.0.len() as u32;
        encode(roll, |shape| self.0.get(&shape).copied().unwrap_or(unknown))
    }
}

fn encode(roll: &Roll, mut symbol: impl FnMut(Step) -> u32) -> EncodedRoll {
    let mut symbols = Vec::with_capacity(2 * roll.len());
    let mut last_symbols = Vec::with_capacity(roll.len());
    let mut before = None;
    for &step in roll.steps() {
        match shape(step) {
            None => symbols.push(SILENCE),
            Some((lowest, shape)) => {
                let interval = lowest as i32 - before.unwrap_or(lowest) as i32;
                symbols.push(UNISON.wrapping_add_signed(interval));
                symbols.push(symbol(shape));
                before = Some(lowest);
            }
        }
        last_symbols.push(symbols.len() as u32 - 1);
    }
    EncodedRoll { symbols, last_symbols }
}

/// The lowest key of a sounding step, and its shape: the step moved down until that key is the
/// lowest key of the keyboard. `None` for a silent step.
fn shape(step: Step) -> Option<(usize, Step)> {
    let lowest = step.play.lowest()?;
    Some((lowest, step.transposed(-(lowest as i32))))
}
