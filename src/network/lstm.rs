//! An LSTM layer over a block of independent rows, forward and backward.
//!
//! Time layers run along time with a row for each key; note layers run along the keyboard with a
//! row for each step. The forward pass leaves a trace for the backward pass.

use super::kernel::{
    Panels, add_product, add_product_transposed, add_sparse_product, add_sparse_product_transposed,
    cell_backward, cell_forward,
};
use super::layers::{Layers, LstmTensors};
use super::parameters::Parameters;

/// Rows of gradients that are gathered for one product with their inputs.
const GATHERED_ROWS: usize = 320;

/// The weights of a layer, packed for the forward and the backward products.
#[derive(Debug, Clone, Default)]
pub struct LstmWeights {
    pub(super) units: usize,
    dense_inputs: usize,
    dense: Panels,
    sparse: Vec<f32>,
    recurrent: Panels,
    bias: Vec<f32>,
    dense_transposed: Panels,
    recurrent_transposed: Panels,
}

impl LstmWeights {
    /// Packs the weights of a layer; the transposes are needed only for gradients.
    pub fn pack(&mut self, parameters: &Parameters, layer: &LstmTensors, with_transposes: bool) {
        let LstmTensors { dense_inputs, units, .. } = *layer;
        let (dense, sparse) = parameters.tensor(layer.input).split_at(dense_inputs * 4 * units);
        let recurrent = parameters.tensor(layer.recurrent);
        (self.units, self.dense_inputs) = (units, dense_inputs);
        self.dense.pack(dense, dense_inputs, 4 * units);
        self.recurrent.pack(recurrent, units, 4 * units);
        self.sparse.clear();
        self.sparse.extend_from_slice(sparse);
        self.bias.clear();
        self.bias.extend_from_slice(parameters.tensor(layer.bias));
        if with_transposes {
            self.dense_transposed.pack_transposed(dense, 4 * units, dense_inputs);
            self.recurrent_transposed.pack_transposed(recurrent, 4 * units, units);
        }
    }

    /// sums `[rows × 4·units]` = bias + dense · W.
    pub fn project(&self, dense: &[f32], sums: &mut [f32]) {
        sums.chunks_exact_mut(4 * self.units).for_each(|row| row.copy_from_slice(&self.bias));
        add_product(sums, dense, &self.dense);
    }

    /// sums `[4·units]` += sparse · W, for one row.
    pub fn project_sparse(&self, sparse: &[(u32, f32)], sums: &mut [f32]) {
        add_sparse_product(sums, sparse, &self.sparse);
    }

    /// One step. `sums` `[rows × 4·units]` are projections at first and activations afterwards.
    /// `state` is cell and output of the step before; `cell` and `output` `[rows × units]` are
    /// those of this one.
    pub fn advance(
        &self,
        sums: &mut [f32],
        state: (&[f32], &[f32]),
        cell: &mut [f32],
        output: &mut [f32],
    ) {
        let (cell_before, output_before) = state;
        add_product(sums, output_before, &self.recurrent);
        cell_forward((self.units, 0..self.units), sums, cell_before, cell, output);
    }
}

/// The input of a layer.
pub trait LstmInput {
    /// Writes the dense rows `[rows × dense inputs]` of a step.
    fn dense(&self, step: usize, rows: &mut [f32]);
    /// The sparse row that belongs to one row of a step.
    fn sparse(&self, step: usize, row: usize) -> &[(u32, f32)];
}

/// What a forward pass leaves for the backward pass, step after step.
#[derive(Debug, Clone, Default)]
pub struct LstmTrace {
    rows: usize,
    steps: usize,
    units: usize,
    /// `[steps × rows × 4·units]`: activations, and after the backward pass their gradients.
    gates: Vec<f32>,
    /// `[(steps + 1) × rows × units]`, starting with the state before the first step.
    cell: Vec<f32>,
    /// Likewise.
    output: Vec<f32>,
}

