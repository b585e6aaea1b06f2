//! The parameters of a network.

use super::layers::Layers;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;

/// The values of all tensors of a network, one after the other. Gradients have the same form.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameters {
    /// The layers, which know where each tensor is.
    pub layers: Layers,
    /// The values.
    pub values: Vec<f32>,
}

impl Parameters {
    /// Parameters of zero, such as an empty gradient.
    pub fn zeros(layers: &Layers) -> Parameters {
        Parameters { layers: layers.clone(), values: vec![0.0; layers.size()] }
    }

    /// Random initial weights: uniform within ±1/√units of each layer, as in PyTorch. Biases are 0,
    /// but those of the forget gates are 1, so that cells keep their values at first (Jozefowicz et
    /// al. 2015); here this halves the initial time in which nothing is learned.
    pub fn init(layers: &Layers, random: &mut ChaCha8Rng) -> Parameters {
        let mut parameters = Parameters::zeros(layers);
        let draw = |values: &mut [f32], bound: f32, random: &mut ChaCha8Rng| {
            for value in values {
                let unit = (random.next_u32() >> 8) as f32 / (1u32 << 24) as f32;
                *value = (2.0 * unit - 1.0) * bound;
            }
        };
        for layer in layers.time.iter().chain(&layers.note) {
            let bound = 1.0 / (layer.units as f32).sqrt();
            draw(parameters.tensor_mut(layer.input), bound, random);
            draw(parameters.tensor_mut(layer.recurrent), bound, random);
            parameters.tensor_mut(layer.bias)[layer.units..2 * layer.units].fill(1.0);
        }
        for layer in &layers.dense {
            let bound = 1.0 / (layer.inputs as f32).sqrt();
            draw(parameters.tensor_mut(layer.weight), bound, random);
        }
        parameters
    }

    /// The values of a tensor.
    pub fn tensor(&self, index: usize) -> &[f32] {
        &self.values[self.layers.tensors[index].range()]
    }

    /// The values of a tensor, mutably.
    pub fn tensor_mut(&mut self, index: usize) -> &mut [f32] {
        &mut self.values[self.layers.tensors[index].range()]
    }
}
