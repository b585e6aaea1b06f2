//! The music that a run trains on.

use super::{Config, RunFolder};
use crate::dataset::{Dataset, DatasetError, Pieces, Split};
use crate::originality::{Packed, PackedError, TooMuchMusic, TrainingMusic};

/// Why a model cannot carry the music of a run.
#[derive(Debug, thiserror::Error)]
pub enum MusicError {
    /// There is too much.
    #[error(transparent)]
    TooMuch(#[from] TooMuchMusic),
    /// A piece could not be read back from the model.
    #[error(
        "the training piece \"{piece}\" could not be read back from a model ({reason}); leave that \
         piece out, or leave the music out of the model"
    )]
    Unreadable {
        /// The folder and the name of the piece.
        piece: String,
        /// What went wrong.
        reason: PackedError,
    },
}

/// The music that the run's model carries, unless the configuration says that it carries none:
/// the training pieces, and the music that its initial weights were trained on (`before`). It has
/// been read back: what is wrong with it is known before the training, not after it.
pub fn music_to_carry(
    config: &Config,
    pieces: &Pieces,
    before: TrainingMusic,
) -> Result<Option<Packed>, MusicError> {
    if !config.retention.training_music {
        return Ok(None);
    }
    let mut heard = TrainingMusic::of(&pieces.training);
    heard.add(before);
    let packed = Packed::of(&heard)?;
    match packed.unpack() {
        Ok(_) => Ok(Some(packed)),
        Err(reason) => Err(first_unreadable(heard, reason)),
    }
}

/// The error of the first piece that cannot be read back by itself; that of all, if each can.
fn first_unreadable(heard: TrainingMusic, of_all: PackedError) -> MusicError {
    for piece in heard.pieces {
        let name = piece.source.clone();
        let alone = Packed::of(&TrainingMusic { pieces: vec![piece] });
        if let Some(reason) = alone.ok().and_then(|packed| packed.unpack().err()) {
            return MusicError::Unreadable { piece: name, reason };
        }
    }
    MusicError::Unreadable { piece: "all together".to_owned(), reason: of_all }
}

/// Reads the training pieces of a run again. Their files must be unchanged; the held-out files
/// need not be.
pub fn training_music(folder: &RunFolder) -> Result<TrainingMusic, DatasetError> {
    let dataset = Dataset::read(&folder.dataset())?;
    let training = Dataset { files: dataset.of(Split::Training).cloned().collect() };
    Ok(TrainingMusic::of(&training.read_pieces()?.training))
}
