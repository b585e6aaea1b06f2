//! How much memory a training needs.

use super::TrainingSettings;
use super::validation::PASSAGE_STEPS;
use crate::network::{Architecture, BLOCK_ROWS, Layers, LstmTensors};
use crate::roll::KEYS;

/// About how many bytes a training holds at most, with `slice` segments of a batch worked on at
/// once by so many threads. What the music itself takes is not in it.
pub fn memory_needed(
    architecture: &Architecture,
    settings: &TrainingSettings,
    slice: usize,
    threads: usize,
) -> u64 {
    let layout = architecture.check().expect("a sound architecture");
    let layers = Layers::new(architecture, &layout);
    let steps = settings.segment - 1;
    let slice = slice.min(settings.batch);
    let units = |layers: &[LstmTensors]| layers.iter().map(|layer| layer.units).sum::<usize>();
    let widest = |layers: &[LstmTensors]| {
        layers.iter().map(|layer| layer.units.max(layer.dense_inputs)).max().unwrap_or(0)
    };
    let features = layers.time.last().map_or(0, |layer| layer.units);
    let time_values = layers.time_range().len();
    let note_values = layers.size() - time_values;
    let blocks = |rows: usize| rows.div_ceil(BLOCK_ROWS);
    // Activations, cell and output of every row at every step.
    let trace = |rows: usize, steps: usize, units: usize| 6 * rows * steps * units;
    let of_the_slice = slice
        * (trace(KEYS, steps, units(&layers.time))
            + KEYS * steps * features
            + blocks(KEYS) * time_values
            + blocks(steps) * note_values);
    let of_a_thread = trace(BLOCK_ROWS, KEYS, units(&layers.note))
        + 2 * BLOCK_ROWS * KEYS * widest(&layers.note)
        + 2 * BLOCK_ROWS * steps * widest(&layers.time);
    let validation = trace(KEYS, PASSAGE_STEPS, units(&layers.time));
    let dropout = if architecture.dropout > 0.0 {
        settings.batch * (KEYS * units(&layers.time) + steps * units(&layers.note))
    } else {
        0
    };
    // Weights, gradient, the optimiser's two, the mean, a copy that is saved; and laid out twice.
    let weights = (if settings.average > 0.0 { 6 } else { 5 }) * layers.size() + 3 * layers.size();
    // Attributes are pairs of column and value, about 30 a key at most.
    let described = 60 * settings.batch * steps * KEYS;
    let carried =
        if settings.carries() { 2 * settings.batch * KEYS * units(&layers.time) } else { 0 };
    let values = of_the_slice
        + threads * (of_a_thread + validation)
        + dropout
        + weights
        + described
        + carried;
    4 * values as u64
}
