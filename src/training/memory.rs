//! How much memory a training needs.

use super::TrainingSettings;
use crate::likelihood::PASSAGE_STEPS;
use crate::network::{Architecture, Layers, LstmTensors, TrainingEngine, TrainingWork};
use crate::roll::KEYS;

/// About how many bytes a training holds at most, with `slice` segments of a batch worked on at once
/// by `threads` threads of an engine of type `E`. The pieces themselves are not counted.
pub fn memory_needed<E: TrainingEngine>(
    architecture: &Architecture,
    settings: &TrainingSettings,
    slice: usize,
    threads: usize,
) -> u64 {
    let layout = architecture.check().expect("a sound architecture");
    let layers = Layers::new(architecture, &layout);
    let steps = settings.segment - 1;
    let units = |layers: &[LstmTensors]| layers.iter().map(|layer| layer.units).sum::<usize>();
    let dropout = if architecture.dropout > 0.0 {
        settings.batch * (KEYS * units(&layers.time) + steps * units(&layers.note))
    } else {
        0
    };
    // Weights, gradient, the optimiser's two, the mean, a copy that is saved.
    let weights = (if settings.average > 0.0 { 6 } else { 5 }) * layers.size();
    // Attributes are pairs of column and value, about 30 a key at most.
    let described = 60 * settings.batch * steps * KEYS;
    let work = TrainingWork {
        slice: slice.min(settings.batch),
        steps,
        states: if settings.carries() { settings.batch } else { 0 },
        passage_steps: PASSAGE_STEPS,
        threads,
    };
    4 * (dropout + weights + described) as u64 + E::memory_needed(&layers, &work)
}
