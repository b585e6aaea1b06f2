//! Rolls with several metres.

use deep_jammer::roll::{Keys, Roll, Step};
use deep_jammer::score::{KeySignature, Metre};

/// A metre, and the steps in it with how many steps each is held.
pub type Region = (Metre, Vec<(Step, usize)>);

/// A roll of regions, with a key of so many sharps, in minor or not.
pub fn roll(regions: Vec<Region>, tempo: u32, key: Option<(i8, bool)>) -> Roll {
    let mut roll = Roll::new(regions[0].0);
    for (metre, steps) in regions {
        // Said again, a metre is no change.
        if roll.metre_at(roll.len()).metre != metre {
            roll.change_metre(metre);
        }
        for (step, times) in steps {
            roll.push(step);
            let held = Step { play: step.play, articulate: Keys::NONE };
            (1..times).for_each(|_| roll.push(held));
        }
    }
    roll.set_tempo(tempo);
    roll.key = key.map(|(sharps, minor)| KeySignature { sharps, minor });
    roll
}
