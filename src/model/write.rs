//! Writes model files that have been read back.

use super::file::{from_bytes, to_bytes};
use super::{Model, ModelFault};
use crate::atomic_file::{self, AtomicFileError, Existing};
use crate::originality::Packed;
use std::path::{Path, PathBuf};

/// Why a model file was not written. A file that was there before is unchanged.
#[derive(Debug, thiserror::Error)]
pub enum ModelWriteError {
    /// The bytes to be written could not be read back. A model that is written is one that can be
    /// loaded.
    #[error("{}: not written, because it could not be read back: {fault}", path.display())]
    Unreadable {
        /// The file that was to be written.
        path: PathBuf,
        /// What is wrong with the model.
        fault: ModelFault,
    },
    /// The file exists already, or cannot be written.
    #[error(transparent)]
    Writing(#[from] AtomicFileError),
}

/// Writes a model file atomically, as [`write_bytes`] does.
pub fn write(path: &Path, model: &Model, existing: Existing) -> Result<(), ModelWriteError> {
    write_bytes(path, &to_bytes(model), existing).map(|_| ())
}

/// Writes the content of a model file atomically, after it has been read back, its training music
/// included. Returns the model as it was read.
pub fn write_bytes(
    path: &Path,
    bytes: &[u8],
    existing: Existing,
) -> Result<Model, ModelWriteError> {
    let read = from_bytes(bytes).and_then(|model| {
        model.training_music.as_ref().map(Packed::unpack).transpose()?;
        Ok(model)
    });
    let unreadable = |fault| ModelWriteError::Unreadable { path: path.to_owned(), fault };
    let model = read.map_err(unreadable)?;
    atomic_file::write(path, bytes, existing)?;
    Ok(model)
}

/// The content of a model file, which has been read back except for the training music.
pub fn to_readable_bytes(model: &Model) -> Result<Vec<u8>, ModelFault> {
    let bytes = to_bytes(model);
    from_bytes(&bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::super::file::tests::{small, training_music};
    use super::*;
    use crate::roll::Roll;
    use crate::score::Metre;

    #[test]
    fn a_model_that_could_not_be_read_is_not_written_over_a_good_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("model.safetensors");
        write(&path, &small(), Existing::Replace).unwrap();
        let good = std::fs::read(&path).unwrap();
        // No text of a metre begins with 0.
        let mut odd_primer = small();
        let nothing = Metre { numerator: 0, denominator_power: 2 };
        odd_primer.primers[0].roll = Roll::new(nothing);
        let mut odd_weight = small();
        odd_weight.parameters.values[2] = f32::INFINITY;
        let cut = Packed::of(&training_music()).unwrap();
        let cut = Packed::from_bytes(&cut.bytes()[..cut.bytes().len() - 3]);
        let odd_music = Model { training_music: Some(cut), ..small() };
        let odd = [
            (odd_primer, "from \"a \"quoted\" name\""),
            (odd_weight, "time.0.input"),
            (odd_music, "training music"),
        ];
        for (model, place) in odd {
            let error = write(&path, &model, Existing::Replace).unwrap_err().to_string();
            assert!(error.contains("model.safetensors: not written"), "{error}");
            assert!(error.contains(place), "{error}");
            assert!(std::fs::read(&path).unwrap() == good, "{place}: the old file stays");
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside");
    }
}
