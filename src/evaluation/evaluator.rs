//! Those who listen to a piece and are surprised; the baselines among them.

use super::piece_score::PieceScore;
use crate::baseline::Baseline;
use crate::network::KeyAction;
use crate::roll::{Roll, Step};
use rayon::prelude::*;

/// Somebody who expects something of every step of a piece, knowing all steps before it.
pub trait Evaluator: Sync {
    /// Goes through whole pieces, each from its first step to its last. The number of threads has
    /// no influence. `go_on` is asked again and again, and told how many steps come next; as soon
    /// as it says no, there is no result.
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
        let listen = |roll: &&Roll| go_on(roll.len()).then(|| measure(self, roll));
        pieces.par_iter().map(listen).collect()
    }
}

/// A listener of whom only that part is measured which is about what sounds: for music that does not
/// tell what is struck.
pub struct OnlySounding<L>(pub L);

impl<L: Evaluator> Evaluator for OnlySounding<L> {
    fn evaluate(
        &self,
        pieces: &[&Roll],
        go_on: &(dyn Fn(usize) -> bool + Sync),
    ) -> Option<Vec<PieceScore>> {
        let mut measures = self.0.evaluate(pieces, go_on)?;
        measures.iter_mut().for_each(|measure| measure.nats.articulate = 0.0);
        Some(measures)
    }
}

fn measure(baseline: &Baseline, roll: &Roll) -> PieceScore {
    let mut measure = PieceScore { steps: roll.len(), ..PieceScore::default() };
    let mut previous = Step::SILENCE;
    for &step in roll.steps() {
        for (key, logits) in baseline.predict(previous).into_iter().enumerate() {
            let (play, articulate) = (step.play.contains(key), step.articulate.contains(key));
            let did = KeyAction { play, articulate };
            measure.nats += logits.nats(did);
            measure.notes.see(logits, did);
        }
        previous = step;
    }
    measure
}
