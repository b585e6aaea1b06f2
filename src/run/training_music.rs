//! What a run learns from, from its files.

use super::{Config, RunFolder};
use crate::dataset::{Dataset, DatasetError, Pieces, Split};
use crate::originality::{Packed, TooMuchMusic, TrainingMusic};

/// The music that the model of a run is to carry, if it is to carry any: the pieces that it learns
/// from, and those that its weights have been learned from `before`.
pub fn carried(
    config: &Config,
    pieces: &Pieces,
    before: TrainingMusic,
) -> Result<Option<Packed>, TooMuchMusic> {
    if !config.retention.training_music {
        return Ok(None);
    }
    let mut heard = TrainingMusic::of(&pieces.training);
    heard.add(before);
    Packed::of(&heard).map(Some)
}

/// The pieces from which a run learns, read again: every one of these files must be what it was,
/// whatever has become of those that are held out.
pub fn training_music(folder: &RunFolder) -> Result<TrainingMusic, DatasetError> {
    let dataset = Dataset::read(&folder.dataset())?;
    let training = Dataset { files: dataset.of(Split::Training).cloned().collect() };
    Ok(TrainingMusic::of(&training.read_again()?.training))
}
