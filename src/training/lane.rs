//! Music that is gone through from segment to segment.

use super::TrainingSettings;
use super::excerpts::{Excerpts, Place};
use crate::segment::Segment;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// One row of the batches of truncated backpropagation through time: from batch to batch its segments
/// follow each other in a piece, for some segments and at most to the piece's end; then it begins
/// somewhere else.
#[derive(Debug, Clone, Default)]
pub(super) struct Lane {
    /// Where its last segment began; none before the first piece.
    place: Option<Place>,
    /// How many segments have followed each other.
    walked: u32,
}

/// Where a lane is, for the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LaneState {
    piece: usize,
    step: usize,
    semitones: i32,
    walked: u32,
}

impl Lane {
    /// The next segment, and whether the music begins anew with it. If not, the segment begins with the
    /// last step of the one before, which the network has predicted already, and the LSTM state knows
    /// all steps before that.
    pub(super) fn advance(
        &mut self,
        excerpts: &Excerpts<'_>,
        settings: &TrainingSettings,
        random: &mut ChaCha8Rng,
    ) -> (Segment, bool) {
        let TrainingSettings { segment: steps, transpose, carry, .. } = *settings;
        let next = self.place.map(|place| Place { step: place.step + steps - 1, ..place });
        let next = next.filter(|_| carry == 0 || self.walked < carry);
        let next = next.filter(|next| next.step + steps <= excerpts.roll(next.piece).len());
        let place = next.unwrap_or_else(|| {
            self.walked = 0;
            excerpts.draw(random, transpose, true)
        });
        self.place = Some(place);
        self.walked += 1;
        (excerpts.segment(place), next.is_none())
    }

    /// Where the lane is.
    pub(super) fn state(&self) -> Option<LaneState> {
        let walked = self.walked;
        self.place.map(|Place { piece, step, semitones }| LaneState {
            piece,
            step,
            semitones,
            walked,
        })
    }

    /// A lane that was there; `None` if it does not lie in the music.
    pub(super) fn resume(state: Option<LaneState>, excerpts: &Excerpts<'_>) -> Option<Lane> {
        let place =
            state.map(|LaneState { piece, step, semitones, .. }| Place { piece, step, semitones });
        let walked = state.map_or(0, |state| state.walked);
        let inside = place.is_none_or(|place| {
            place.piece < excerpts.pieces() && place.step < excerpts.roll(place.piece).len()
        });
        inside.then_some(Lane { place, walked })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::{self, Piece};
    use rand_chacha::rand_core::SeedableRng;

    fn pieces() -> Vec<Piece> {
        corpus::read(&[concat!(env!("CARGO_MANIFEST_DIR"), "/pieces")]).unwrap().pieces
    }

    /// The places of successive segments of 17 steps.
    fn places(pieces: &[Piece], carry: u32, count: usize) -> Vec<Place> {
        let settings = TrainingSettings { segment: 17, carry, ..TrainingSettings::article() };
        let excerpts = Excerpts::new(pieces, 17);
        let mut random = ChaCha8Rng::seed_from_u64(3);
        let mut lane = Lane::default();
        let mut advance = |_| {
            let before = lane.place;
            let (segment, anew) = lane.advance(&excerpts, &settings, &mut random);
            let place = lane.place.unwrap();
            assert_eq!(anew, before.is_none_or(|before| !follows(&[before, place])));
            assert_eq!(segment, excerpts.segment(place));
            assert!(place.step + 17 <= excerpts.roll(place.piece).len());
            place
        };
        (0..count).map(&mut advance).collect()
    }

    fn follows(pair: &[Place]) -> bool {
        pair[0].piece == pair[1].piece && pair[1].step == pair[0].step + 16
    }

    #[test]
    fn a_lane_goes_on_with_the_last_step_for_as_many_segments_as_are_carried() {
        let (mut run, mut longest) = (1, 1);
        for pair in places(&pieces(), 4, 200).windows(2) {
            run = if follows(pair) { run + 1 } else { 1 };
            longest = longest.max(run);
        }
        assert_eq!(longest, 4);
    }

    #[test]
    fn without_a_limit_a_lane_goes_on_to_the_end_of_its_piece() {
        let pieces = pieces();
        for pair in places(&pieces, 0, 100).windows(2) {
            let excerpts = Excerpts::new(&pieces, 17);
            let rest = excerpts.roll(pair[0].piece).len() - pair[0].step;
            assert_eq!(follows(pair), rest >= 33, "{pair:?}");
        }
    }
}
