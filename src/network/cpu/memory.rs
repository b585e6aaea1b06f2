//! How much memory the engine needs.

use super::backward::BLOCK_ROWS;
use crate::network::engine::TrainingWork;
use crate::network::layers::{Layers, LstmTensors};
use crate::roll::KEYS;

/// About how many bytes the engine needs at most for a training.
pub(super) fn memory_needed(layers: &Layers, work: &TrainingWork) -> u64 {
    let TrainingWork { slice, steps, states, passage_steps, threads } = *work;
    let units = |layers: &[LstmTensors]| layers.iter().map(|layer| layer.units).sum::<usize>();
    let widest = |layers: &[LstmTensors]| {
        layers.iter().map(|layer| layer.units.max(layer.dense_inputs)).max().unwrap_or(0)
    };
    let features = layers.time.last().map_or(0, |layer| layer.units);
    let time_values = layers.time_range().len();
    let note_values = layers.size() - time_values;
    let blocks = |rows: usize| rows.div_ceil(BLOCK_ROWS);
    // Activations (four gates), cell and output of every row at every step.
    let trace = |rows: usize, steps: usize, units: usize| 6 * rows * steps * units;
    let per_slice = slice
        * (trace(KEYS, steps, units(&layers.time))
            + KEYS * steps * features
            + blocks(KEYS) * time_values
            + blocks(steps) * note_values);
    let per_thread = trace(BLOCK_ROWS, KEYS, units(&layers.note))
        + 2 * BLOCK_ROWS * KEYS * widest(&layers.note)
        + 2 * BLOCK_ROWS * steps * widest(&layers.time);
    let passage = trace(KEYS, passage_steps, units(&layers.time));
    // The weights are packed for both directions, and those of the time layers once more in
    // stripes.
    let weights = 3 * layers.size();
    let states = 2 * states * KEYS * units(&layers.time);
    4 * (per_slice + threads * (per_thread + passage) + weights + states) as u64
}
