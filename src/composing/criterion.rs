//! Which of several pieces is the best.

use super::LONGEST_MEASURES;
use crate::originality::{Match, Originality, TrainingMusic};
use crate::roll::Roll;
use crate::statistic::{Breakdowns, Deviation, ReferenceStatistics, Statistic};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex};

/// Judges pieces by real music: the music that the composer was trained on.
///
/// The best piece has the fewest grave faults. A grave fault is a copy of 32 steps or more from that
/// music, at any transposition, or a passage of over two measures that is silent, stuck, crowded or
/// in circles ([`Breakdowns`]). Among equals, it has the fewest statistics outside the range of nine in
/// ten real passages of its length. Among equals, its statistics, the share of repeated bars included,
/// are on average nearest to the middle of real music ([`ReferenceStatistics`]).
pub struct Criterion {
    originality: Originality,
    /// By the number of steps of a piece.
    references: Mutex<BTreeMap<usize, Arc<ReferenceStatistics>>>,
}

/// What was found out about a piece.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// What it has copied from the training music.
    pub copied: Option<Match>,
    /// Its longest breakdowns.
    pub breakdowns: Breakdowns,
    /// How far it deviates from real music.
    pub deviation: Deviation,
}

impl Criterion {
    /// A criterion by real pieces; `None` if all of them are empty.
    pub fn new(mut training_music: TrainingMusic) -> Option<Criterion> {
        training_music.pieces.retain(|piece| !piece.roll.is_empty());
        if training_music.is_empty() {
            return None;
        }
        let originality = Originality::new(training_music);
        Some(Criterion { originality, references: Mutex::default() })
    }

    /// Judges a piece that is not empty. The first `rests` steps do not count as silence: they stand
    /// for the opening that was heard before it
    /// ([`LivePiece::new_music`](super::LivePiece::new_music)).
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
        // The lock is free while several threads work this out: one of them may ask for another.
        let pieces = &self.originality.training_music().pieces;
        let real: Vec<_> = pieces.iter().map(|piece| &piece.roll).collect();
        let reference = Arc::new(ReferenceStatistics::of(&real, roll));
        let mut references =
            self.references.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        Arc::clone(references.entry(roll.len()).or_insert(reference))
    }
}

impl Verdict {
    /// The number of grave faults, 0 to 5.
    pub fn grave_faults(&self) -> usize {
        usize::from(self.copied.is_some()) + self.faults().count()
    }

    /// What lasts for too long, and for how many measures.
    fn faults(&self) -> impl Iterator<Item = (&'static str, f64)> {
        let Breakdowns { silent, stuck, crowded, circling } = self.breakdowns;
        let all =
            [("silent", silent), ("stuck", stuck), ("crowded", crowded), ("in circles", circling)];
        all.into_iter().filter(|&(_, measures)| measures > LONGEST_MEASURES as f64)
    }

    /// Orders verdicts: the better one is less.
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
}
