//! What a run learns from, from its files.

use super::{Dataset, DatasetError, RunFolder, Side};
use crate::originality::Repertoire;

/// The pieces from which a run learns, read again: every one of these files must be what it was,
/// whatever has become of those that are held out.
pub fn repertoire(folder: &RunFolder) -> Result<Repertoire, DatasetError> {
    let dataset = Dataset::read(&folder.dataset())?;
    let training = Dataset { files: dataset.of(Side::Training).cloned().collect() };
    Ok(Repertoire::of(&training.read_again()?.training))
}
