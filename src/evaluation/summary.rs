//! What is measured of several pieces together.

use super::bootstrap::{Bootstrap, Interval};
use super::piece_score::{ConfusionCounts, PieceScore};
use serde::{Serialize, Serializer};

/// A mean, in nats a step.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Mean {
    /// Both parts together.
    pub total: f64,
    /// Of what is played.
    pub play: f64,
    /// Of what is articulated.
    pub articulate: f64,
    /// How sure the total is; none of less than two pieces.
    pub interval: Option<Interval>,
}

/// What is measured of some pieces.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Summary {
    /// How many pieces there are.
    pub pieces: usize,
    /// How many steps they have.
    pub steps: usize,
    /// The mean over all steps of all pieces: long pieces weigh more.
    pub mean_over_steps: Mean,
    /// The mean over the pieces' means: all pieces weigh the same.
    pub mean_over_pieces: Mean,
    /// The notes that were expected.
    #[serde(serialize_with = "with_shares")]
    pub notes: ConfusionCounts,
}

impl Summary {
    /// Sums up; there must be a piece, and each must have a step.
    pub fn of(measures: &[PieceScore], bootstrap: &Bootstrap) -> Summary {
        let (mut sum, mut means, mut notes) = ([0.0; 2], [0.0; 2], ConfusionCounts::default());
        let mut steps = 0;
        for measure in measures {
            for (part, nats) in [measure.nats.play, measure.nats.articulate].into_iter().enumerate()
            {
                sum[part] += nats;
                means[part] += nats / measure.steps as f64;
            }
            steps += measure.steps;
            notes += measure.notes;
        }
        let totals: Vec<_> =
            measures.iter().map(|measure| (measure.nats.total(), measure.steps)).collect();
        let intervals = bootstrap.intervals(&totals);
        let mean = |[play, articulate]: [f64; 2], of: usize, interval| {
            let (play, articulate) = (play / of as f64, articulate / of as f64);
            Mean { total: play + articulate, play, articulate, interval }
        };
        let over_steps = intervals.map(|intervals| intervals.over_steps);
        let over_pieces = intervals.map(|intervals| intervals.over_pieces);
        Summary {
            pieces: measures.len(),
            steps,
            mean_over_steps: mean(sum, steps, over_steps),
            mean_over_pieces: mean(means, measures.len(), over_pieces),
            notes,
        }
    }
}

/// Hits together with what follows from them.
pub(super) fn with_shares<S: Serializer>(hits: &ConfusionCounts, to: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct WithShares {
        #[serde(flatten)]
        hits: ConfusionCounts,
        precision: Option<f64>,
        recall: Option<f64>,
        accuracy: Option<f64>,
    }
    WithShares {
        hits: *hits,
        precision: hits.precision(),
        recall: hits.recall(),
        accuracy: hits.accuracy(),
    }
    .serialize(to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Nats;

    #[test]
    fn long_pieces_weigh_more_in_the_one_mean_and_the_same_in_the_other() {
        let measure = |steps, play, articulate, hits: [u64; 3]| PieceScore {
            steps,
            nats: Nats { play, articulate },
            notes: ConfusionCounts {
                true_positives: hits[0],
                false_positives: hits[1],
                false_negatives: hits[2],
            },
        };
        let measures = [measure(10, 50.0, 10.0, [1, 2, 3]), measure(30, 60.0, 0.0, [4, 0, 0])];
        let summary = Summary::of(&measures, &Bootstrap::default());
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
