//! Sampling segments from pieces.

use crate::corpus::Piece;
use crate::match_model::MatchModel;
use crate::network::Frequencies;
use crate::roll::{KEYS, Keys, Roll};
use crate::segment::{Segment, SegmentStarts};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;

/// Samples segments of one length from pieces. Pieces that are shorter than a segment are left out.
#[derive(Debug)]
pub struct SegmentSampler<'a> {
    pieces: Vec<&'a Piece>,
    starts: SegmentStarts,
    steps: usize,
}

/// Where a segment begins, and by how many semitones it is transposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SegmentPlace {
    pub(super) piece: usize,
    pub(super) step: usize,
    pub(super) semitones: i32,
}

impl<'a> SegmentSampler<'a> {
    /// Samples segments of `steps` steps from these pieces.
    pub fn new(pieces: impl IntoIterator<Item = &'a Piece>, steps: usize) -> SegmentSampler<'a> {
        let pieces = pieces.into_iter().filter(|piece| piece.roll().len() >= steps);
        let pieces: Vec<_> = pieces.collect();
        let starts = SegmentStarts::new(pieces.iter().map(|piece| piece.roll().len()), steps);
        SegmentSampler { pieces, starts, steps }
    }

    /// The pieces that are as long as a segment.
    pub fn music(&self) -> impl Iterator<Item = &'a Piece> {
        self.pieces.iter().copied()
    }

    /// The number of steps of a segment.
    pub fn segment_steps(&self) -> usize {
        self.steps
    }

    /// The number of pieces that are as long as a segment.
    pub fn pieces(&self) -> usize {
        self.pieces.len()
    }

    /// The number of steps of all these pieces.
    pub fn steps(&self) -> usize {
        self.pieces.iter().map(|piece| piece.roll().len()).sum()
    }

    /// The roll of one piece.
    pub(super) fn roll(&self, piece: usize) -> &Roll {
        self.pieces[piece].roll()
    }

    /// The segment at a place. If it is to tell what followed at matches, the match model of an
    /// earlier place of the piece is read on from there, up to the last step of the segment; `None`
    /// is read from the beginning.
    pub(super) fn segment(
        &self,
        place: SegmentPlace,
        match_model: Option<&mut Option<MatchModel>>,
    ) -> Segment {
        let roll = self.roll(place.piece);
        let mut segment = Segment::new(roll, place.step, self.steps);
        if let Some(model) = match_model {
            let model = model.get_or_insert_with(MatchModel::new);
            segment.find_matches(roll, place.step, model);
        }
        if place.semitones == 0 { segment } else { segment.transposed(place.semitones) }
    }

    /// Samples a place uniformly from all steps where a segment can begin. The segment is
    /// transposed by a distance that is sampled uniformly from those of at most `max_semitones`
    /// that keep all its keys on the keyboard. With `to_end`, the keys of the whole rest of the
    /// piece count, because further segments will follow this one.
    pub(super) fn sample(
        &self,
        random: &mut ChaCha8Rng,
        max_semitones: u8,
        to_end: bool,
    ) -> SegmentPlace {
        let (piece, step) = self.starts.draw(random);
        let end = if to_end { self.roll(piece).len() } else { step + self.steps };
        let steps = &self.roll(piece).steps()[step..end];
        let keys = steps.iter().fold(Keys::NONE, |all, step| all.or(step.play));
        SegmentPlace { piece, step, semitones: sample_semitones(random, max_semitones, keys) }
    }

    /// How often keys sound, and how often a sounding key is struck.
    pub fn frequencies(&self) -> Frequencies {
        let (mut played, mut articulated) = (0, 0);
        for step in self.pieces.iter().flat_map(|piece| piece.roll().steps()) {
            played += step.play.count();
            articulated += step.articulate.count();
        }
        Frequencies {
            play: played as f64 / (self.steps() * KEYS) as f64,
            articulate: articulated as f64 / played as f64,
        }
    }
}

/// Samples a distance at which all of these keys stay on the keyboard.
fn sample_semitones(random: &mut ChaCha8Rng, max_semitones: u8, keys: Keys) -> i32 {
    if max_semitones == 0 {
        return 0;
    }
    let (lowest, highest) = (keys.lowest().unwrap_or(0), keys.highest().unwrap_or(KEYS - 1));
    let down = usize::from(max_semitones).min(lowest);
    let up = usize::from(max_semitones).min(KEYS - 1 - highest);
    (random.next_u32() as usize % (down + up + 1)) as i32 - down as i32
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::rand_core::SeedableRng;

    #[test]
    fn no_key_is_transposed_beyond_the_keyboard_and_every_distance_comes() {
        let mut random = ChaCha8Rng::seed_from_u64(5);
        let mut sampled = |max_semitones, keys: &[usize]| {
            let keys = Keys::from_iter(keys.iter().copied());
            let mut seen: Vec<i32> =
                (0..300).map(|_| sample_semitones(&mut random, max_semitones, keys)).collect();
            seen.sort();
            seen.dedup();
            seen
        };
        assert_eq!(sampled(6, &[40, 50]), (-6..=6).collect::<Vec<_>>());
        assert_eq!(sampled(6, &[2, 84]), (-2..=3).collect::<Vec<_>>());
        assert_eq!(sampled(6, &[0, 87]), [0]);
        assert_eq!(sampled(0, &[40]), [0]);
    }
}
