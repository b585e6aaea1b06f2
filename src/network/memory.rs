//! What the network remembers of the music so far.

use super::parameters::Layers;
use crate::roll::KEYS;

/// The state of the time layers: all that the network knows of the steps before. It is a value:
/// a copy of it continues the same music elsewhere, so a stream can be forked, or a step undone.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Memory {
    pub(super) time: Vec<LayerMemory>,
}

/// The state of one time layer, `[88 × units]` each.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LayerMemory {
    pub(super) cell: Vec<f32>,
    pub(super) output: Vec<f32>,
}

impl LayerMemory {
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

impl Memory {
    /// The memory before the first step of a piece.
    pub fn empty(layers: &Layers) -> Memory {
        let zeros = |units| vec![0.0; KEYS * units];
        let layer = |units| LayerMemory { cell: zeros(units), output: zeros(units) };
        Memory { time: layers.time.iter().map(|tensors| layer(tensors.units)).collect() }
    }

    /// All of its values, part by part: of each time layer the cells, then the outputs.
    pub fn values(&self) -> impl Iterator<Item = &[f32]> {
        self.time.iter().flat_map(|layer| [&layer.cell[..], &layer.output[..]])
    }

    /// The same, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut [f32]> {
        self.time.iter_mut().flat_map(|layer| [&mut layer.cell[..], &mut layer.output[..]])
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.values_mut().for_each(|values| values.fill(0.0));
    }
}
