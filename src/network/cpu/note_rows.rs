//! A block of rows of the note layers: some steps of a segment, along the whole keyboard, from the
//! features to the loss and back.

use super::time_rows::{RowsInput, drop_out};
use super::{TaskScratch, Weights};
use crate::network::batch::Batch;
use crate::network::dense::{dense_backward, dense_forward};
use crate::network::head::{Feedback, Heads};
use crate::network::kernel::Panels;
use crate::network::key_logits::{KeyAction, KeyLogits, Nats};
use crate::network::layers::Layers;
use crate::network::lstm::{LstmGradient, LstmInput, LstmTrace, lstm_backward, lstm_forward};
use crate::roll::KEYS;
use std::ops::Range;

/// A block of the rows `segment · steps + step`.
#[derive(Default)]
pub(super) struct NoteRows {
    pub(super) rows: Range<usize>,
    /// `[88 × rows × features]`: the gradient of the features, which are the outputs of the time
    /// layers.
    feature_gradient: Vec<f32>,
    /// The gradient of the note and dense layers.
    pub(super) gradient: Vec<f32>,
    pub(super) nats: Nats,
}

/// The input of a note layer.
enum NoteInput<'a, F> {
    /// The features, `features(row, key)`, and the feedback of the key below.
    Features {
        features: F,
        batch: &'a Batch,
        rows: Range<usize>,
        dropout: Option<&'a [f32]>,
        feedback: &'a Feedback,
    },
    /// The outputs of the layer below.
    Below(RowsInput<'a>),
}

impl<'f, F: Fn(usize, usize) -> &'f [f32]> LstmInput for NoteInput<'_, F> {
    fn dense(&self, key: usize, to: &mut [f32]) {
        match self {
            NoteInput::Features { features, batch, rows, dropout, .. } => {
                let units = to.len() / rows.len();
                for (row, to) in rows.clone().zip(to.chunks_exact_mut(units)) {
                    to.copy_from_slice(features(row, key));
                    let time_row = row / batch.steps() * KEYS + key;
                    drop_out(to, dropout.map(|dropout| &dropout[time_row * units..][..units]));
                }
            }
            NoteInput::Below(below) => below.dense(key, to),
        }
    }

    fn sparse(&self, key: usize, row: usize) -> &[(u32, f32)] {
        match self {
            NoteInput::Features { batch, rows, feedback, .. } => {
                let below = key.checked_sub(1);
                let below = below.map(|key| batch.target(rows.start + row, key));
                feedback.of(below.unwrap_or_default())
            }
            NoteInput::Below(_) => &[],
        }
    }
}

/// The dropout mask of the outputs of a note layer, for some rows.
fn dropout<'a>(batch: &'a Batch, layer: usize, rows: &Range<usize>) -> Option<&'a [f32]> {
    batch.dropout().map(|dropout| {
        let factors = &dropout.note[layer];
        let units = factors.len() / batch.predicted();
        &factors[rows.start * units..rows.end * units]
    })
}

impl NoteRows {
    /// The gradient of the features at a row of this block and a key.
    pub(super) fn feature_gradient(&self, row: usize, key: usize) -> &[f32] {
        let features = self.feature_gradient.len() / (KEYS * self.rows.len());
        let place = key * self.rows.len() + (row - self.rows.start);
        &self.feature_gradient[place * features..][..features]
    }

    /// From the features to the loss. `features(row, key)` are the outputs of the time layers. The
    /// scratch keeps what [`backward`](Self::backward) needs.
    pub(super) fn forward<'f>(
        &mut self,
        weights: &Weights,
        batch: &Batch,
        features: impl Fn(usize, usize) -> &'f [f32] + Copy,
        scratch: &mut TaskScratch,
    ) {
        let count = self.rows.len();
        let TaskScratch { lstm, note, dense, .. } = scratch;
        note.resize_with(weights.note.len(), Default::default);
        for (index, layer) in weights.note.iter().enumerate() {
            let (below, here) = note.split_at_mut(index);
            let input = input(weights, below, batch, &self.rows, features);
            here[0].begin(KEYS, count, layer.units);
            lstm_forward(layer, &input, &mut here[0], lstm);
        }
        let top = weights.note.len() - 1;
        dense.begin(note[top].outputs(), dropout(batch, top, &self.rows));
        self.nats = dense
            .forward(weights, |place| batch.target(self.rows.start + place % count, place / count));
    }

    /// From the loss back to the features, right after [`forward`](Self::forward) with the same
    /// scratch.
    pub(super) fn backward<'f>(
        &mut self,
        layers: &Layers,
        weights: &Weights,
        batch: &Batch,
        features: impl Fn(usize, usize) -> &'f [f32] + Copy,
        scratch: &mut TaskScratch,
    ) {
        let count = self.rows.len();
        let TaskScratch { lstm, outputs, inputs, note, dense, .. } = scratch;
        let first_note = layers.time_range().end;
        self.gradient.clear();
        self.gradient.resize(layers.size() - first_note, 0.0);
        dense.backward(layers, weights, &mut self.gradient);
        std::mem::swap(outputs, &mut dense.input_gradient);
        for (index, tensors) in layers.note.iter().enumerate().rev() {
            let (wide, wide_below) = (count * tensors.units, count * tensors.dense_inputs);
            let to = if index == 0 { &mut self.feature_gradient } else { &mut *inputs };
            to.resize(KEYS * wide_below, 0.0);
            let dropout = dropout(batch, index, &self.rows);
            let output_gradient = |key: usize, gradient: &mut [f32]| {
                gradient.copy_from_slice(&outputs[key * wide..][..wide]);
                drop_out(gradient, dropout);
            };
            let input_gradient = |key: usize, gradient: &[f32]| {
                to[key * wide_below..][..wide_below].copy_from_slice(gradient);
            };
            let (below, here) = note.split_at_mut(index);
            let input = input(weights, below, batch, &self.rows, features);
            let mut gradient = LstmGradient::of(layers, tensors, &mut self.gradient);
            let (weights, trace) = (&weights.note[index], &mut here[0]);
            lstm_backward(
                weights,
                &input,
                trace,
                output_gradient,
                &mut gradient,
                input_gradient,
                lstm,
            );
            std::mem::swap(outputs, inputs);
        }
    }
}

