//! The music that a run trains on.

use super::{Config, RunFolder};
use crate::dataset::{Dataset, DatasetError, Pieces, Split};
use crate::originality::{Packed, TooMuchMusic, TrainingMusic};

/// The music that the run's model carries, unless the configuration says that it carries none:
/// the training pieces, and the music that its initial weights were trained on (`before`).
pub fn music_to_carry(
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

/// Reads the training pieces of a run again. Their files must be unchanged; the held-out files
/// need not be.
pub fn training_music(folder: &RunFolder) -> Result<TrainingMusic, DatasetError> {
    let dataset = Dataset::read(&folder.dataset())?;
    let training = Dataset { files: dataset.of(Split::Training).cloned().collect() };
    Ok(TrainingMusic::of(&training.read_pieces()?.training))
}
