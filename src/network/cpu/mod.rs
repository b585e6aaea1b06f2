//! The network on the processor.

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
use super::key_logits::{KeyAction, KeyLogits, Nats};
use super::layers::Layers;
use super::lstm::{LstmScratch, LstmTrace, LstmWeights};
use super::lstm_state::LstmState;
use super::parameters::Parameters;
use super::stripes::StripedWeights;
use crate::attribute::StepAttributes;
use backward::Backward;

/// The engine that runs on the processor, on all threads of the current rayon pool.
///
/// The rows of a batch are cut into blocks whose number depends on the batch alone; each block
/// runs its whole sequence without waiting for another, and the blocks' gradients are added in
/// one order. So the number of threads changes nothing in the result, not one bit.
pub struct Cpu {
    layers: Layers,
    weights: Weights,
    /// Where it can be trained.
    backward: Option<Backward>,
    slice: usize,
}

/// Room that one task works in, block after block.
#[derive(Default)]
struct TaskScratch {
    lstm: LstmScratch,
    /// The gradients of a layer's outputs, and of its inputs.
    outputs: Vec<f32>,
    inputs: Vec<f32>,
    /// By note layer.
    note: Vec<LstmTrace>,
    dense: note_rows::DenseRows,
}

/// The weights of all layers, laid out for the kernels.
#[derive(Default)]
struct Weights {
    time: Vec<LstmWeights>,
    /// The same for one step after the other.
    time_striped: Vec<StripedWeights>,
    note: Vec<LstmWeights>,
    dense: Vec<DenseWeights>,
    articulation: bool,
}

impl Cpu {
    /// An engine that can be trained. It lays its weights out twice, for both directions.
    pub fn for_training(parameters: &Parameters) -> Cpu {
        Cpu::new(parameters, Some(Backward::default()))
    }

    /// An engine that only predicts.
    pub fn for_inference(parameters: &Parameters) -> Cpu {
        Cpu::new(parameters, None)
    }

    fn new(parameters: &Parameters, backward: Option<Backward>) -> Cpu {
        let layers = parameters.layers.clone();
        let mut engine = Cpu { layers, weights: Weights::default(), backward, slice: usize::MAX };
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
    /// Lays out all weights; the transposes only where gradients will be wanted.
    fn load(&mut self, parameters: &Parameters, with_transposes: bool) {
        let layers = &parameters.layers;
        self.articulation = layers.articulation;
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

/// The attributes that tell a key what was chosen for the key below: nothing for what is 0.
fn chosen_below(choice: KeyAction) -> &'static [(u32, f32)] {
    match (choice.play, choice.articulate) {
        (false, _) => &[],
        (true, false) => &[(0, 1.0)],
        (true, true) => &[(0, 1.0), (1, 1.0)],
    }
}
