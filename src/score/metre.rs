//! The metre of a measure, as given by its time signature.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// A time signature: a measure has `numerator` notes, each a `denominator`th long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Metre {
    /// The upper number, at least 1.
    pub numerator: u8,
    /// The lower number as a power of two: 2 for quarters, 3 for eighths.
    pub denominator_power: u8,
}

impl Metre {
    /// 4/4, the default of MIDI files.
    pub const COMMON: Metre = Metre { numerator: 4, denominator_power: 2 };

    /// The lower number: 4 for quarters, 8 for eighths.
    pub fn denominator(self) -> u32 {
        1 << self.denominator_power.min(31)
    }

    /// The length of a measure in 16th notes, rounded, at least one.
    ///
    /// Only metres of 32nds and shorter values need rounding: 3/32 counts as two.
    pub fn sixteenths(self) -> u32 {
        let numerator = u32::from(self.numerator.max(1));
        let length = match u32::from(self.denominator_power) {
            power @ 0..=4 => numerator << (4 - power),
            power => {
                let divisor = 1u64 << (power - 4).min(32);
                ((u64::from(numerator) + divisor / 2) / divisor) as u32
            }
        };
        length.max(1)
    }

    /// Whether a measure is a whole number of 16ths, so that a roll can hold it exactly.
    pub fn is_of_sixteenths(self) -> bool {
        let power = u32::from(self.denominator_power);
        u32::from(self.numerator.max(1)).trailing_zeros() + 4 >= power
    }

    /// The metre of [the same length](Self::sixteenths), counted in 16ths.
    pub fn in_sixteenths(self) -> Metre {
        let numerator = u8::try_from(self.sixteenths()).unwrap_or(u8::MAX);
        Metre { numerator, denominator_power: 4 }
    }

    /// Divides a measure into parts and returns a place within its part: how many 16ths it stands
    /// after the part's beginning. `in_measure` is the place in 16ths after the downbeat, less than
    /// a measure. No part is longer than sixteen 16ths, so the result fits the article's sixteen
    /// beats.
    ///
    /// A measure of at most sixteen 16ths is one part. A longer one is divided into its metrical
    /// halves (6/4 into 3 + 3 quarters, 12/8 into 6 + 6 eighths) or thirds (9/8 into 3 + 3 + 3
    /// eighths, 3/2 into three half notes), and these again if need be. Where neither is possible
    /// (5/4, 7/4), the first part is the longer one (3 + 2, 4 + 3): most such measures are felt so.
    pub fn place_in_part(self, in_measure: u32) -> u32 {
        let (mut beats, beat) = match self.denominator_power {
            0..=4 => (u32::from(self.numerator.max(1)), 16 >> self.denominator_power),
            _ => (self.sixteenths(), 1),
        };
        let mut place = in_measure;
        while beats * beat > 16 {
            let part = match beats {
                even if even % 2 == 0 => even / 2,
                three if three % 3 == 0 => three / 3,
                odd => odd.div_ceil(2),
            };
            let is_in_the_rest = !beats.is_multiple_of(part) && place >= part * beat;
            place %= part * beat;
            beats = if is_in_the_rest { beats - part } else { part };
        }
        place
    }
}

impl fmt::Display for Metre {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator())
    }
}

/// Why a text is not a metre.
#[derive(Debug, thiserror::Error)]
#[error(
    "\"{0}\" is not a metre; write it like 3/4 or 6/8, with 1, 2, 4, 8, 16, 32, 64 or 128 below the line, \
     and a measure of a 32nd to 64 whole notes"
)]
pub struct MetreError(String);

impl FromStr for Metre {
    type Err = MetreError;

    /// Reads every metre that is [plausible](Metre::is_plausible), as it is displayed.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || MetreError(text.to_owned());
        let (numerator, denominator) = text.split_once('/').ok_or_else(error)?;
        let numerator: u8 = numerator.trim().parse().map_err(|_| error())?;
        let denominator: u32 = denominator.trim().parse().map_err(|_| error())?;
        let denominator_power = denominator.trailing_zeros() as u8;
        let metre = Metre { numerator, denominator_power };
        match denominator.is_power_of_two() && metre.is_plausible() {
            true => Ok(metre),
            false => Err(error()),
        }
    }
}

