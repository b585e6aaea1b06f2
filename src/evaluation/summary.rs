//! The scores of several pieces together.

use super::bootstrap::{Bootstrap, Interval};
use super::piece_score::{ConfusionCounts, PieceScore};
use serde::{Serialize, Serializer};

/// A mean NLL, in nats per step.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Mean {
    /// The sum of both parts.
    pub total: f64,
    /// The part of play.
    pub play: f64,
    /// The part of articulate.
    pub articulate: f64,
    /// The confidence interval of the total; `None` for fewer than two pieces.
    pub interval: Option<Interval>,
}

/// What is measured of some pieces.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Summary {
    /// The number of pieces.
    pub pieces: usize,
    /// The number of their steps.
    pub steps: usize,
    /// The mean over all steps of all pieces: long pieces weigh more.
    pub mean_over_steps: Mean,
    /// The mean of the pieces' means: all pieces weigh the same.
    pub mean_over_pieces: Mean,
    /// The predicted notes.
    #[serde(serialize_with = "with_shares")]
    pub notes: ConfusionCounts,
}

impl Summary {
    /// Summarises scores: at least one, each of a piece with at least one step.
    pub fn of(scores: &[PieceScore], bootstrap: &Bootstrap) -> Summary {
        let (mut sum, mut means, mut notes) = ([0.0; 2], [0.0; 2], ConfusionCounts::default());
        let mut steps = 0;
        for score in scores {
            for (part, nats) in [score.nats.play, score.nats.articulate].into_iter().enumerate() {
                sum[part] += nats;
                means[part] += nats / score.steps as f64;
            }
            steps += score.steps;
            notes += score.notes;
        }
        let totals: Vec<_> = scores.iter().map(|score| (score.nats.total(), score.steps)).collect();
        let intervals = bootstrap.intervals(&totals);
        let mean = |[play, articulate]: [f64; 2], of: usize, interval| {
            let (play, articulate) = (play / of as f64, articulate / of as f64);
            Mean { total: play + articulate, play, articulate, interval }
        };
        let over_steps = intervals.map(|intervals| intervals.over_steps);
        let over_pieces = intervals.map(|intervals| intervals.over_pieces);
        Summary {
            pieces: scores.len(),
            steps,
            mean_over_steps: mean(sum, steps, over_steps),
            mean_over_pieces: mean(means, scores.len(), over_pieces),
            notes,
        }
    }
}

/// Serialises the counts together with precision, recall and accuracy.
pub(super) fn with_shares<S: Serializer>(
    counts: &ConfusionCounts,
    to: S,
) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct WithShares {
        #[serde(flatten)]
        counts: ConfusionCounts,
        precision: Option<f64>,
        recall: Option<f64>,
        accuracy: Option<f64>,
    }
    WithShares {
        counts: *counts,
        precision: counts.precision(),
        recall: counts.recall(),
        accuracy: counts.accuracy(),
    }
    .serialize(to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Nats;

    #[test]
    fn long_pieces_weigh_more_in_the_one_mean_and_the_same_in_the_other() {
        let score = |steps, play, articulate, counts: [u64; 3]| PieceScore {
            steps,
            nats: Nats { play, articulate },
            notes: ConfusionCounts {
                true_positives: counts[0],
                false_positives: counts[1],
                false_negatives: counts[2],
            },
        };
        let scores = [score(10, 50.0, 10.0, [1, 2, 3]), score(30, 60.0, 0.0, [4, 0, 0])];
        let summary = Summary::of(&scores, &Bootstrap::default());
        assert_eq!((summary.pieces, summary.steps), (2, 40));
        // (60 + 60) / 40, and (6 + 2) / 2.
        assert_eq!(summary.mean_over_steps.total, 3.0);
        assert_eq!(summary.mean_over_pieces.total, 4.0);
        assert_eq!((summary.mean_over_steps.play, summary.mean_over_pieces.play), (2.75, 3.5));
        assert_eq!(summary.notes.accuracy(), Some(0.5));
        // Both pieces drawn twice, each with a probability of a quarter, are the ends.
        let ends = Some(Interval { low: 2.0, high: 6.0 });
        assert_eq!(summary.mean_over_steps.interval, ends);
        assert_eq!(summary.mean_over_pieces.interval, ends);
    }
}
