//! A network that composes: what all streams share and none changes.

use super::Stream;
use crate::attribute::Layout;
use crate::model::Model;
use crate::network::{Cpu, Engine, Memory, Workspace};
use crate::primer::Primer;
use crate::roll::Step;
use crate::score::Metre;
use crate::segment::HEARD_STEPS;

/// A network ready to compose. It is never changed, so any number of streams can draw from it, on
/// as many threads.
pub struct Composer {
    pub(super) engine: Cpu,
    pub(super) layout: Layout,
    pub(super) empty: Memory,
}

impl Composer {
    /// Makes a model ready.
    pub fn new(model: &Model) -> Composer {
        Composer {
            engine: Cpu::new(&model.parameters, false),
            layout: model.layout,
            empty: Memory::empty(&model.parameters.layers),
        }
    }

    /// Begins a stream that has heard a primer, from its first step to its last, and goes on in
    /// its metre.
    pub fn begin(&self, primer: &Primer, seed: u64, temperature: f64) -> Stream {
        let roll = &primer.roll;
        let change = roll.metre_at(roll.len());
        let mut stream = Stream::new(self.empty.clone(), change.metre, seed, temperature);
        let mut room = self.workspace();
        for (step, &heard) in roll.steps().iter().enumerate() {
            stream.hear(self, heard, roll.place(step), &mut room);
        }
        stream.since_change = roll.len() - change.step;
        stream
    }

    /// Begins a stream that has heard nothing.
    pub fn begin_in_silence(&self, metre: Metre, seed: u64, temperature: f64) -> Stream {
        Stream::new(self.empty.clone(), metre, seed, temperature)
    }

    /// Room for [`Stream::compose`]; one for each thread is enough.
    pub fn workspace(&self) -> Room {
        Room { workspace: self.engine.workspace(), attributes: Default::default() }
    }
}

/// Room in which a step is composed. It holds nothing between steps.
pub struct Room {
    pub(super) workspace: Workspace,
    pub(super) attributes: crate::attribute::StepAttributes,
}

/// How many steps a stream remembers as such: as many as any attribute looks back.
pub(super) const REMEMBERED: usize = HEARD_STEPS;

/// Drops all but the last [`REMEMBERED`] steps now and then.
pub(super) fn forget(past: &mut Vec<Step>) {
    if past.len() >= 2 * REMEMBERED {
        past.drain(..past.len() - REMEMBERED);
    }
}