impl LstmTrace {
    /// Makes room for `steps` steps of `rows` rows. Their initial states are zero.
    pub fn begin(&mut self, steps: usize, rows: usize, units: usize) {
        (self.steps, self.rows, self.units) = (steps, rows, units);
        self.gates.resize(steps * rows * 4 * units, 0.0);
        self.cell.resize((steps + 1) * rows * units, 0.0);
        self.output.resize((steps + 1) * rows * units, 0.0);
        // The states before the first step may be left over from a batch of another size.
        self.cell[..rows * units].fill(0.0);
        self.output[..rows * units].fill(0.0);
    }

    /// Sets the initial state of a row: cell and output, `[units]` each.
    pub fn set_initial_state(&mut self, row: usize, state: (&[f32], &[f32])) {
        let place = row * self.units..(row + 1) * self.units;
        self.cell[place.clone()].copy_from_slice(state.0);
        self.output[place].copy_from_slice(state.1);
    }

    /// The state of a row after the last step: cell and output, `[units]` each.
    pub fn final_state(&self, row: usize) -> (&[f32], &[f32]) {
        let start = (self.steps * self.rows + row) * self.units;
        let place = start..start + self.units;
        (&self.cell[place.clone()], &self.output[place])
    }

    /// The outputs `[rows × units]` of a step.
    pub fn output(&self, step: usize) -> &[f32] {
        &self.output[(step + 1) * self.rows * self.units..][..self.rows * self.units]
    }

    /// The outputs `[units]` of one row at a step.
    pub fn output_row(&self, step: usize, row: usize) -> &[f32] {
        &self.output(step)[row * self.units..][..self.units]
    }

    /// The outputs of all steps, `[steps × rows × units]`.
    pub fn outputs(&self) -> &[f32] {
        &self.output[self.rows * self.units..]
    }
}

/// Scratch buffers of a pass, which can be reused for any layer.
#[derive(Debug, Clone, Default)]
pub struct LstmScratch {
    dense: Vec<f32>,
    output_gradient: Vec<f32>,
    cell_gradient: Vec<f32>,
    input_gradient: Vec<f32>,
    gathered: Panels,
    factors: Vec<f32>,
}

/// Runs a layer forward over the steps and rows of a trace that has [begun](LstmTrace::begin).
pub fn lstm_forward(
    weights: &LstmWeights,
    input: &impl LstmInput,
    trace: &mut LstmTrace,
    scratch: &mut LstmScratch,
) {
    let LstmTrace { rows, steps, units, .. } = *trace;
    assert_eq!(units, weights.units);
    scratch.dense.resize(rows * weights.dense_inputs, 0.0);
    for step in 0..steps {
        let sums = &mut trace.gates[step * rows * 4 * units..][..rows * 4 * units];
        input.dense(step, &mut scratch.dense);
        weights.project(&scratch.dense, sums);
        for (row, sums) in sums.chunks_exact_mut(4 * units).enumerate() {
            weights.project_sparse(input.sparse(step, row), sums);
        }
        let (cell_before, cell) = trace.cell[step * rows * units..].split_at_mut(rows * units);
        let (before, output) = trace.output[step * rows * units..].split_at_mut(rows * units);
        let (cell, output) = (&mut cell[..rows * units], &mut output[..rows * units]);
        weights.advance(sums, (cell_before, before), cell, output);
    }
}

/// The gradients of the tensors of a layer.
pub struct LstmGradient<'a> {
    /// `[inputs × 4·units]`.
    pub input: &'a mut [f32],
    /// `[units × 4·units]`.
    pub recurrent: &'a mut [f32],
    /// `[4·units]`.
    pub bias: &'a mut [f32],
}

