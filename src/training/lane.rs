//! Where the segments of a batch come from in truncated backpropagation through time.

use super::TrainingSettings;
use super::segment_sampler::{SegmentPlace, SegmentSampler};
use crate::match_model::MatchModel;
use crate::segment::Segment;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

/// One row of the batches in truncated backpropagation through time (truncated BPTT). From batch to
/// batch its segments follow each other in a piece, and the LSTM state is carried along. After some
/// segments, at the latest at the end of the piece, it starts again at another place.
#[derive(Debug, Clone, Default)]
pub(super) struct Lane {
    /// Where its last segment begins; `None` before the first one.
    place: Option<SegmentPlace>,
    /// The number of consecutive segments so far.
    consecutive: u32,
    /// The match model of the piece up to the last segment, for layouts that need it.
    match_model: Option<MatchModel>,
}

/// Where a lane is, as checkpoints store it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LaneState {
    piece: usize,
    step: usize,
    semitones: i32,
    #[serde(rename = "walked")]
    consecutive: u32,
}

impl Lane {
    /// Goes on to the next segment. True if the lane starts again with it, from the initial LSTM
    /// state. If it does not, the segment begins with the last step of the one before: the network
    /// has predicted that step already, and the LSTM state knows all steps before it.
    pub(super) fn advance(
        &mut self,
        sampler: &SegmentSampler<'_>,
        settings: &TrainingSettings,
        random: &mut ChaCha8Rng,
    ) -> bool {
        let TrainingSettings { segment: steps, transpose, consecutive_segments, .. } = *settings;
        let next = self.place.map(|place| SegmentPlace { step: place.step + steps - 1, ..place });
        let unlimited = consecutive_segments == 0;
        let next = next.filter(|_| unlimited || self.consecutive < consecutive_segments);
        let next = next.filter(|next| next.step + steps <= sampler.roll(next.piece).len());
        let place = next.unwrap_or_else(|| {
            self.consecutive = 0;
            self.match_model = None;
            sampler.sample(random, transpose, true)
        });
        self.place = Some(place);
        self.consecutive += 1;
        next.is_none()
    }

    /// The segment that the lane has come to, `told` with what followed at matches.
    pub(super) fn segment(&mut self, sampler: &SegmentSampler<'_>, told: bool) -> Segment {
        let place = self.place.expect("the lane has advanced");
        sampler.segment(place, told.then_some(&mut self.match_model))
    }

    /// Where the lane is.
    pub(super) fn state(&self) -> Option<LaneState> {
        let consecutive = self.consecutive;
        self.place.map(|SegmentPlace { piece, step, semitones }| LaneState {
            piece,
            step,
            semitones,
            consecutive,
        })
    }

    /// The lane that was in this state, or `None` if the state does not lie in the music.
    pub(super) fn resume(state: Option<LaneState>, sampler: &SegmentSampler<'_>) -> Option<Lane> {
        let place = state.map(|LaneState { piece, step, semitones, .. }| SegmentPlace {
            piece,
            step,
            semitones,
        });
        let consecutive = state.map_or(0, |state| state.consecutive);
        let inside = place.is_none_or(|place| {
            place.piece < sampler.pieces() && place.step < sampler.roll(place.piece).len()
        });
        inside.then_some(Lane { place, consecutive, match_model: None })
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
    fn places(pieces: &[Piece], consecutive_segments: u32, count: usize) -> Vec<SegmentPlace> {
        let settings =
            TrainingSettings { segment: 17, consecutive_segments, ..TrainingSettings::article() };
        let sampler = SegmentSampler::new(pieces, 17);
        let mut random = ChaCha8Rng::seed_from_u64(3);
        let mut lane = Lane::default();
        let mut advance = |_| {
            let before = lane.place;
            let restarts = lane.advance(&sampler, &settings, &mut random);
            // A lane goes on with the match model that it has; what it tells is the same as if the
            // piece had been read anew.
            let segment = lane.segment(&sampler, true);
            let place = lane.place.unwrap();
            assert_eq!(restarts, before.is_none_or(|before| !follows(&[before, place])));
            assert_eq!(segment, sampler.segment(place, Some(&mut None)));
            assert!(place.step + 17 <= sampler.roll(place.piece).len());
            place
        };
        (0..count).map(&mut advance).collect()
    }

    fn follows(pair: &[SegmentPlace]) -> bool {
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
            let sampler = SegmentSampler::new(&pieces, 17);
            let rest = sampler.roll(pair[0].piece).len() - pair[0].step;
            assert_eq!(follows(pair), rest >= 33, "{pair:?}");
        }
    }
}
