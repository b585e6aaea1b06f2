//! What is usual in real music, and how near a piece comes to it.

use super::comparison::{Table, comparable};
use super::{Distribution, Passage, Statistic};
use crate::roll::Roll;
use serde::Serialize;

/// What is usual in passages of one length of real music.
#[derive(Debug, Clone, PartialEq)]
pub struct Standard {
    length: usize,
    /// In the order of [`Statistic::ALL`].
    usual: Vec<Distribution>,
    /// The shares of repeated bars in whole pieces.
    repeated: Distribution,
}

/// How near a piece comes to what is usual.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Nearness {
    /// The statistics that lie where only one real passage in ten does: outside 5 to 95 %.
    pub outside: Vec<Statistic>,
    /// The mean distance of all statistics from the middle of real music, in standard deviations.
    pub distance: f64,
    /// The share of bars that are the same as one before.
    pub repeated: f64,
}

impl Standard {
    /// What is usual in real pieces, for pieces as long as a roll: as in
    /// [`compare`](super::compare()), of so much of its beginning as there are enough real passages
    /// for. Neither is empty.
    pub fn of(real: &[&Roll], roll: &Roll) -> Standard {
        let length = comparable(roll, real);
        let share = |roll: &&Roll| Statistic::RepeatedBars.of(&Passage::whole(roll));
        Standard {
            length,
            usual: Table::of(real, length).distributions,
            repeated: Distribution::new(real.iter().filter_map(share)),
        }
    }

    /// How near a piece comes. The middle is the median of the real passages; but of repeated bars
    /// it is the mean share in whole pieces, as a piece is a whole one, however short.
    pub fn nearness(&self, roll: &Roll) -> Nearness {
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
        Nearness {
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

    /// So many bars of 2/4 in which `keys` keys sound at every step, struck every other step; the
    /// bars differ in their highest key, but for the last ones, which are as the first.
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
        let standard = Standard::of(&real, &piece(16, 4, 3));
        let middle = standard.nearness(&piece(16, 4, 3));
        assert!(middle.outside.is_empty(), "{middle:?}");
        assert!((middle.repeated - 3.0 / 16.0).abs() < 1e-12);
        let dense = standard.nearness(&piece(16, 12, 3));
        assert!(dense.outside.contains(&Statistic::NotesSounding), "{dense:?}");
        assert!(dense.distance > middle.distance);
        let same = standard.nearness(&piece(16, 4, 14));
        assert!(same.outside.contains(&Statistic::RepeatedBars), "{same:?}");
        assert!(same.distance > middle.distance);
    }
}
