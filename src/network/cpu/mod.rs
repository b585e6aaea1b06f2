//! The network on the processor.

mod learn;
mod note_rows;
mod predict;
mod forward;
mod time_rows;

pub use forward::PassageScratch;
pub use learn::BLOCK_ROWS;
pub use predict::Workspace;

use super::batch::Batch;
use super::dense::DenseWeights;
use super::engine::Engine;
use super::key_logits::{KeyAction, KeyLogits, Nats};
use super::lstm::{LstmScratch, LstmTrace, LstmWeights};
use super::lstm_state::LstmState;
use super::parameters::{Layers, Parameters};
use super::stripes::StripedWeights;
use crate::attribute::StepAttributes;

/// The engine that runs on the processor, on all threads of the current rayon pool.
///
/// The rows of a batch are cut into blocks whose number depends on the batch alone; each block
/// runs its whole sequence without waiting for another, and the blocks' gradients are added in
/// one order. So the number of threads changes nothing in the result, not one bit.
pub struct Cpu {
    layers: Layers,
    weights: Weights,
    learning: Option<learn::Learning>,
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
    /// An engine for these parameters. One that is to learn lays its weights out twice, for both
    /// directions.
    pub fn new(parameters: &Parameters, learns: bool) -> Cpu {
        let mut engine = Cpu {
            layers: parameters.layers.clone(),
            weights: Weights::default(),
            learning: learns.then(learn::Learning::default),
            slice: usize::MAX,
        };
        engine.load(parameters);
        engine
    }

    /// From now on [`loss_and_gradient`](Engine::loss_and_gradient) works on so many segments of a batch at once, at
    /// least one: fewer need less room, and the result stays the same, bit for bit.
    pub fn set_slice(&mut self, segments: usize) {
        self.slice = segments.max(1);
    }
}

impl Engine for Cpu {
    type Workspace = Workspace;
    type Scratch = PassageScratch;

    fn load(&mut self, parameters: &Parameters) {
        assert_eq!(parameters.layers, self.layers);
        let learns = self.learning.is_some();
        self.weights.articulation = self.layers.articulation;
        let Weights { time, time_striped, note, dense, .. } = &mut self.weights;
        time_striped.resize_with(self.layers.time.len(), Default::default);
        for (weights, tensors) in time_striped.iter_mut().zip(&self.layers.time) {
            weights.pack(parameters, tensors);
        }
        time.resize_with(self.layers.time.len(), Default::default);
        note.resize_with(self.layers.note.len(), Default::default);
        dense.resize_with(self.layers.dense.len(), Default::default);
        let lstm = time.iter_mut().chain(note);
        for (weights, tensors) in lstm.zip(self.layers.time.iter().chain(&self.layers.note)) {
            weights.pack(parameters, tensors, learns);
        }
        let last = self.layers.dense.len() - 1;
        for (index, (weights, tensors)) in dense.iter_mut().zip(&self.layers.dense).enumerate() {
            weights.pack(parameters, tensors, index == last);
        }
    }

    fn loss_and_gradient(
        &mut self,
        batch: &Batch,
        states: &mut [LstmState],
        gradient: &mut Parameters,
    ) -> Nats {
        assert!(states.is_empty() || states.len() == batch.segments());
        let learning = self.learning.as_mut().expect("an engine made to learn");
        let values = &mut gradient.values;
        learning.loss_and_gradient(&self.layers, &self.weights, batch, states, self.slice, values)
    }

    fn forward(
        &self,
        state: &mut LstmState,
        passage: &Batch,
        scratch: &mut PassageScratch,
        tell: &mut dyn FnMut(usize, usize, KeyLogits),
    ) -> Nats {
        forward::forward(&self.weights, state, passage, scratch, tell)
    }

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

/// The attributes that tell a key what was chosen for the key below: nothing for what is 0.
fn chosen_below(choice: KeyAction) -> &'static [(u32, f32)] {
    match (choice.play, choice.articulate) {
        (false, _) => &[],
        (true, false) => &[(0, 1.0)],
        (true, true) => &[(0, 1.0), (1, 1.0)],
    }
}
