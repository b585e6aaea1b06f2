//! The LSTM state: what the network remembers of the music so far.

use super::layers::Layers;
use crate::roll::KEYS;

/// The LSTM state of the time layers: all that the network knows about the steps before. It is a
/// value: a clone continues the same music independently, so that a stream can be forked or a step
/// undone.
///
/// [`Cpu`](super::Cpu) computes with it. Other engines may have a state of their own, and use this
/// type to [save](super::Engine::save_state) it.
#[derive(Debug, Default, PartialEq)]
pub struct LstmState {
    pub(super) time: Vec<LayerState>,
}

/// The state of one time layer, `[88 × units]` each.
#[derive(Debug, PartialEq)]
pub(super) struct LayerState {
    pub(super) cell: Vec<f32>,
    pub(super) output: Vec<f32>,
}

// Written out for the sake of `clone_from`, which takes a state back without a new allocation.
impl Clone for LstmState {
    fn clone(&self) -> LstmState {
        LstmState { time: self.time.clone() }
    }

    fn clone_from(&mut self, other: &LstmState) {
        self.time.clone_from(&other.time);
    }
}

impl Clone for LayerState {
    fn clone(&self) -> LayerState {
        LayerState { cell: self.cell.clone(), output: self.output.clone() }
    }

    fn clone_from(&mut self, other: &LayerState) {
        self.cell.clone_from(&other.cell);
        self.output.clone_from(&other.output);
    }
}

impl LayerState {
    /// The state of one key: cell and output, `[units]` each.
    pub(super) fn of_key(&self, key: usize) -> (&[f32], &[f32]) {
        let units = self.cell.len() / KEYS;
        let place = key * units..(key + 1) * units;
        (&self.cell[place.clone()], &self.output[place])
    }

    /// Replaces the state of one key.
    pub(super) fn set(&mut self, key: usize, state: (&[f32], &[f32])) {
        let units = self.cell.len() / KEYS;
        let place = key * units..(key + 1) * units;
        self.cell[place.clone()].copy_from_slice(state.0);
        self.output[place].copy_from_slice(state.1);
    }
}

impl LstmState {
    /// The state before the first step of a piece.
    pub fn zeros(layers: &Layers) -> LstmState {
        let zeros = |units| vec![0.0; KEYS * units];
        let layer = |units| LayerState { cell: zeros(units), output: zeros(units) };
        LstmState { time: layers.time.iter().map(|tensors| layer(tensors.units)).collect() }
    }

    /// All values, part by part: of each time layer the cells, then the outputs, `[88 × units]`
    /// each.
    pub fn values(&self) -> impl Iterator<Item = &[f32]> {
        self.time.iter().flat_map(|layer| [&layer.cell[..], &layer.output[..]])
    }

    /// The same, mutably.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut [f32]> {
        self.time.iter_mut().flat_map(|layer| [&mut layer.cell[..], &mut layer.output[..]])
    }
}
