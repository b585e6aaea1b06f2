//! What is measured of one piece.

use crate::network::{KeyAction, KeyLogits, Nats};
use serde::Serialize;
use std::ops::AddAssign;

/// Notes that were expected, and notes that came, counted over keys and steps. A note is expected
/// where its probability of sounding is over one half; every step is predicted with all that really
/// was before it (teacher forcing), and each key with what the keys below it really do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct ConfusionCounts {
    /// Expected, and they came.
    pub true_positives: u64,
    /// Expected in vain.
    pub false_positives: u64,
    /// They came unexpected.
    pub false_negatives: u64,
}

impl ConfusionCounts {
    /// Counts what was predicted of a key, and what it did.
    pub fn see(&mut self, logits: KeyLogits, did: KeyAction) {
        match (logits.play > 0.0, did.play) {
            (true, true) => self.true_positives += 1,
            (true, false) => self.false_positives += 1,
            (false, true) => self.false_negatives += 1,
            (false, false) => {}
        }
    }

    /// How many of the expected notes came; none where none was expected.
    pub fn precision(self) -> Option<f64> {
        share(self.true_positives, self.false_positives)
    }

    /// How many of the notes that came were expected; none where none came.
    pub fn recall(self) -> Option<f64> {
        share(self.true_positives, self.false_negatives)
    }

    /// The field's frame-level accuracy, TP / (TP + FP + FN) (Bay, Ehmann and Downie 2009): keys
    /// that are rightly expected to be silent do not count.
    pub fn accuracy(self) -> Option<f64> {
        share(self.true_positives, self.false_positives + self.false_negatives)
    }
}

fn share(of: u64, others: u64) -> Option<f64> {
    (of + others > 0).then(|| of as f64 / (of + others) as f64)
}

impl AddAssign for ConfusionCounts {
    fn add_assign(&mut self, other: ConfusionCounts) {
        self.true_positives += other.true_positives;
        self.false_positives += other.false_positives;
        self.false_negatives += other.false_negatives;
    }
}

/// What is measured of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct PieceScore {
    /// How many steps it has.
    pub steps: usize,
    /// The negative log-likelihood, summed over the steps.
    pub nats: Nats,
    /// The notes that were expected.
    pub notes: ConfusionCounts,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hits_are_counted_as_by_hand() {
        // Expected: yes, yes, yes, no, no, and one half, which is not over one half.
        let logits = [0.2, 7.0, 1.0, -0.1, -3.0, 0.0];
        let came = [true, true, false, true, false, true];
        let mut hits = ConfusionCounts::default();
        for (play, came) in logits.into_iter().zip(came) {
            let choice = KeyAction { play: came, articulate: false };
            hits.see(KeyLogits { play, articulate: 0.0 }, choice);
        }
        assert_eq!(
            hits,
            ConfusionCounts { true_positives: 2, false_positives: 1, false_negatives: 2 }
        );
        assert_eq!(hits.precision(), Some(2.0 / 3.0));
        assert_eq!(hits.recall(), Some(0.5));
        assert_eq!(hits.accuracy(), Some(0.4));
    }

    #[test]
    fn where_there_is_nothing_to_count_there_is_no_share() {
        let mut hits = ConfusionCounts::default();
        assert_eq!((hits.precision(), hits.recall(), hits.accuracy()), (None, None, None));
        hits.see(KeyLogits { play: -1.0, articulate: 0.0 }, KeyAction::default());
        assert_eq!(hits.accuracy(), None, "silence that was expected does not count");
        let played = KeyAction { play: true, articulate: true };
        hits.see(KeyLogits { play: -1.0, articulate: 0.0 }, played);
        assert_eq!(
            (hits.precision(), hits.recall(), hits.accuracy()),
            (None, Some(0.0), Some(0.0))
        );
    }
}
