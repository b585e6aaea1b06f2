//! What can be evaluated: anything that predicts each step of a piece from the steps before it.

use super::piece_score::PieceScore;
use crate::baseline::Baseline;
use crate::network::KeyAction;
use crate::roll::{Roll, Step};
use rayon::prelude::*;

/// Predicts every step of a piece from all steps before it.
pub trait Evaluator: Sync {
    /// Scores whole pieces, each from its first step to its last. The number of threads changes
    /// nothing in the result. `go_on` is asked again and again, with the number of the next steps;
    /// once it says no, the result is `None`.
    fn evaluate(
        &self,
        pieces: &[&Roll],
        go_on: &(dyn Fn(usize) -> bool + Sync),
    ) -> Option<Vec<PieceScore>>;
}

impl Evaluator for Baseline {
    fn evaluate(
        &self,
        pieces: &[&Roll],
        go_on: &(dyn Fn(usize) -> bool + Sync),
    ) -> Option<Vec<PieceScore>> {
        let evaluate = |roll: &&Roll| go_on(roll.len()).then(|| score(self, roll));
        pieces.par_iter().map(evaluate).collect()
    }
}

/// An evaluator of which only the part of play counts, for music that does not tell which notes are
/// struck.
pub struct PlayOnly<E>(pub E);

impl<E: Evaluator> Evaluator for PlayOnly<E> {
    fn evaluate(
        &self,
        pieces: &[&Roll],
        go_on: &(dyn Fn(usize) -> bool + Sync),
    ) -> Option<Vec<PieceScore>> {
        let mut scores = self.0.evaluate(pieces, go_on)?;
        scores.iter_mut().for_each(|score| score.nats.articulate = 0.0);
        Some(scores)
    }
}

fn score(baseline: &Baseline, roll: &Roll) -> PieceScore {
    let mut score = PieceScore { steps: roll.len(), ..PieceScore::default() };
    let mut previous = Step::SILENCE;
    for &step in roll.steps() {
        for (key, logits) in baseline.predict(previous).into_iter().enumerate() {
            let action = KeyAction::of(step, key);
            score.nats += logits.nats(action);
            score.notes.add(logits, action);
        }
        previous = step;
    }
    score
}
