//! Music that is gone through from segment to segment.

use super::excerpts::{Excerpts, Place};
use crate::network::{Layers, Memory};
use crate::segment::Segment;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// One of the segments of a batch, where batches go on with each other: it goes through a piece
/// from somewhere to its end, then through another.
#[derive(Debug, Clone)]
pub(super) struct Lane {
    /// Where the next segment begins; none before the first piece.
    place: Option<Place>,
    pub(super) memory: Memory,
}

/// Where a lane is, for the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LaneState {
    piece: usize,
    step: usize,
    semitones: i32,
}

impl Lane {
    /// A lane that has not begun.
    pub(super) fn new(layers: &Layers) -> Lane {
        Lane { place: None, memory: Memory::empty(layers) }
    }

    /// The next segment. It begins with the last step of the one before, which the network has
    /// predicted already; the memory knows all steps before that.
    pub(super) fn advance(
        &mut self,
        excerpts: &Excerpts<'_>,
        steps: usize,
        transpose: u8,
        random: &mut ChaCha8Rng,
    ) -> Segment {
        let next = self.place.map(|place| Place { step: place.step + steps - 1, ..place });
        let next = next.filter(|next| next.step + steps <= excerpts.roll(next.piece).len());
        let place = next.unwrap_or_else(|| {
            self.memory.clear();
            excerpts.draw(random, transpose, true)
        });
        self.place = Some(place);
        excerpts.segment(place)
    }

    /// Where the lane is.
    pub(super) fn state(&self) -> Option<LaneState> {
        self.place.map(|Place { piece, step, semitones }| LaneState { piece, step, semitones })
    }

    /// A lane that was there; `None` if it does not lie in the music.
    pub(super) fn resume(
        state: Option<LaneState>,
        memory: Memory,
        excerpts: &Excerpts<'_>,
    ) -> Option<Lane> {
        let place =
            state.map(|LaneState { piece, step, semitones }| Place { piece, step, semitones });
        let inside = place.is_none_or(|place| {
            place.piece < excerpts.pieces() && place.step < excerpts.roll(place.piece).len()
        });
        inside.then_some(Lane { place, memory })
    }
}
