//! Dense layers, from the last note layer to the logits.

use super::kernel::{Panels, add_product, add_product_transposed, hyperbolic_tangent};
use super::layers::DenseTensors;
use super::parameters::Parameters;

/// The weights of a dense layer, packed for the forward and the backward products.
#[derive(Debug, Clone, Default)]
pub struct DenseWeights {
    inputs: usize,
    outputs: usize,
    weight: Panels,
    transposed: Panels,
    bias: Vec<f32>,
    last: bool,
}

impl DenseWeights {
    /// Packs the weights of a layer; the `last` one has no tanh.
    pub fn pack(&mut self, parameters: &Parameters, layer: &DenseTensors, last: bool) {
        let weight = parameters.tensor(layer.weight);
        (self.inputs, self.outputs, self.last) = (layer.inputs, layer.outputs, last);
        self.weight.pack(weight, layer.inputs, layer.outputs);
        self.transposed.pack_transposed(weight, layer.outputs, layer.inputs);
        self.bias.clear();
        self.bias.extend_from_slice(parameters.tensor(layer.bias));
    }

    /// The number of inputs of a row.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// The number of outputs of a row.
    pub fn outputs(&self) -> usize {
        self.outputs
    }
}

/// `output` `[rows × outputs]` from `input` `[rows × inputs]`.
pub fn dense_forward(weights: &DenseWeights, input: &[f32], output: &mut [f32]) {
    output.chunks_exact_mut(weights.outputs).for_each(|row| row.copy_from_slice(&weights.bias));
    add_product(output, input, &weights.weight);
    if !weights.last {
        hyperbolic_tangent(output);
    }
}

/// Computes `input_gradient` `[rows × inputs]` from `output_gradient` `[rows × outputs]`, which is
/// overwritten, and adds to the gradients of weight and bias. `output` is the result of
/// [`dense_forward`]. The last argument is a pair of scratch buffers.
pub fn dense_backward(
    weights: &DenseWeights,
    (input, output): (&[f32], &[f32]),
    output_gradient: &mut [f32],
    (weight_gradient, bias_gradient): (&mut [f32], &mut [f32]),
    input_gradient: &mut [f32],
    (gathered, factors): (&mut Panels, &mut Vec<f32>),
) {
    if !weights.last {
        for (gradient, &y) in output_gradient.iter_mut().zip(output) {
            *gradient *= 1.0 - y * y;
        }
    }
    for row in output_gradient.chunks_exact(weights.outputs) {
        bias_gradient.iter_mut().zip(row).for_each(|(sum, &value)| *sum += value);
    }
    gathered.pack(output_gradient, input.len() / weights.inputs, weights.outputs);
    add_product_transposed(weight_gradient, input, gathered, factors);
    input_gradient.fill(0.0);
    add_product(input_gradient, output_gradient, &weights.transposed);
}
