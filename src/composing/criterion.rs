//! Which of several pieces is the best.

use super::LONGEST_MEASURES;
use crate::originality::{Match, Originality, TrainingMusic};
use crate::roll::Roll;
use crate::statistic::{Breakdowns, Deviation, ReferenceStatistics, Statistic};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};

/// Judges pieces by real music: that which the composer has learned from.
///
/// A piece is the better the fewer grave faults it has: a run copied from that music (32 steps or
/// more, at any transposition), a passage of over two measures that is silent, one that is stuck,
/// one that is crowded, one that goes in circles ([`Breakdowns`]). Of as many, the fewer statistics
/// lie outside the range of nine in ten real passages of its length. Of as many, the nearer to the
/// middle of real music they are on average, the share of bars that come back among them
/// ([`ReferenceStatistics`]).
pub struct Criterion {
    originality: Originality,
    /// By how many steps a piece has.
    references: Mutex<BTreeMap<usize, Arc<ReferenceStatistics>>>,
}

/// What is found of a piece.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The run that it has copied.
    pub copied: Option<Match>,
    /// Its longest breakdowns.
    pub breakdowns: Breakdowns,
    /// How far it deviates from real music.
    pub deviation: Deviation,
}

impl Criterion {
    /// A criterion by real pieces; none by nothing but empty ones.
    pub fn new(mut training_music: TrainingMusic) -> Option<Criterion> {
        training_music.pieces.retain(|piece| !piece.roll.is_empty());
        if training_music.is_empty() {
            return None;
        }
        let originality = Originality::new(training_music);
        Some(Criterion { originality, references: Mutex::default() })
    }

    /// Judges a piece that is not empty. So many rests at its beginning are no silence: they stand
    /// for what was heard before it ([`Composition::rests`](super::Composition::rests)).
    pub fn judge(&self, roll: &Roll, rests: usize) -> Verdict {
        Verdict {
            copied: self.originality.longest_match(roll).filter(Match::is_copy),
            breakdowns: Breakdowns::from(roll, rests),
            deviation: self.reference(roll).deviation(roll),
        }
    }

    fn reference(&self, roll: &Roll) -> Arc<ReferenceStatistics> {
        let known = |references: &Mutex<BTreeMap<usize, Arc<ReferenceStatistics>>>| {
            let references = references.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            references.get(&roll.len()).cloned()
        };
        if let Some(reference) = known(&self.references) {
            return reference;
        }
        // Not held while it is worked out on several threads: one of these may ask for another.
        let pieces = &self.originality.training_music().pieces;
        let real: Vec<_> = pieces.iter().map(|piece| &piece.roll).collect();
        let reference = Arc::new(ReferenceStatistics::of(&real, roll));
        let mut references =
            self.references.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        Arc::clone(references.entry(roll.len()).or_insert(reference))
    }
}

impl Verdict {
    /// How many grave faults it has, 0 to 5.
    pub fn grave_faults(&self) -> usize {
        usize::from(self.copied.is_some()) + self.faults().count()
    }

    /// What lasts for too long.
    fn faults(&self) -> impl Iterator<Item = (&'static str, f64)> {
        let Breakdowns { silent, stuck, crowded, circling } = self.breakdowns;
        let all =
            [("silent", silent), ("stuck", stuck), ("crowded", crowded), ("in circles", circling)];
        all.into_iter().filter(|&(_, measures)| measures > LONGEST_MEASURES as f64)
    }

    /// The better one is less.
    pub fn compare(&self, other: &Verdict) -> Ordering {
        let faults = |verdict: &Verdict| (verdict.grave_faults(), verdict.deviation.outside.len());
        let far = |verdict: &Verdict| verdict.deviation.distance;
        faults(self).cmp(&faults(other)).then(far(self).total_cmp(&far(other)))
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(run) = &self.copied {
            write!(f, "{} steps copied from {}, ", run.steps, run.source)?;
        }
        for (what, measures) in self.faults() {
            write!(f, "{what} for {measures:.1} measures, ")?;
        }
        let Deviation { outside, distance, repeated } = &self.deviation;
        match &outside[..] {
            [] => write!(f, "all {} statistics as usual", Statistic::ALL.len())?,
            outside => {
                let names: Vec<_> = outside.iter().map(|statistic| statistic.name()).collect();
                write!(f, "unusual in {}", names.join(" and "))?;
            }
        }
        // What rounds to nothing has no sign.
        let (percent, distance) = (100.0 * repeated, distance + 0.0);
        write!(f, ", {distance:.2} sd from the middle, {percent:.0} % of the bars come back")
    }
}

/// Of how many pieces the best is kept where nobody says.
pub const USUAL_CANDIDATES: u32 = 2;

/// The seed of one of several candidates for a seed: of the first the seed itself, of the others
/// numbers below 10⁹ (SplitMix64 of seed and number; Steele, Lea and Flood 2014).
pub fn candidate_seed(seed: u64, number: u32) -> u64 {
    if number == 0 {
        return seed;
    }
    let golden = 0x9e37_79b9_7f4a_7c15_u64;
    let mut mixed = seed.wrapping_add(golden.wrapping_mul(u64::from(number)));
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ mixed >> 31) % 1_000_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(silent: f64, outside: usize, distance: f64) -> Verdict {
        Verdict {
            copied: None,
            breakdowns: Breakdowns { silent, ..Breakdowns::default() },
            deviation: Deviation {
                outside: Statistic::ALL[..outside].to_vec(),
                distance,
                repeated: 0.25,
            },
        }
    }

    #[test]
    fn grave_faults_come_first_then_what_is_unusual_then_how_far_it_is() {
        let mut all = [
            verdict(2.1, 0, 0.1),
            verdict(1.0, 1, 0.2),
            verdict(2.0, 0, 0.9),
            verdict(0.5, 0, 0.8),
            verdict(0.0, 2, 0.1),
        ];
        all.sort_by(Verdict::compare);
        let order = all.each_ref().map(|verdict| verdict.deviation.distance);
        assert_eq!(order, [0.8, 0.9, 0.2, 0.1, 0.1]);
        assert_eq!(all[4].grave_faults(), 1);
    }

    #[test]
    fn a_verdict_says_what_speaks_for_and_against_a_piece() {
        let said = verdict(3.0, 2, 0.5).to_string();
        assert_eq!(
            said,
            "silent for 3.0 measures, unusual in pitch-class entropy and scale consistency, \
             0.50 sd from the middle, 25 % of the bars come back"
        );
        assert!(verdict(1.0, 0, 0.5).to_string().starts_with("all 12 statistics as usual"));
    }

    #[test]
    fn candidates_of_neighbouring_seeds_are_different_and_the_first_is_the_seed() {
        let seeds = (1..=50).flat_map(|seed| (0..20).map(move |n| candidate_seed(seed, n)));
        let different: std::collections::BTreeSet<_> = seeds.collect();
        assert_eq!(different.len(), 1000);
        assert_eq!(candidate_seed(u64::MAX, 0), u64::MAX);
        // SplitMix64 of seed 1234567 begins with 6457827717110365317.
        assert_eq!(candidate_seed(1_234_567, 1), 6_457_827_717_110_365_317 % 1_000_000_000);
    }
}
