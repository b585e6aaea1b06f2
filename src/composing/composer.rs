//! Who composes: what all streams share and none changes.

use super::Stream;
use super::predictor::{Network, Predictor, State};
use crate::attribute::{Layout, StepAttributes};
use crate::baseline::Baseline;
use crate::model::Model;
use crate::network::{Cpu, KeyAction, KeyLogits, StepEngine};
use crate::primer::Primer;
use crate::roll::{Place, Step};
use crate::score::Metre;
use crate::segment::MAX_LOOKBACK_STEPS;
use std::any::Any;

/// A network ready to compose, or a baseline. It is never changed, so any number of streams can draw
/// from it, on as many threads.
pub struct Composer {
    predictor: Box<dyn Predictor>,
}

impl Composer {
    /// Makes a model ready, on the processor.
    pub fn new(model: &Model) -> Composer {
        Composer::on_engine(Cpu::for_inference(&model.parameters), model.layout)
    }

    /// Composes on an engine of whatever kind, which has been loaded with a network that is given the
    /// attributes of this layout.
    pub fn on_engine(engine: impl StepEngine + 'static, layout: Layout) -> Composer {
        Composer { predictor: Box::new(Network { engine, layout }) }
    }

    /// A baseline that composes, to be listened to beside a network.
    pub fn of_baseline(baseline: Baseline) -> Composer {
        Composer { predictor: Box::new(baseline) }
    }

    /// Begins a stream that has heard a primer, from its first step to its last, and goes on in
    /// its metre.
    pub fn begin(&self, primer: &Primer, seed: u64, temperature: f64) -> Stream {
        let mut stream = self.hear(primer, |_| {});
        stream.reseed(seed);
        stream.temperature = temperature;
        stream
    }

    /// A stream that has heard a primer, for any seed: copies of it can be [seeded](Stream::reseed).
    /// `progress` is told of every step that has been heard.
    pub fn hear(&self, primer: &Primer, progress: impl Fn(usize)) -> Stream {
        let roll = &primer.roll;
        let change = roll.metre_at(roll.len());
        let mut stream = self.begin_in_silence(change.metre, 0, 1.0);
        let mut scratch = self.workspace();
        for (step, &heard) in roll.steps().iter().enumerate() {
            stream.hear(self, heard, roll.place(step), &mut scratch);
            progress(step + 1);
        }
        stream.since_change = roll.len() - change.step;
        stream
    }

    /// Begins a stream that has heard nothing.
    pub fn begin_in_silence(&self, metre: Metre, seed: u64, temperature: f64) -> Stream {
        Stream::new(self.predictor.initial_state(), metre, seed, temperature)
    }

    /// Room for [`Stream::compose`]; one for each thread is enough.
    pub fn workspace(&self) -> Scratch {
        Scratch::default()
    }

    /// One step of music at a place, after some steps, of which the memory knows too: for each key
    /// from the lowest to the highest `choose` is told how likely it is, and says what it does.
    pub(super) fn step(
        &self,
        state: &mut State,
        past: &[Step],
        place: Place,
        choose: &mut dyn FnMut(usize, KeyLogits) -> KeyAction,
        scratch: &mut Scratch,
    ) {
        self.predictor.step(state, past, place, choose, scratch);
    }
}

/// Room in which a step is composed. It holds nothing between steps.
#[derive(Default)]
pub struct Scratch {
    /// The engine's buffers; `None` before the first step of a network.
    pub(super) workspace: Option<Box<dyn Any + Send>>,
    pub(super) attributes: StepAttributes,
    /// The state before a step that may have to be drawn again.
    pub(super) before: State,
}

/// How many steps a stream remembers as such: as many as any attribute looks back.
pub(super) const REMEMBERED: usize = MAX_LOOKBACK_STEPS;

/// Drops all but the last [`REMEMBERED`] steps now and then.
pub(super) fn forget(past: &mut Vec<Step>) {
    if past.len() >= 2 * REMEMBERED {
        past.drain(..past.len() - REMEMBERED);
    }
}
