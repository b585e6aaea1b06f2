//! A block of the rows of the time layers: some keys of some segments, through all steps.

use super::{TaskScratch, Weights};
use crate::network::batch::Batch;
use crate::network::layers::Layers;
use crate::network::lstm::{
    LstmGradient, LstmInput, LstmScratch, LstmTrace, lstm_backward, lstm_forward,
};
use crate::network::lstm_state::LstmState;
use crate::roll::KEYS;
use std::ops::Range;

/// The rows `segment · 88 + key` of a range, with what the forward pass leaves for the backward
/// pass.
#[derive(Default)]
pub(super) struct TimeRows {
    pub(super) rows: Range<usize>,
    /// By layer.
    pub(super) traces: Vec<LstmTrace>,
    pub(super) gradient: Vec<f32>,
}

/// What a layer is fed with.
pub(super) enum RowsInput<'a> {
    /// Attributes, for the lowest layer of the rows from `first` on.
    Attributes { batch: &'a Batch, first: usize },
    /// The outputs of the layer below, less what is dropped of them (`[rows × units]`).
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

/// Multiplies rows with what dropout leaves of them.
pub(super) fn drop_out(rows: &mut [f32], dropout: Option<&[f32]>) {
    if let Some(factors) = dropout {
        rows.iter_mut().zip(factors).for_each(|(value, &factor)| *value *= factor);
    }
}

/// What feeds the layer above `below`, the traces of the layers below it.
fn input<'a>(below: &'a [LstmTrace], batch: &'a Batch, rows: &Range<usize>) -> RowsInput<'a> {
    match below.last() {
        None => RowsInput::Attributes { batch, first: rows.start },
        Some(trace) => RowsInput::Below { trace, dropout: dropout(batch, below.len() - 1, rows) },
    }
}

/// What is dropped of a layer's outputs for some rows.
fn dropout<'a>(batch: &'a Batch, layer: usize, rows: &Range<usize>) -> Option<&'a [f32]> {
    batch.dropout().map(|dropout| {
        let factors = &dropout.time[layer];
        let units = factors.len() / (batch.segments() * KEYS);
        &factors[rows.start * units..rows.end * units]
    })
}

impl TimeRows {
    /// `states` are those that the segments begin with; none is as good as empty ones.
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
                    trace.remember(place, state.time[index].of_key(row % KEYS));
                }
            }
            lstm_forward(weights, &input(below, batch, rows), trace, scratch);
        }
    }

    /// Brings the memories to where the forward pass has ended.
    pub(super) fn remember(&self, states: &mut [LstmState]) {
        for (index, trace) in self.traces.iter().enumerate() {
            for (place, row) in self.rows.clone().enumerate() {
                if let Some(state) = states.get_mut(row / KEYS) {
                    state.time[index].set(row % KEYS, trace.state(place));
                }
            }
        }
    }

    /// `told(row, step)` is the gradient of the features of a row at a step, as the note layers
    /// tell it.
    pub(super) fn backward<'a>(
        &mut self,
        layers: &Layers,
        weights: &Weights,
        batch: &Batch,
        told: impl Fn(usize, usize) -> &'a [f32],
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
                        gradient.copy_from_slice(told(row, step));
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
            // What this layer told of its inputs is what the one below is told of its outputs.
            std::mem::swap(outputs, inputs);
        }
    }
}
