//! Statistics of real music as a reference, and how far a piece deviates from it.

use super::comparison::{Table, comparable_length};
use super::{Distribution, Passage, Statistic};
use crate::roll::Roll;
use serde::Serialize;

/// The distributions of all statistics in passages of real music of one length.
#[derive(Debug, Clone, PartialEq)]
pub struct ReferenceStatistics {
    length: usize,
    /// In the order of [`Statistic::ALL`].
    usual: Vec<Distribution>,
    /// The shares of repeated bars in whole pieces.
    repeated: Distribution,
}

/// How far a piece deviates from real music.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Deviation {
    /// The statistics outside the range of 5 to 95 %, where only one real passage in ten lies.
    pub outside: Vec<Statistic>,
    /// The mean distance of all statistics from the middle of real music, in standard deviations.
    pub distance: f64,
    /// The share of bars that are the same as an earlier one.
    pub repeated: f64,
}

impl ReferenceStatistics {
    /// The reference for pieces of the length of `roll`. As in [`compare`](super::compare()), only
    /// the beginning counts if there are too few real passages of that length. Neither `real` nor
    /// `roll` may be empty.
    pub fn of(real: &[&Roll], roll: &Roll) -> ReferenceStatistics {
        let length = comparable_length(roll, real);
        let share = |roll: &&Roll| Statistic::RepeatedBars.of(&Passage::whole(roll));
        ReferenceStatistics {
            length,
            usual: Table::of(real, length).distributions,
            repeated: Distribution::new(real.iter().filter_map(share)),
        }
    }

    /// The deviation of a piece from the reference. The middle of a statistic is the median of the
    /// real passages. For repeated bars it is the mean share in whole pieces, because a piece is
    /// whole, however short it is.
    pub fn deviation(&self, roll: &Roll) -> Deviation {
        let passage = Passage::new(roll, 0, self.length.min(roll.len()));
        let (mut outside, mut distances) = (Vec::new(), Vec::new());
        for (&statistic, usual) in Statistic::ALL.iter().zip(&self.usual) {
            let (Some(value), Some((low, high))) = (statistic.of(&passage), usual.range()) else {
                continue;
            };
            if value < low || value > high {
                outside.push(statistic);
            }
            let (middle, sd) = match statistic {
                Statistic::RepeatedBars => (self.repeated.mean(), self.repeated.sd()),
                _ => (usual.quantile(0.5), usual.sd()),
            };
            let far = middle.zip(sd).map(|(middle, sd)| (value - middle).abs() / sd);
            distances.extend(far.filter(|far| far.is_finite()));
        }
        let repeated = Statistic::RepeatedBars.of(&passage).unwrap_or(0.0);
        Deviation {
            outside,
            distance: distances.iter().sum::<f64>() / distances.len().max(1) as f64,
            repeated,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roll::{Keys, Step};

    /// Bars of 2/4 in which `keys` keys sound at every step and are struck at every other step. The
    /// bars differ in their highest key, except the last `same` bars, which are like the first.
    fn piece(bars: usize, keys: usize, same: usize) -> Roll {
        let mut roll = Roll::new("2/4".parse().unwrap());
        for step in 0..8 * bars {
            let bar = if step / 8 < bars - same { step / 8 } else { 0 };
            let play = Keys::from_iter((30..29 + keys).chain([50 + bar]));
            let articulate = if step % 2 == 0 { play } else { Keys::NONE };
            roll.push(Step { play, articulate });
        }
        roll
    }

    #[test]
    fn what_lies_in_the_middle_is_near_and_what_is_extreme_is_outside() {
        // Twenty-one pieces of 16 bars, in which 1 to 7 keys sound and 0 to 6 bars repeat.
        let real: Vec<_> = (0..21).map(|nth| piece(16, 1 + nth % 7, nth / 3)).collect();
        let real: Vec<_> = real.iter().collect();
        let reference = ReferenceStatistics::of(&real, &piece(16, 4, 3));
        let middle = reference.deviation(&piece(16, 4, 3));
        assert!(middle.outside.is_empty(), "{middle:?}");
        assert!((middle.repeated - 3.0 / 16.0).abs() < 1e-12);
        let dense = reference.deviation(&piece(16, 12, 3));
        assert!(dense.outside.contains(&Statistic::NotesSounding), "{dense:?}");
        assert!(dense.distance > middle.distance);
        let same = reference.deviation(&piece(16, 4, 14));
        assert!(same.outside.contains(&Statistic::RepeatedBars), "{same:?}");
        assert!(same.distance > middle.distance);
    }
}
