//! The scores of one piece.

use crate::network::{KeyAction, KeyLogits, Nats};
use serde::Serialize;
use std::ops::AddAssign;

/// Predicted and actual notes, counted over keys and steps. A note is predicted if its probability
/// of sounding is above one half. Every step is predicted from the actual steps before it, and each
/// key from what the keys below it actually do (teacher forcing).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct ConfusionCounts {
    /// Predicted, and they sounded.
    pub true_positives: u64,
    /// Predicted, and they did not sound.
    pub false_positives: u64,
    /// Not predicted, and they sounded.
    pub false_negatives: u64,
}

impl ConfusionCounts {
    /// Adds the prediction for a key, and what the key did.
    pub fn add(&mut self, logits: KeyLogits, action: KeyAction) {
        match (logits.play > 0.0, action.play) {
            (true, true) => self.true_positives += 1,
            (true, false) => self.false_positives += 1,
            (false, true) => self.false_negatives += 1,
            (false, false) => {}
        }
    }

    /// The share of the predicted notes that sounded; `None` if none was predicted.
    pub fn precision(self) -> Option<f64> {
        share(self.true_positives, self.false_positives)
    }

    /// The share of the sounding notes that were predicted; `None` if none sounded.
    pub fn recall(self) -> Option<f64> {
        share(self.true_positives, self.false_negatives)
    }

    /// Frame-level accuracy as usual in the field, TP / (TP + FP + FN) (Bay, Ehmann and Downie
    /// 2009): keys that are predicted to be silent and are do not count.
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

/// The scores of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct PieceScore {
    /// The number of its steps.
    pub steps: usize,
    /// The negative log-likelihood, summed over the steps.
    pub nats: Nats,
    /// The predicted notes.
    pub notes: ConfusionCounts,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hits_are_counted_as_by_hand() {
        // Predicted: yes, yes, yes, no, no, and one half, which is not over one half.
        let logits = [0.2, 7.0, 1.0, -0.1, -3.0, 0.0];
        let came = [true, true, false, true, false, true];
        let mut counts = ConfusionCounts::default();
        for (play, came) in logits.into_iter().zip(came) {
            let action = KeyAction { play: came, articulate: false };
            counts.add(KeyLogits { play, articulate: 0.0 }, action);
        }
        assert_eq!(
            counts,
            ConfusionCounts { true_positives: 2, false_positives: 1, false_negatives: 2 }
        );
        assert_eq!(counts.precision(), Some(2.0 / 3.0));
        assert_eq!(counts.recall(), Some(0.5));
        assert_eq!(counts.accuracy(), Some(0.4));
    }

    #[test]
    fn where_there_is_nothing_to_count_there_is_no_share() {
        let mut counts = ConfusionCounts::default();
        assert_eq!((counts.precision(), counts.recall(), counts.accuracy()), (None, None, None));
        counts.add(KeyLogits { play: -1.0, articulate: 0.0 }, KeyAction::default());
        assert_eq!(counts.accuracy(), None, "silence that was predicted does not count");
        let played = KeyAction { play: true, articulate: true };
        counts.add(KeyLogits { play: -1.0, articulate: 0.0 }, played);
        assert_eq!(
            (counts.precision(), counts.recall(), counts.accuracy()),
            (None, Some(0.0), Some(0.0))
        );
    }
}
