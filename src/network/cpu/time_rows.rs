//! A block of rows of the time layers: some keys of a segment, through all steps.

use super::{TaskScratch, Weights};
use crate::network::batch::Batch;
use crate::network::layers::Layers;
use crate::network::lstm::{
    LstmGradient, LstmInput, LstmScratch, LstmTrace, lstm_backward, lstm_forward,
};
use crate::network::lstm_state::LstmState;
use crate::roll::KEYS;
use std::ops::Range;

/// A block of the rows `segment · 88 + key`, with what the forward pass leaves for the backward
/// pass.
#[derive(Default)]
pub(super) struct TimeRows {
    pub(super) rows: Range<usize>,
    /// By layer.
    pub(super) traces: Vec<LstmTrace>,
    pub(super) gradient: Vec<f32>,
}

/// The input of a layer.
pub(super) enum RowsInput<'a> {
    /// The attributes, for the lowest layer; the rows begin at `first`.
    Attributes { batch: &'a Batch, first: usize },
    /// The outputs of the layer below, times its dropout mask `[rows × units]`.
    Below { trace: &'a LstmTrace, dropout: Option<&'a [f32]> },
}

impl LstmInput for RowsInput<'_> {
    fn dense(&self, step: usize, rows: &mut [f32]) {
        if let RowsInput::Below { trace, dropout } = self {
            rows.copy_from_slice(trace.output(step));
            drop_out(rows, *dropout);
        }
    }

    fn sparse(&self, step: usize, row: usize) -> &[(u32, f32)] {
        match self {
            RowsInput::Attributes { batch, first } => {
                let row = first + row;
                batch.attributes(row / KEYS, step, row % KEYS)
            }
            RowsInput::Below { .. } => &[],
        }
    }
}

/// Multiplies rows by their dropout mask.
pub(super) fn drop_out(rows: &mut [f32], dropout: Option<&[f32]>) {
    if let Some(factors) = dropout {
        rows.iter_mut().zip(factors).for_each(|(value, &factor)| *value *= factor);
    }
}

/// The input of the layer above `below`, which are the traces of all layers below it.
fn input<'a>(below: &'a [LstmTrace], batch: &'a Batch, rows: &Range<usize>) -> RowsInput<'a> {
    match below.last() {
        None => RowsInput::Attributes { batch, first: rows.start },
        Some(trace) => RowsInput::Below { trace, dropout: dropout(batch, below.len() - 1, rows) },
    }
}

/// The dropout mask of the outputs of a layer, for some rows.
fn dropout<'a>(batch: &'a Batch, layer: usize, rows: &Range<usize>) -> Option<&'a [f32]> {
    batch.dropout().map(|dropout| {
        let factors = &dropout.time[layer];
        let units = factors.len() / (batch.segments() * KEYS);
        &factors[rows.start * units..rows.end * units]
    })
}

impl TimeRows {
    /// Segment i begins with `states[i]`, or with zeros if `states` is empty.
    pub(super) fn forward(
        &mut self,
        weights: &Weights,
        batch: &Batch,
        states: &[LstmState],
        scratch: &mut LstmScratch,
    ) {
        let TimeRows { rows, traces, .. } = self;
        traces.resize_with(weights.time.len(), Default::default);
        for (index, weights) in weights.time.iter().enumerate() {
            let (below, here) = traces.split_at_mut(index);
            let trace = &mut here[0];
            trace.begin(batch.steps(), rows.len(), weights.units);
            for (place, row) in rows.clone().enumerate() {
                if let Some(state) = states.get(row / KEYS) {
                    trace.set_initial_state(place, state.time[index].of_key(row % KEYS));
                }
            }
            lstm_forward(weights, &input(below, batch, rows), trace, scratch);
        }
    }

    /// Stores the states after the forward pass.
    pub(super) fn store_final_states(&self, states: &mut [LstmState]) {
        for (index, trace) in self.traces.iter().enumerate() {
            for (place, row) in self.rows.clone().enumerate() {
                if let Some(state) = states.get_mut(row / KEYS) {
                    state.time[index].set(row % KEYS, trace.final_state(place));
                }
            }
        }
    }

    /// `feature_gradient(row, step)` is the gradient of the features, the outputs of the top layer,
    /// which comes from the note layers.
    pub(super) fn backward<'a>(
        &mut self,
        layers: &Layers,
        weights: &Weights,
        batch: &Batch,
        feature_gradient: impl Fn(usize, usize) -> &'a [f32],
        scratch: &mut TaskScratch,
    ) {
        let TimeRows { rows, traces, gradient } = self;
        gradient.clear();
        gradient.resize(layers.time_range().end, 0.0);
        let TaskScratch { lstm, outputs, inputs, .. } = scratch;
        for (index, tensors) in layers.time.iter().enumerate().rev() {
            let (units, dense_inputs) = (tensors.units, tensors.dense_inputs);
            let (wide, wide_below) = (rows.len() * units, rows.len() * dense_inputs);
            inputs.resize(batch.steps() * wide_below, 0.0);
            let dropout = dropout(batch, index, rows);
            let top = index + 1 == layers.time.len();
            let output_gradient = |step: usize, gradient: &mut [f32]| {
                if top {
                    for (row, gradient) in rows.clone().zip(gradient.chunks_exact_mut(units)) {
                        gradient.copy_from_slice(feature_gradient(row, step));
                    }
                } else {
                    gradient.copy_from_slice(&outputs[step * wide..][..wide]);
                }
                drop_out(gradient, dropout);
            };
            let input_gradient = |step: usize, gradient: &[f32]| {
                inputs[step * wide_below..][..wide_below].copy_from_slice(gradient);
            };
            let (below, here) = traces.split_at_mut(index);
            lstm_backward(
                &weights.time[index],
                &input(below, batch, rows),
                &mut here[0],
                output_gradient,
                &mut LstmGradient::of(layers, tensors, gradient),
                input_gradient,
                lstm,
            );
            // The gradient of the inputs of this layer is that of the outputs of the layer below.
            std::mem::swap(outputs, inputs);
        }
    }
}