/// The input of the note layer above `below`, which are the traces of all note layers below it.
fn input<'a, 'f, F: Fn(usize, usize) -> &'f [f32]>(
    weights: &'a Weights,
    below: &'a [LstmTrace],
    batch: &'a Batch,
    rows: &Range<usize>,
    features: F,
) -> NoteInput<'a, F> {
    match below.last() {
        None => {
            let dropout = batch.dropout().and_then(|dropout| dropout.time.last());
            let dropout = dropout.map(Vec::as_slice);
            let (rows, feedback) = (rows.clone(), &weights.feedback);
            NoteInput::Features { features, batch, rows, dropout, feedback }
        }
        Some(trace) => {
            let dropout = dropout(batch, below.len() - 1, rows);
            NoteInput::Below(RowsInput::Below { trace, dropout })
        }
    }
}

/// The dense layers of a block, forward and backward.
#[derive(Default)]
pub(super) struct DenseRows {
    /// The inputs of the lowest layer, `[88 · rows × inputs]`, then the outputs of each layer.
    values: Vec<Vec<f32>>,
    gradients: [Vec<f32>; 2],
    input_gradient: Vec<f32>,
    gathered: (Panels, Vec<f32>),
}

impl DenseRows {
    /// Takes the outputs of the top note layer, times its dropout mask `[rows × units]`.
    fn begin(&mut self, outputs: &[f32], dropout: Option<&[f32]>) {
        self.values.resize_with(self.values.len().max(1), Default::default);
        self.values[0].clear();
        self.values[0].extend_from_slice(outputs);
        let rows = outputs.len() / KEYS;
        self.values[0].chunks_exact_mut(rows).for_each(|key| drop_out(key, dropout));
    }

    /// `target(place)` is what the key does at `place = key · rows + row`. Leaves the gradient of
    /// the logits.
    fn forward(&mut self, weights: &Weights, target: impl Fn(usize) -> KeyAction) -> Nats {
        let places = self.values[0].len() / weights.dense[0].inputs();
        self.values.resize_with(weights.dense.len() + 1, Default::default);
        for (index, weights) in weights.dense.iter().enumerate() {
            let (below, here) = self.values.split_at_mut(index + 1);
            here[0].resize(places * weights.outputs(), 0.0);
            dense_forward(weights, &below[index], &mut here[0]);
        }
        let mut nats = Nats::default();
        let (heads, outputs) = (weights.heads, weights.heads.outputs());
        let gradients = &mut self.gradients[0];
        gradients.resize(places * outputs, 0.0);
        let values = self.values[weights.dense.len()].chunks_exact(outputs);
        for (place, (values, gradient)) in
            values.zip(gradients.chunks_exact_mut(outputs)).enumerate()
        {
            nats += heads.loss_and_gradient(values, target(place), gradient);
        }
        nats
    }

    /// What the last forward pass predicted at `place = key · rows + row`, where the key does
    /// `action`.
    pub(super) fn logits(&self, heads: Heads, place: usize, action: KeyAction) -> KeyLogits {
        let values = self.values.last().expect("a forward pass before");
        heads.read(&values[heads.outputs() * place..], Some(action))
    }

    /// Leaves the gradient of the outputs of the top note layer in `input_gradient`.
    fn backward(&mut self, layers: &Layers, weights: &Weights, gradient: &mut [f32]) {
        let places = self.values[0].len() / layers.dense[0].inputs;
        let [gradients, below] = &mut self.gradients;
        let first_note = layers.time_range().end;
        for (index, tensors) in layers.dense.iter().enumerate().rev() {
            let to = if index == 0 { &mut self.input_gradient } else { &mut *below };
            to.resize(places * tensors.inputs, 0.0);
            let weight = layers.tensors[tensors.weight].range();
            let (weight, bias) = gradient[weight.start - first_note..].split_at_mut(weight.len());
            dense_backward(
                &weights.dense[index],
                (&self.values[index], &self.values[index + 1]),
                gradients,
                (weight, &mut bias[..tensors.outputs]),
                to,
                (&mut self.gathered.0, &mut self.gathered.1),
            );
            std::mem::swap(gradients, below);
        }
    }
}
