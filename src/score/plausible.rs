//! What can be true of a piece of music. Files, primers, the studio and the command line are all judged here.

use super::{Metre, Score};
use std::ops::RangeInclusive;

impl Score {
    /// The tempos that music has, in microseconds per quarter note: 1 to 1000 quarters a minute.
    ///
    /// Sequencers end at about 1000. A faster tempo in a file is a damaged event, and it would make
    /// a piece of minutes pass in a moment. MIDI itself has no tempo below 3.6 quarters a minute.
    pub const TEMPOS: RangeInclusive<u32> = 60_000..=60_000_000;

    /// Whether a tempo in microseconds per quarter is one that [music has](Self::TEMPOS).
    pub fn is_plausible_tempo(tempo: u32) -> bool {
        Self::TEMPOS.contains(&tempo)
    }
}

impl Metre {
    /// The shortest note that is written below the line of a metre: a 128th.
    const SHORTEST_NOTE: u8 = 7;

    /// The longest measure in whole notes. Cadenzas without bar lines are the longest that exist,
    /// and they have a numerator of at most 255 quarters.
    const LONGEST_MEASURE: u32 = 64;

    /// Whether music can be in this metre: notes from whole notes to 128ths, and a measure that lasts
    /// at least a 32nd and at most 64 whole notes.
    ///
    /// Files with 4/256 exist. Their writers put the 8 of 4/8 where its power of two belongs, so
    /// the metre is unknown.
    pub fn is_plausible(self) -> bool {
        let Metre { numerator, denominator_power } = self;
        let beats = u32::from(numerator);
        beats > 0
            && denominator_power <= Self::SHORTEST_NOTE
            && 32 * beats >= self.denominator()
            && beats <= Self::LONGEST_MEASURE * self.denominator()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metre_is_plausible_if_its_measure_and_its_notes_are() {
        let plausible =
            |numerator, denominator_power| Metre { numerator, denominator_power }.is_plausible();
        // 4/4, 13/64, 37/32, a pick-up of 1/32, 4/128 of the same length, 255/4 and 64/1.
        for (numerator, power) in [(4, 2), (13, 6), (37, 5), (1, 5), (4, 7), (255, 2), (64, 0)] {
            assert!(plausible(numerator, power), "{numerator}/2^{power}");
        }
        // No notes, 4/256, 4/65536, 2/2^33, 1/64, 3/128, 65/1 and 129/2.
        let impossible =
            [(0, 2), (4, 8), (4, 16), (2, 33), (2, 255), (1, 6), (3, 7), (65, 0), (129, 1)];
        for (numerator, power) in impossible {
            assert!(!plausible(numerator, power), "{numerator}/2^{power}");
        }
    }

    #[test]
    fn a_tempo_is_plausible_from_1_to_1000_quarters_a_minute() {
        for (tempo, plausible) in [
            (0, false),
            (1, false),
            (2_604, false),
            (59_999, false),
            (60_000, true),
            (0xFF_FFFF, true),
            (60_000_000, true),
            (60_000_001, false),
        ] {
            assert_eq!(Score::is_plausible_tempo(tempo), plausible, "{tempo}");
        }
    }
}
