//! How much memory a training needs.

use super::TrainingSettings;
use crate::likelihood::PASSAGE_STEPS;
use crate::network::{Architecture, Layers, LstmTensors, TrainingEngine, TrainingWork};
use crate::roll::KEYS;

/// About how many bytes the match model of a long piece takes. Each lane has one, and so has each
/// thread that validates. In a training on piano-midi.de they took 6.5 MB each on average.
const MATCH_MODEL: u64 = 16 << 20;

/// About how many bytes of memory a training needs at most, on an engine of type `E` that works on
/// `slice` segments of a batch at once with `threads` threads. The pieces themselves are not
/// counted.
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
    // Weights, gradient, the optimiser's two moments, the copy in a snapshot, and the moving
    // average.
    let weights = (if settings.ema_decay > 0.0 { 6 } else { 5 }) * layers.size();
    // Attributes are pairs of column and value, about 30 a key at most, and 70 with matches.
    let each = if layout.needs_matches() { 140 } else { 60 };
    let attributes = each * settings.batch * steps * KEYS;
    let work = TrainingWork {
        slice: slice.min(settings.batch),
        steps,
        states: if settings.is_stateful() { settings.batch } else { 0 },
        passage_steps: PASSAGE_STEPS,
        threads,
    };
    let match_models = if layout.needs_matches() { work.states + threads } else { 0 };
    4 * (dropout + weights + attributes) as u64
        + MATCH_MODEL * match_models as u64
        + E::memory_needed(&layers, &work)
}
