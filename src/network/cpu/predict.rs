//! The prediction of one step of music.

use super::Weights;
use crate::attribute::StepAttributes;
use crate::network::dense::dense_forward;
use crate::network::key_logits::{KeyAction, KeyLogits};
use crate::network::layers::Layers;
use crate::network::lstm_state::LstmState;
use crate::network::striped_weights::StripedWeights;
use crate::roll::KEYS;

/// Scratch buffers for one step. Nothing in them is kept from one step to the next.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// The sums of a stripe, or of the first note layer, `[88 × 4·units]`.
    sums: Vec<f32>,
    /// By time layer, `[88 × units]` each: cell and output of the step before.
    before: Vec<(Vec<f32>, Vec<f32>)>,
    /// By note layer, `[units]` each: cell and output at this key, and at the key below.
    note: Vec<[Vec<f32>; 4]>,
    note_sums: Vec<f32>,
    /// By dense layer.
    dense: Vec<Vec<f32>>,
}

impl Workspace {
    pub(super) fn new(layers: &Layers) -> Workspace {
        let zeros = |count: usize| vec![0.0; count];
        let widest = |units: &mut dyn Iterator<Item = usize>| units.max().unwrap_or(0);
        Workspace {
            sums: zeros(StripedWeights::sums_len(KEYS).max(KEYS * 4 * layers.note[0].units)),
            before: layers
                .time
                .iter()
                .map(|layer| (zeros(KEYS * layer.units), zeros(KEYS * layer.units)))
                .collect(),
            note: layers
                .note
                .iter()
                .map(|layer| std::array::from_fn(|_| zeros(layer.units)))
                .collect(),
            note_sums: zeros(4 * widest(&mut layers.note.iter().map(|layer| layer.units))),
            dense: layers.dense.iter().map(|layer| zeros(layer.outputs)).collect(),
        }
    }
}

pub(super) fn predict(
    weights: &Weights,
    state: &mut LstmState,
    attributes: &StepAttributes,
    choose: &mut dyn FnMut(usize, KeyLogits) -> KeyAction,
    workspace: &mut Workspace,
) {
    for (index, layer) in weights.time_striped.iter().enumerate() {
        let (below, here) = state.time.split_at_mut(index);
        let input = below.last().map_or(&[][..], |below| &below.output);
        let (cell, output) = &mut workspace.before[index];
        std::mem::swap(cell, &mut here[0].cell);
        std::mem::swap(output, &mut here[0].output);
        let sparse = |key| if index == 0 { attributes.of_key(key) } else { &[] };
        let now = (&mut here[0].cell[..], &mut here[0].output[..]);
        layer.advance(input, sparse, (cell, output), now, &mut workspace.sums);
    }
    // The features do not depend on what the keys below do: one product for all keys.
    let features = &state.time.last().expect("at least one time layer").output;
    let width = 4 * weights.note[0].units;
    let sums = &mut workspace.sums[..KEYS * width];
    weights.note[0].project(features, sums);
    for state in workspace.note.iter_mut().flatten() {
        state.fill(0.0);
    }
    let mut below = KeyAction::default();
    for key in 0..KEYS {
        for (index, layer) in weights.note.iter().enumerate() {
            let width = 4 * layer.units;
            let (lower, here) = workspace.note.split_at_mut(index);
            let [cell, output, cell_before, output_before] = &mut here[0];
            std::mem::swap(cell, cell_before);
            std::mem::swap(output, output_before);
            let sums = match lower.last() {
                None => {
                    let sums = &mut workspace.sums[key * width..][..width];
                    layer.project_sparse(weights.feedback.of(below), sums);
                    sums
                }
                Some(lower) => {
                    let sums = &mut workspace.note_sums[..width];
                    layer.project(&lower[1], sums);
                    sums
                }
            };
            layer.advance(sums, (cell_before, output_before), cell, output);
        }
        let mut input: &[f32] = &workspace.note.last().expect("at least one note layer")[1];
        for (layer, output) in weights.dense.iter().zip(&mut workspace.dense) {
            dense_forward(layer, input, output);
            input = output;
        }
        below = choose(key, weights.heads.read(input, None));
    }
}
