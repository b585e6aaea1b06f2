//! One time step of a roll, and its place in the measure.

use super::Keys;
use crate::score::Metre;

/// The state of the 88 keys during one 16th: which keys sound, and which of those are struck.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Step {
    /// Keys that sound ("frame" in the literature).
    pub play: Keys,
    /// Keys that are struck at this step ("onset"); each of them sounds.
    pub articulate: Keys,
}

impl Step {
    /// A step at which nothing sounds.
    pub const SILENCE: Step = Step { play: Keys::NONE, articulate: Keys::NONE };

    /// Keys that go on sounding from the step before, without being struck.
    pub fn held(self) -> Keys {
        self.play.without(self.articulate)
    }

    /// Makes the step one that a pianist could play after `previous`: every key that begins to
    /// sound is struck, and no key is struck that does not sound.
    pub fn after(self, previous: Step) -> Step {
        let struck = self.articulate.and(self.play);
        Step { play: self.play, articulate: struck.or(self.play.without(previous.play)) }
    }

    /// The step moved by some semitones. Keys that leave the keyboard are lost.
    pub fn transposed(self, semitones: i32) -> Step {
        Step {
            play: self.play.transposed(semitones),
            articulate: self.articulate.transposed(semitones),
        }
    }
}

/// The place of a step in its measure, in 16ths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place {
    /// Counted from the downbeat, which is 0.
    pub in_measure: u32,
    /// Counted from the start of its part, 0 to 15. Measures of more than sixteen 16ths are divided
    /// into halves, thirds or other parts ([`Metre::place_in_part`]).
    pub in_part: u8,
    /// The length of the measure.
    pub measure: u32,
}

impl Place {
    /// The place of the `step`th 16th after a downbeat in a metre.
    pub fn within(metre: Metre, step: usize) -> Place {
        let measure = metre.sixteenths();
        let in_measure = (step % measure as usize) as u32;
        Place { in_measure, in_part: metre.place_in_part(in_measure) as u8, measure }
    }
}
