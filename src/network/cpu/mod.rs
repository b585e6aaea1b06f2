//! The network on the CPU.

mod backward;
mod forward;
mod memory;
mod note_rows;
mod predict;
mod time_rows;

pub use forward::PassageScratch;
pub use predict::Workspace;

use super::batch::Batch;
use super::dense::DenseWeights;
use super::engine::{Engine, PassageEngine, StepEngine, TrainingEngine, TrainingWork};
use super::head::{Feedback, Heads};
use super::key_logits::{KeyAction, KeyLogits, Nats};
use super::layers::Layers;
use super::lstm::{LstmScratch, LstmTrace, LstmWeights};
use super::lstm_state::LstmState;
use super::parameters::Parameters;
use super::striped_weights::StripedWeights;
use crate::attribute::StepAttributes;
use backward::Backward;

/// The engine that runs on the CPU, on all threads of the current rayon pool.
///
/// The rows of a batch are divided into blocks in a way that depends on the batch alone. Each block
/// runs its whole sequence without waiting for another, and the gradients of the blocks are added
/// in a fixed order. So the number of threads does not change a single bit of the result.
pub struct Cpu {
    layers: Layers,
    weights: Weights,
    /// Only in an engine that can be trained.
    backward: Option<Backward>,
    slice: usize,
}

/// Scratch buffers of one task, which it reuses from block to block.
#[derive(Default)]
struct TaskScratch {
    lstm: LstmScratch,
    /// The gradients of the outputs of a layer, and of its inputs.
    outputs: Vec<f32>,
    inputs: Vec<f32>,
    /// By note layer.
    note: Vec<LstmTrace>,
    dense: note_rows::DenseRows,
}

/// The weights of all layers, packed for the kernels.
struct Weights {
    time: Vec<LstmWeights>,
    /// The time layers again, for one step at a time.
    time_striped: Vec<StripedWeights>,
    note: Vec<LstmWeights>,
    dense: Vec<DenseWeights>,
    heads: Heads,
    feedback: Feedback,
}

impl Cpu {
    /// An engine that can be trained. It packs its weights twice, for both directions.
    pub fn for_training(parameters: &Parameters) -> Cpu {
        Cpu::new(parameters, Some(Backward::default()))
    }

    /// An engine that only predicts.
    pub fn for_inference(parameters: &Parameters) -> Cpu {
        Cpu::new(parameters, None)
    }

    fn new(parameters: &Parameters, backward: Option<Backward>) -> Cpu {
        let layers = parameters.layers.clone();
        let weights = Weights::new(layers.heads);
        let mut engine = Cpu { layers, weights, backward, slice: usize::MAX };
        engine.load(parameters);
        engine
    }
}

impl Engine for Cpu {
    type State = LstmState;

    fn load(&mut self, parameters: &Parameters) {
        assert_eq!(parameters.layers, self.layers);
        self.weights.load(parameters, self.backward.is_some());
    }

    fn initial_state(&self) -> LstmState {
        LstmState::zeros(&self.layers)
    }

    fn save_state(&self, state: &LstmState) -> LstmState {
        state.clone()
    }

    fn restore_state(&self, saved: LstmState) -> LstmState {
        saved
    }
}

impl PassageEngine for Cpu {
    type Scratch = PassageScratch;

    fn forward(
        &self,
        state: &mut LstmState,
        passage: &Batch,
        scratch: &mut PassageScratch,
        receive: &mut dyn FnMut(usize, usize, KeyLogits),
    ) -> Nats {
        forward::forward(&self.weights, state, passage, scratch, receive)
    }
}

impl TrainingEngine for Cpu {
    fn loss_and_gradient(
        &mut self,
        batch: &Batch,
        states: &mut [LstmState],
        gradient: &mut Parameters,
    ) -> Nats {
        assert!(states.is_empty() || states.len() == batch.segments());
        let backward = self.backward.as_mut().expect("an engine that can be trained");
        let values = &mut gradient.values;
        backward.loss_and_gradient(&self.layers, &self.weights, batch, states, self.slice, values)
    }

    fn set_slice(&mut self, segments: usize) {
        self.slice = segments.max(1);
    }

    fn memory_needed(layers: &Layers, work: &TrainingWork) -> u64 {
        memory::memory_needed(layers, work)
    }
}

impl StepEngine for Cpu {
    type Workspace = Workspace;

    fn workspace(&self) -> Workspace {
        Workspace::new(&self.layers)
    }

    fn predict(
        &self,
        state: &mut LstmState,
        attributes: &StepAttributes,
        choose: &mut dyn FnMut(usize, KeyLogits) -> KeyAction,
        workspace: &mut Workspace,
    ) {
        predict::predict(&self.weights, state, attributes, choose, workspace);
    }
}

impl Weights {
    /// Without any layer yet.
    fn new(heads: Heads) -> Weights {
        Weights {
            time: Vec::new(),
            time_striped: Vec::new(),
            note: Vec::new(),
            dense: Vec::new(),
            heads,
            feedback: Feedback::new(heads),
        }
    }

    /// Packs all weights; the transposes are needed only for gradients.
    fn load(&mut self, parameters: &Parameters, with_transposes: bool) {
        let layers = &parameters.layers;
        let Weights { time, time_striped, note, dense, .. } = self;
        time_striped.resize_with(layers.time.len(), Default::default);
        for (weights, tensors) in time_striped.iter_mut().zip(&layers.time) {
            weights.pack(parameters, tensors);
        }
        time.resize_with(layers.time.len(), Default::default);
        note.resize_with(layers.note.len(), Default::default);
        dense.resize_with(layers.dense.len(), Default::default);
        let lstm = time.iter_mut().chain(note);
        for (weights, tensors) in lstm.zip(layers.time.iter().chain(&layers.note)) {
            weights.pack(parameters, tensors, with_transposes);
        }
        let last = layers.dense.len() - 1;
        for (index, (weights, tensors)) in dense.iter_mut().zip(&layers.dense).enumerate() {
            weights.pack(parameters, tensors, index == last);
        }
    }
}
