//! One time step of a roll, and its place in the measure.

use super::Keys;
use crate::score::Metre;

/// What the 88 keys do during one 16th: which sound, and which of those are struck.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Step {
    /// Keys that sound.
    pub play: Keys,
    /// Keys that are struck at this step; each of them sounds.
    pub articulate: Keys,
}

impl Step {
    /// A step in which nothing sounds.
    pub const SILENCE: Step = Step { play: Keys::NONE, articulate: Keys::NONE };

    /// Keys that sound on from the step before, without being struck.
    pub fn held(self) -> Keys {
        self.play.without(self.articulate)
    }

    /// Strikes whatever sounds without having sounded before, and only what sounds: the step
    /// becomes one that a pianist could play after `previous`.
    pub fn after(self, previous: Step) -> Step {
        let struck = self.articulate.and(self.play);
        Step { play: self.play, articulate: struck.or(self.play.without(previous.play)) }
    }

    /// The step moved by some semitones; what leaves the keyboard is lost.
    pub fn transposed(self, semitones: i32) -> Step {
        Step {
            play: self.play.transposed(semitones),
            articulate: self.articulate.transposed(semitones),
        }
    }
}

/// Where in its measure a step stands, in 16ths.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place {
    /// From the downbeat, which is 0.
    pub in_measure: u32,
    /// From the start of the half, third or other part in which a measure of more than sixteen
    /// 16ths is counted ([`Metre::place_in_part`]): 0 to 15.
    pub in_part: u8,
    /// How long the measure is.
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
