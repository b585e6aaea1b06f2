//! A model made ready to compose: what all streams share and none changes.

use super::predictor::{Network, Predictor};
use super::scratch::Scratch;
use super::state::State;
use super::{Recipe, RecipeError, Stream};
use crate::baseline::Baseline;
use crate::match_model::{Continuations, MatchModel};
use crate::model::Model;
use crate::network::{Cpu, KeyAction, KeyLogits, StepEngine};
use crate::primer::Primer;
use crate::roll::{Place, Step};
use crate::score::Metre;
use crate::segment::MAX_LOOKBACK_STEPS;

/// A network ready to compose, or a baseline, with the excerpts that pieces can begin with. It is
/// never changed, so any number of streams can draw from it, on as many threads.
pub struct Composer {
    predictor: Box<dyn Predictor>,
    fingerprint: String,
    excerpts: Vec<Primer>,
}

impl Composer {
    /// Makes a model ready, on the processor.
    pub fn new(model: &Model) -> Composer {
        Composer::on_engine(Cpu::for_inference(&model.parameters), model)
    }

    /// Composes on an engine of whatever kind, which has been loaded with the parameters of the
    /// model.
    pub fn on_engine(engine: impl StepEngine + 'static, model: &Model) -> Composer {
        Composer {
            predictor: Box::new(Network { engine, layout: model.layout }),
            fingerprint: model.fingerprint(),
            excerpts: model.primers.clone(),
        }
    }

    /// A baseline that composes, to be compared with a network by ear. It has no excerpts yet.
    pub fn of_baseline(baseline: Baseline) -> Composer {
        Composer {
            fingerprint: baseline.fingerprint(),
            predictor: Box::new(baseline),
            excerpts: Vec::new(),
        }
    }

    /// The same with other excerpts.
    pub fn with_excerpts(self, excerpts: Vec<Primer>) -> Composer {
        Composer { excerpts, ..self }
    }

    /// The excerpts that pieces can begin with.
    pub fn excerpts(&self) -> &[Primer] {
        &self.excerpts
    }

    /// Twelve hexadecimal digits that identify what it has learned.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Whether a recipe is for this model.
    pub(super) fn check_model(&self, recipe: &Recipe) -> Result<(), RecipeError> {
        match &recipe.model {
            Some(wanted) if *wanted != self.fingerprint => Err(RecipeError::OtherModel {
                wanted: wanted.clone(),
                name: recipe.model_name.clone(),
                found: self.fingerprint.clone(),
            }),
            _ => Ok(()),
        }
    }

    /// Begins a stream that has heard a primer, from its first step to its last, and continues in
    /// its metre.
    pub fn begin(&self, primer: &Primer, seed: u64, temperature: f64) -> Stream {
        let mut stream = self.condition_on(primer, &|| true).expect("nobody breaks off");
        stream.reseed(seed);
        stream.temperature = temperature;
        stream
    }

    /// A stream that has heard a primer (teacher forcing), for any seed: copies of it can be
    /// [seeded](Stream::reseed). `go_on` is called after every step; `None` as soon as it is false.
    pub fn condition_on(&self, primer: &Primer, go_on: &dyn Fn() -> bool) -> Option<Stream> {
        let roll = &primer.roll;
        let change = roll.metre_at(roll.len());
        let mut stream = self.begin_in_silence(change.metre, 0, 1.0);
        let mut scratch = self.workspace();
        for (step, &heard) in roll.steps().iter().enumerate() {
            stream.teacher_force_at(self, heard, roll.place(step), &mut scratch);
            if !go_on() {
                return None;
            }
        }
        stream.since_change = roll.len() - change.step;
        Some(stream)
    }

    /// Begins a stream that has heard nothing, at a downbeat.
    pub fn begin_in_silence(&self, metre: Metre, seed: u64, temperature: f64) -> Stream {
        let match_model = self.predictor.needs_matches().then(MatchModel::new);
        Stream::new(self.predictor.initial_state(), match_model, metre, seed, temperature)
    }

    /// Scratch buffers for [`Stream::compose`]. One set for each thread is enough.
    pub fn workspace(&self) -> Scratch {
        Scratch::default()
    }

    /// One step of music at a place, after some steps whose LSTM state is `state`. For each key,
    /// from the lowest to the highest, `choose` gets the logits and returns what the key does.
    pub(super) fn step(
        &self,
        state: &mut State,
        past: &[Step],
        matches: Option<&Continuations>,
        place: Place,
        choose: &mut dyn FnMut(usize, KeyLogits) -> KeyAction,
        scratch: &mut Scratch,
    ) {
        self.predictor.step(state, past, matches, place, choose, scratch);
    }
}

/// How many steps a stream remembers as such: as far as any attribute looks back.
pub(super) const REMEMBERED: usize = MAX_LOOKBACK_STEPS;

/// Drops all but the last [`REMEMBERED`] steps now and then.
pub(super) fn drop_old_steps(past: &mut Vec<Step>) {
    if past.len() >= 2 * REMEMBERED {
        past.drain(..past.len() - REMEMBERED);
    }
}
