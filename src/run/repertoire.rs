//! What a run learns from, from its files.

use super::{Config, Dataset, DatasetError, Pieces, RunFolder, Side};
use crate::originality::{Packed, Repertoire, TooMuchMusic};

/// The music that the model of a run is to carry, if it is to carry any: the pieces that it learns
/// from, and those that its weights have been learned from `before`.
pub fn carried(
    config: &Config,
    pieces: &Pieces,
    before: Repertoire,
) -> Result<Option<Packed>, TooMuchMusic> {
    if !config.keeping.repertoire {
        return Ok(None);
    }
    let mut heard = Repertoire::of(&pieces.training);
    heard.add(before);
    Packed::of(&heard).map(Some)
}

/// The pieces from which a run learns, read again: every one of these files must be what it was,
/// whatever has become of those that are held out.
pub fn repertoire(folder: &RunFolder) -> Result<Repertoire, DatasetError> {
    let dataset = Dataset::read(&folder.dataset())?;
    let training = Dataset { files: dataset.of(Side::Training).cloned().collect() };
    Ok(Repertoire::of(&training.read_again()?.training))
}
