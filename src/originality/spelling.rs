//! Music as symbols that say nothing of how high it is.

use crate::roll::{KEYS, Roll, Step};
use std::collections::HashMap;

/// Nothing sounds.
const SILENCE: u32 = 0;

/// The symbol of a leap of no key.
const NO_LEAP: u32 = KEYS as u32;

/// Above all leaps.
const FIRST_SHAPE: u32 = 2 * KEYS as u32;

/// A roll as symbols, such that two stretches that begin with the [shapes](shape) of sounding steps
/// have the same symbols exactly if one is the other transposed.
///
/// A silent step is one symbol. A sounding one is two: how far its lowest key is from that of the
/// sounding step before it, and then its shape.
pub(super) struct Spelling {
    /// The symbols.
    pub symbols: Vec<u32>,
    /// For each step, the index of its last symbol.
    pub places: Vec<u32>,
}

/// The shapes of a repertoire and their symbols.
#[derive(Default)]
pub(super) struct Shapes(HashMap<Step, u32>);

impl Shapes {
    /// The spelling of a roll; shapes that are new are entered.
    pub fn learn(&mut self, roll: &Roll) -> Spelling {
        spell(roll, |shape| {
            let new = FIRST_SHAPE + self.0.len() as u32;
            *self.0.entry(shape).or_insert(new)
        })
    }

    /// The spelling of a roll; shapes that are new all have a symbol that nothing else has.
    pub fn spell(&self, roll: &Roll) -> Spelling {
        let unheard = FIRST_SHAPE + self.0.len() as u32;
        spell(roll, |shape| self.0.get(&shape).copied().unwrap_or(unheard))
    }
}

fn spell(roll: &Roll, mut symbol: impl FnMut(Step) -> u32) -> Spelling {
    let mut symbols = Vec::with_capacity(2 * roll.len());
    let mut places = Vec::with_capacity(roll.len());
    let mut before = None;
    for &step in roll.steps() {
        match shape(step) {
            None => symbols.push(SILENCE),
            Some((lowest, shape)) => {
                let leap = lowest as i32 - before.unwrap_or(lowest) as i32;
                symbols.push(NO_LEAP.wrapping_add_signed(leap));
                symbols.push(symbol(shape));
                before = Some(lowest);
            }
        }
        places.push(symbols.len() as u32 - 1);
    }
    Spelling { symbols, places }
}

/// A sounding step moved down until its lowest key is the lowest of the keyboard, and by how many
/// keys.
fn shape(step: Step) -> Option<(usize, Step)> {
    let lowest = step.play.lowest()?;
    Some((lowest, step.transposed(-(lowest as i32))))
}
