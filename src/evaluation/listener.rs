//! Those who listen to a piece and are surprised: a network, and the baselines.

use super::measure::{Hits, Measure};
use crate::attribute::Layout;
use crate::baseline::Baseline;
use crate::model::Model;
use crate::network::{Choice, Cpu, Layers, Nats};
use crate::roll::{Roll, Step};
use crate::training::follow;
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

/// A network that listens.
pub struct Network {
    engine: Cpu,
    layers: Layers,
    layout: Layout,
}

impl Network {
    /// Makes a model ready.
    pub fn new(model: &Model) -> Network {
        Network {
            engine: Cpu::new(&model.parameters, false),
            layers: model.parameters.layers.clone(),
            layout: model.layout,
        }
    }
}

impl Listener for Network {
    /// With the memory carried from the first step of a piece to its last.
    fn listen(
        &self,
        pieces: &[&Roll],
        go_on: &(dyn Fn(usize) -> bool + Sync),
    ) -> Option<Vec<Measure>> {
        let Network { engine, layers, layout } = self;
        let found = follow(engine, layers, layout, pieces, Hits::see, go_on)?;
        let measure = |((nats, notes), roll): ((Nats, Hits), &&Roll)| Measure {
            steps: roll.len(),
            nats,
            notes,
        };
        Some(found.into_iter().zip(pieces).map(measure).collect())
    }
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
