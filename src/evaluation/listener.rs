//! Those who listen to a piece and are surprised; the baselines among them.

use super::measure::Measure;
use crate::baseline::Baseline;
use crate::network::Choice;
use crate::roll::{Roll, Step};
use rayon::prelude::*;

/// Somebody who expects something of every step of a piece, knowing all steps before it.
pub trait Listener: Sync {
    /// Goes through whole pieces, each from its first step to its last. The number of threads has
    /// no influence. `go_on` is asked again and again, and told how many steps come next; as soon
    /// as it says no, there is no result.
    fn listen(
        &self,
        pieces: &[&Roll],
        go_on: &(dyn Fn(usize) -> bool + Sync),
    ) -> Option<Vec<Measure>>;
}

impl Listener for Baseline {
    fn listen(
        &self,
        pieces: &[&Roll],
        go_on: &(dyn Fn(usize) -> bool + Sync),
    ) -> Option<Vec<Measure>> {
        let listen = |roll: &&Roll| go_on(roll.len()).then(|| measure(self, roll));
        pieces.par_iter().map(listen).collect()
    }
}

/// A listener of whom only that part is measured which is about what sounds: for music that does not
/// tell what is struck.
pub struct OnlySounding<L>(pub L);

impl<L: Listener> Listener for OnlySounding<L> {
    fn listen(
        &self,
        pieces: &[&Roll],
        go_on: &(dyn Fn(usize) -> bool + Sync),
    ) -> Option<Vec<Measure>> {
        let mut measures = self.0.listen(pieces, go_on)?;
        measures.iter_mut().for_each(|measure| measure.nats.articulate = 0.0);
        Some(measures)
    }
}

fn measure(baseline: &Baseline, roll: &Roll) -> Measure {
    let mut measure = Measure { steps: roll.len(), ..Measure::default() };
    let mut previous = Step::SILENCE;
    for &step in roll.steps() {
        for (key, prediction) in baseline.predict(previous).into_iter().enumerate() {
            let (play, articulate) = (step.play.contains(key), step.articulate.contains(key));
            let did = Choice { play, articulate };
            measure.nats += prediction.nats(did);
            measure.notes.see(prediction, did);
        }
        previous = step;
    }
    measure
}
