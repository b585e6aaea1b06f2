//! The layers of a network, and where their tensors lie among its parameters.

use super::Architecture;
use super::head::Heads;
use crate::attribute::Layout;
use std::ops::Range;

/// One tensor within [`Parameters::values`](super::Parameters::values).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tensor {
    /// Its name in model files, such as `time.0.recurrent`.
    pub name: String,
    /// Rows: the inputs of the layer, or 1 for a bias. A row holds the weights of one input.
    pub rows: usize,
    /// Columns: the outputs of the layer; for an LSTM layer those of the gates i, f, g, o, one
    /// after the other.
    pub columns: usize,
    /// The index of its first value.
    pub offset: usize,
}

impl Tensor {
    /// The range of its values.
    pub fn range(&self) -> Range<usize> {
        self.offset..self.offset + self.rows * self.columns
    }
}

/// The tensors of one LSTM layer, as indices into [`Layers::tensors`].
///
/// `input` has a row for each dense input, then one for each sparse input: attributes, or the
/// feedback of the key below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LstmTensors {
    /// `[inputs × 4·units]`.
    pub input: usize,
    /// `[units × 4·units]`.
    pub recurrent: usize,
    /// `[1 × 4·units]`.
    pub bias: usize,
    /// Inputs that come as dense rows.
    pub dense_inputs: usize,
    /// Inputs that come as sparse rows.
    pub sparse_inputs: usize,
    /// The number of units.
    pub units: usize,
}

/// The tensors of one dense layer, as indices into [`Layers::tensors`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DenseTensors {
    /// `[inputs × outputs]`.
    pub weight: usize,
    /// `[1 × outputs]`.
    pub bias: usize,
    /// The number of inputs.
    pub inputs: usize,
    /// The number of outputs.
    pub outputs: usize,
}

/// All layers of an architecture, from the inputs to the outputs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layers {
    /// Time layers.
    pub time: Vec<LstmTensors>,
    /// Note layers.
    pub note: Vec<LstmTensors>,
    /// Dense layers; the outputs of the last one belong to the heads.
    pub dense: Vec<DenseTensors>,
    /// All tensors.
    pub tensors: Vec<Tensor>,
    /// What the outputs of the last dense layer predict.
    pub heads: Heads,
}

impl Layers {
    /// The layers of an architecture, which must be valid ([`Architecture::check`]).
    pub fn new(architecture: &Architecture, layout: &Layout) -> Layers {
        let heads = architecture.heads();
        let mut tensors: Vec<Tensor> = Vec::new();
        let mut add = |name: String, rows, columns| {
            let offset = tensors.last().map_or(0, |last| last.range().end);
            tensors.push(Tensor { name, rows, columns, offset });
            tensors.len() - 1
        };
        let mut lstm = |axis: &str, layer: usize, dense_inputs, sparse_inputs, units| LstmTensors {
            input: add(format!("{axis}.{layer}.input"), dense_inputs + sparse_inputs, 4 * units),
            recurrent: add(format!("{axis}.{layer}.recurrent"), units, 4 * units),
            bias: add(format!("{axis}.{layer}.bias"), 1, 4 * units),
            dense_inputs,
            sparse_inputs,
            units,
        };
        let (mut time, mut note): (Vec<LstmTensors>, Vec<LstmTensors>) = (Vec::new(), Vec::new());
        for (layer, &units) in architecture.time.iter().enumerate() {
            let below = time.last().map_or(0, |below| below.units);
            let attributes = if layer == 0 { layout.width() } else { 0 };
            time.push(lstm("time", layer, below, attributes, units));
        }
        for (layer, &units) in architecture.note.iter().enumerate() {
            let below = note.last().or(time.last()).map_or(0, |below| below.units);
            let feedback = if layer == 0 { heads.feedback() } else { 0 };
            note.push(lstm("note", layer, below, feedback, units));
        }
        let mut dense = Vec::new();
        let mut inputs = note.last().map_or(0, |below| below.units);
        for (layer, &outputs) in architecture.dense.iter().chain(&[heads.outputs()]).enumerate() {
            let weight = add(format!("dense.{layer}.weight"), inputs, outputs);
            let bias = add(format!("dense.{layer}.bias"), 1, outputs);
            dense.push(DenseTensors { weight, bias, inputs, outputs });
            inputs = outputs;
        }
        Layers { time, note, dense, tensors, heads }
    }

    /// The number of values of all tensors.
    pub fn size(&self) -> usize {
        self.tensors.last().map_or(0, |last| last.range().end)
    }

    /// The range of the values of the time layers; the rest belongs to note and dense layers.
    pub fn time_range(&self) -> Range<usize> {
        0..self.tensors[self.note[0].input].offset
    }
}
