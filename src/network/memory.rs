//! What the network remembers of the music so far.

use super::parameters::Layers;
use crate::roll::KEYS;

/// The state of the time layers: all that the network knows of the steps before. It is a value:
/// a copy of it continues the same music elsewhere, so a stream can be forked, or a step undone.
#[derive(Debug, Clone, PartialEq)]
pub struct Memory {
    pub(super) time: Vec<LayerMemory>,
}

/// The state of one time layer, `[88 × units]` each.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LayerMemory {
    pub(super) cell: Vec<f32>,
    pub(super) output: Vec<f32>,
}

impl Memory {
    /// The memory before the first step of a piece.
    pub fn empty(layers: &Layers) -> Memory {
        let zeros = |units| vec![0.0; KEYS * units];
        let layer = |units| LayerMemory { cell: zeros(units), output: zeros(units) };
        Memory { time: layers.time.iter().map(|tensors| layer(tensors.units)).collect() }
    }
}
