//! The music that somebody has learned from.

use crate::corpus::Piece;
use crate::roll::Roll;

/// A piece that has been learned from.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainingPiece {
    /// Whose music it is: the file's folder and name.
    pub source: String,
    /// The music.
    pub roll: Roll,
}

/// All pieces that somebody has learned from.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TrainingMusic {
    /// The pieces.
    pub pieces: Vec<TrainingPiece>,
}

impl TrainingMusic {
    /// The music of pieces, in their order.
    pub fn of<'a>(pieces: impl IntoIterator<Item = &'a Piece>) -> TrainingMusic {
        let heard = |piece: &Piece| TrainingPiece {
            source: match piece.folder.is_empty() {
                true => piece.name.clone(),
                false => format!("{}/{}", piece.folder, piece.name),
            },
            roll: piece.roll().clone(),
        };
        TrainingMusic { pieces: pieces.into_iter().map(heard).collect() }
    }

    /// How many steps it has.
    pub fn steps(&self) -> usize {
        self.pieces.iter().map(|piece| piece.roll.len()).sum()
    }

    /// Whether it has no piece.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Adds what another has, but for pieces that are here already.
    pub fn add(&mut self, other: TrainingMusic) {
        for piece in other.pieces {
            if !self.pieces.contains(&piece) {
                self.pieces.push(piece);
            }
        }
    }
}
