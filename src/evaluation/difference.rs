//! How the NLL of two evaluators differs on the same pieces.

use super::bootstrap::{Bootstrap, Interval};
use super::report::Report;
use serde::Serialize;

/// A mean difference, in nats per step.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct MeanDifference {
    /// Above zero if the NLL of the other is higher, so if the other is worse.
    pub mean: f64,
    /// The confidence interval; `None` for fewer than two pieces.
    pub interval: Option<Interval>,
}

/// The difference between another evaluator and the first, piece by piece. Pieces differ much more
/// from each other than evaluators do, so the intervals of two means can overlap even if one
/// evaluator is better on every piece. Here each piece is resampled for both at once (a paired
/// bootstrap).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Difference {
    /// The name of the other evaluator.
    #[serde(rename = "listener")]
    pub name: String,
    /// The mean over all steps: long pieces weigh more.
    pub over_steps: MeanDifference,
    /// The mean of the pieces' means: all pieces weigh the same.
    pub over_pieces: MeanDifference,
    /// The number of pieces on which the NLL of the other is lower.
    #[serde(rename = "less_surprised")]
    pub lower_nll: usize,
    /// The number of pieces.
    pub pieces: usize,
}

impl Difference {
    /// Compares two evaluators on the same pieces, at least one, in the same order.
    pub fn between(first: &Report, other: &Report, bootstrap: &Bootstrap) -> Difference {
        assert_eq!(first.pieces.len(), other.pieces.len());
        let pairs = first.pieces.iter().zip(&other.pieces);
        let differences: Vec<(f64, usize)> = pairs
            .map(|(first, other)| {
                assert_eq!(first.entry, other.entry);
                ((other.total - first.total) * first.steps as f64, first.steps)
            })
            .collect();
        let intervals = bootstrap.intervals(&differences);
        let of = |mean: fn(&Report) -> f64, interval| MeanDifference {
            mean: mean(other) - mean(first),
            interval,
        };
        Difference {
            name: other.name.clone(),
            over_steps: of(
                |report| report.overall.mean_over_steps.total,
                intervals.map(|intervals| intervals.over_steps),
            ),
            over_pieces: of(
                |report| report.overall.mean_over_pieces.total,
                intervals.map(|intervals| intervals.over_pieces),
            ),
            lower_nll: differences.iter().filter(|(nats, _)| *nats < 0.0).count(),
            pieces: differences.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::{ConfusionCounts, Entry, Exposure, PieceScore};
    use crate::network::Nats;

    fn report(name: &str, pieces: &[(usize, f64)]) -> Report {
        let entry = |name: usize| Entry {
            path: format!("{name}.mid"),
            folder: String::new(),
            name: name.to_string(),
        };
        let entries: Vec<_> = (0..pieces.len()).map(entry).collect();
        let score = |&(steps, play): &(usize, f64)| PieceScore {
            steps,
            nats: Nats { play, articulate: 0.0 },
            notes: ConfusionCounts::default(),
        };
        let scores: Vec<_> = pieces.iter().map(score).collect();
        let exposure = vec![Exposure::Unknown; pieces.len()];
        Report::new((name, ""), &entries, &scores, &exposure, &Bootstrap::default())
    }

    #[test]
    fn differences_are_counted_as_by_hand_and_by_pairs() {
        // 6, 1 and 20 nats per step; the other's are 5, 1.5 and 18.
        let first = report("first", &[(10, 60.0), (20, 20.0), (10, 200.0)]);
        let other = report("other", &[(10, 50.0), (20, 30.0), (10, 180.0)]);
        let found = Difference::between(&first, &other, &Bootstrap::default());
        assert_eq!((found.name.as_str(), found.lower_nll, found.pieces), ("other", 2, 3));
        // (-10 + 10 - 20) / 40, and (-1 + 0.5 - 2) / 3.
        assert!((found.over_steps.mean + 0.5).abs() < 1e-12);
        assert!((found.over_pieces.mean + 2.5 / 3.0).abs() < 1e-12);
        // The last piece three times has a probability of 1/27, and so has the middle one: above
        // 2.5 %.
        let interval = found.over_steps.interval.unwrap();
        assert!((interval.low + 2.0).abs() < 1e-12 && (interval.high - 0.5).abs() < 1e-12);
        let interval = found.over_pieces.interval.unwrap();
        assert!((interval.low + 2.0).abs() < 1e-12 && (interval.high - 0.5).abs() < 1e-12);
    }

    #[test]
    fn who_is_always_a_little_better_is_surely_so_however_much_pieces_differ() {
        let pieces: Vec<_> = (1..20).map(|piece| (100, 100.0 * f64::from(piece))).collect();
        let better: Vec<_> = pieces.iter().map(|&(steps, nats)| (steps, nats - 10.0)).collect();
        let (first, other) = (report("first", &pieces), report("other", &better));
        let found = Difference::between(&first, &other, &Bootstrap::default());
        let interval = found.over_steps.interval.unwrap();
        assert!(interval.high < 0.0, "{interval:?}");
        assert_eq!(found.lower_nll, 19);
        let of = |report: &Report| report.overall.mean_over_steps.interval.unwrap();
        assert!(of(&other).high > of(&first).low, "the intervals of the means overlap");
    }

    #[test]
    fn one_piece_is_compared_without_an_interval() {
        let (first, other) = (report("first", &[(10, 60.0)]), report("other", &[(10, 60.0)]));
        let found = Difference::between(&first, &other, &Bootstrap::default());
        assert_eq!(found.over_steps, MeanDifference { mean: 0.0, interval: None });
        assert_eq!(found.lower_nll, 0, "an equal NLL is not lower");
    }
}
