//! The training music: the pieces that a model has learned from.

use crate::corpus::Piece;
use crate::roll::Roll;

/// A piece that a model has learned from.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainingPiece {
    /// The file's folder and name. The folder often has the name of the composer.
    pub source: String,
    /// The music.
    pub roll: Roll,
}

/// All pieces that a model has learned from.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TrainingMusic {
    /// The pieces.
    pub pieces: Vec<TrainingPiece>,
}

impl TrainingMusic {
    /// The training music of some pieces, in their order, each in its mean tempo.
    pub fn of<'a>(pieces: impl IntoIterator<Item = &'a Piece>) -> TrainingMusic {
        let training_piece = |piece: &Piece| {
            let mut roll = piece.roll().clone();
            // Copies are found whatever the tempo, and model files hold one tempo for each piece.
            roll.set_tempo(piece.transcription.mean_tempo);
            let source = match piece.folder.is_empty() {
                true => piece.name.clone(),
                false => format!("{}/{}", piece.folder, piece.name),
            };
            TrainingPiece { source, roll }
        };
        TrainingMusic { pieces: pieces.into_iter().map(training_piece).collect() }
    }

    /// The total number of steps.
    pub fn steps(&self) -> usize {
        self.pieces.iter().map(|piece| piece.roll.len()).sum()
    }

    /// Whether there are no pieces.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Adds the pieces of `other` that are not here already.
    pub fn add(&mut self, other: TrainingMusic) {
        for piece in other.pieces {
            if !self.pieces.contains(&piece) {
                self.pieces.push(piece);
            }
        }
    }
}