/// In JSON a metre is text, like `"3/4"`.
impl Serialize for Metre {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Metre {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Metre, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metre(text: &str) -> Metre {
        text.parse().unwrap()
    }

    #[test]
    fn a_measure_is_as_long_as_its_signature_says() {
        let lengths = [
            ("4/4", 16),
            ("3/4", 12),
            ("6/8", 12),
            ("3/8", 6),
            ("12/8", 24),
            ("5/4", 20),
            ("2/2", 16),
            ("3/32", 2),
        ];
        for (text, sixteenths) in lengths {
            assert_eq!(metre(text).sixteenths(), sixteenths, "{text}");
        }
    }

    /// The lengths of the parts of a measure.
    fn parts(text: &str) -> Vec<u32> {
        let metre = metre(text);
        let begins = |place: &u32| metre.place_in_part(*place) == 0;
        let mut starts: Vec<_> = (0..metre.sixteenths()).filter(begins).collect();
        starts.push(metre.sixteenths());
        starts.windows(2).map(|pair| pair[1] - pair[0]).collect()
    }

    #[test]
    fn long_measures_are_counted_by_halves_and_thirds() {
        assert_eq!(parts("4/4"), [16]);
        assert_eq!(parts("6/4"), [12, 12]);
        assert_eq!(parts("12/8"), [12, 12]);
        assert_eq!(parts("9/8"), [6, 6, 6]);
        assert_eq!(parts("3/2"), [8, 8, 8]);
        assert_eq!(parts("4/2"), [16, 16]);
        assert_eq!(parts("12/4"), [12, 12, 12, 12]);
        assert_eq!(parts("5/4"), [12, 8]);
        assert_eq!(parts("7/4"), [16, 12]);
        assert_eq!(parts("11/4"), [12, 12, 12, 8]);
    }

    #[test]
    fn in_every_metre_parts_of_sixteen_at_most_follow_each_other() {
        for numerator in 1..=255 {
            for denominator_power in 0..=8 {
                let metre = Metre { numerator, denominator_power };
                let places = (0..metre.sixteenths()).map(|place| metre.place_in_part(place));
                let places: Vec<_> = places.collect();
                assert!(places[0] == 0 && places.iter().all(|&place| place < 16), "{metre}");
                let follow = |pair: &[u32]| pair[1] == pair[0] + 1 || pair[1] == 0;
                assert!(places.windows(2).all(follow), "{metre}: {places:?}");
            }
        }
    }

    #[test]
    fn only_some_metres_of_32nds_have_whole_16ths() {
        for (text, whole) in [("4/4", true), ("1/16", true), ("6/32", true), ("3/32", false)] {
            assert_eq!(metre(text).is_of_sixteenths(), whole, "{text}");
        }
        for numerator in 1..=255 {
            for denominator_power in 0..=8 {
                let metre = Metre { numerator, denominator_power };
                let exact = f64::from(numerator) * 16.0 / f64::from(metre.denominator());
                assert_eq!(metre.is_of_sixteenths(), exact.fract() == 0.0, "{metre}");
                if denominator_power > 4 {
                    assert_eq!(metre.in_sixteenths().sixteenths(), metre.sixteenths(), "{metre}");
                }
            }
        }
    }

    #[test]
    fn every_plausible_metre_is_read_as_it_is_written_and_no_other() {
        for numerator in 0..=255 {
            for denominator_power in 0..=31 {
                let metre = Metre { numerator, denominator_power };
                let read: Option<Metre> = metre.to_string().parse().ok();
                assert_eq!(read, metre.is_plausible().then_some(metre), "{metre}");
                let json = serde_json::to_string(&metre).unwrap();
                assert_eq!(serde_json::from_str(&json).ok(), read, "{json}");
            }
        }
    }

    #[test]
    fn what_is_no_metre_is_refused_with_an_example() {
        for text in ["", "4", "0/4", "4/0", "3/5", "4/256", "1/64", "255/1", "-1/4", "256/4"] {
            let error = text.parse::<Metre>().unwrap_err().to_string();
            assert!(error.contains("like 3/4"), "{error}");
        }
    }
}