impl<'a> LstmGradient<'a> {
    /// The parts of `values` that belong to a layer. `values` are the gradients of either the time
    /// layers or the note and dense layers.
    pub fn of(layers: &Layers, layer: &LstmTensors, values: &'a mut [f32]) -> LstmGradient<'a> {
        let start = layers.tensors[layer.input].offset;
        let first = if start < layers.time_range().end { 0 } else { layers.time_range().end };
        let size = |tensor: usize| layers.tensors[tensor].range().len();
        let (input, rest) = values[start - first..].split_at_mut(size(layer.input));
        let (recurrent, rest) = rest.split_at_mut(size(layer.recurrent));
        LstmGradient { input, recurrent, bias: &mut rest[..size(layer.bias)] }
    }
}

/// Runs a layer backward over the trace of [`lstm_forward`], and adds to `gradient`.
///
/// `output_gradient` writes the gradient `[rows × units]` of the outputs of a step; it is called
/// from the last step to the first. `input_gradient` receives the gradient `[rows × dense inputs]`
/// of the dense rows of a step, unless the layer has none.
pub fn lstm_backward(
    weights: &LstmWeights,
    input: &impl LstmInput,
    trace: &mut LstmTrace,
    mut output_gradient: impl FnMut(usize, &mut [f32]),
    gradient: &mut LstmGradient<'_>,
    mut input_gradient: impl FnMut(usize, &[f32]),
    scratch: &mut LstmScratch,
) {
    let LstmTrace { rows, steps, units, .. } = *trace;
    let (wide, inputs) = (rows * 4 * units, weights.dense_inputs);
    let (dense_gradient, sparse_gradient) = gradient.input.split_at_mut(inputs * 4 * units);
    scratch.output_gradient.resize(rows * units, 0.0);
    scratch.cell_gradient.clear();
    scratch.cell_gradient.resize(rows * units, 0.0);
    let gathered_steps = (GATHERED_ROWS / rows).max(1);
    let mut end = steps;
    while end > 0 {
        let start = end.saturating_sub(gathered_steps);
        for step in (start..end).rev() {
            output_gradient(step, &mut scratch.output_gradient);
            let (gates, later) = trace.gates[step * wide..].split_at_mut(wide);
            if step + 1 < steps {
                let later = &later[..wide];
                add_product(&mut scratch.output_gradient, later, &weights.recurrent_transposed);
            }
            cell_backward(
                units,
                gates,
                &trace.cell[step * rows * units..][..rows * units],
                &trace.cell[(step + 1) * rows * units..][..rows * units],
                &scratch.output_gradient,
                &mut scratch.cell_gradient,
            );
        }
        let gates = &trace.gates[start * wide..end * wide];
        for row in gates.chunks_exact(4 * units) {
            gradient.bias.iter_mut().zip(row).for_each(|(sum, &value)| *sum += value);
        }
        for (index, row) in gates.chunks_exact(4 * units).enumerate() {
            let sparse = input.sparse(start + index / rows, index % rows);
            add_sparse_product_transposed(sparse_gradient, sparse, row);
        }
        let count = (end - start) * rows;
        scratch.gathered.pack(gates, count, 4 * units);
        let before = &trace.output[start * rows * units..end * rows * units];
        let LstmScratch { gathered, factors, .. } = scratch;
        add_product_transposed(gradient.recurrent, before, gathered, factors);
        if inputs > 0 {
            scratch.dense.resize(count * inputs, 0.0);
            for (step, dense) in (start..end).zip(scratch.dense.chunks_exact_mut(rows * inputs)) {
                input.dense(step, dense);
            }
            add_product_transposed(dense_gradient, &scratch.dense, gathered, factors);
            scratch.input_gradient.clear();
            scratch.input_gradient.resize(count * inputs, 0.0);
            add_product(&mut scratch.input_gradient, gates, &weights.dense_transposed);
            let by_step = scratch.input_gradient.chunks_exact(rows * inputs);
            (start..end).zip(by_step).for_each(|(step, dense)| input_gradient(step, dense));
        }
        end = start;
    }
}
