//! Segments: the excerpts of fixed length from which the network learns.

use crate::roll::{Keys, Place, Roll, Step};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;

/// How many steps a segment of the article has.
pub const SEGMENT_STEPS: usize = 128;

/// How many steps before an excerpt are known, where the piece has as many: as far back as any
/// attribute looks.
pub const MAX_LOOKBACK_STEPS: usize = 128;

/// An excerpt of a piece, every step with its place in the measure.
///
/// With a layout of attributes it is the article's block of 128 time steps × 88 notes × 78
/// attributes.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// The steps, preceded by up to [`MAX_LOOKBACK_STEPS`] before the excerpt.
    steps: Vec<Step>,
    places: Vec<Place>,
}

impl Segment {
    /// The `count` steps of a roll from `start` on, which must lie within it.
    pub fn new(roll: &Roll, start: usize, count: usize) -> Segment {
        let mut steps = Vec::with_capacity(MAX_LOOKBACK_STEPS + count);
        let heard = start.saturating_sub(MAX_LOOKBACK_STEPS);
        steps.extend_from_slice(&roll.steps()[heard..start + count]);
        Segment { steps, places: (start..start + count).map(|step| roll.place(step)).collect() }
    }

    /// The segment moved by some semitones, with what was heard before it; what leaves the keyboard
    /// is lost.
    pub fn transposed(mut self, semitones: i32) -> Segment {
        self.steps.iter_mut().for_each(|step| *step = step.transposed(semitones));
        self
    }

    /// Every key that sounds in it.
    pub fn keys(&self) -> Keys {
        self.steps[self.heard()..].iter().fold(Keys::NONE, |all, step| all.or(step.play))
    }

    /// How many steps the segment has.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether the segment has no step.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// What is played at a step.
    pub fn step(&self, step: usize) -> Step {
        self.steps[self.heard() + step]
    }

    /// The place of a step in its measure.
    pub fn place(&self, step: usize) -> Place {
        self.places[step]
    }

    /// The steps before a step, the nearest last; none where the piece begins.
    pub fn past(&self, step: usize) -> &[Step] {
        &self.steps[..self.heard() + step]
    }

    /// How many steps stand before the excerpt.
    fn heard(&self) -> usize {
        self.steps.len() - self.places.len()
    }
}

/// The steps at which segments can begin in some pieces, counted through from piece to piece.
#[derive(Debug, Clone)]
pub struct SegmentStarts {
    /// For each piece, how many segments begin in it or in those before it.
    ends: Vec<u64>,
}

impl SegmentStarts {
    /// Segments of `steps` steps in pieces of some lengths, none of them shorter than that.
    pub fn new(lengths: impl IntoIterator<Item = usize>, steps: usize) -> SegmentStarts {
        let starts = lengths.into_iter().map(|length| (length - steps + 1) as u64);
        let ends = starts.scan(0, |sum, count| {
            *sum += count;
            Some(*sum)
        });
        SegmentStarts { ends: ends.collect() }
    }

    /// A piece, and the step at which a segment begins in it: each start is as likely as any other.
    /// There must be a piece.
    pub fn draw(&self, random: &mut ChaCha8Rng) -> (usize, usize) {
        let all = *self.ends.last().expect("at least one piece");
        // Two numbers make one of 64 bits: the bias of its remainder is too small to matter.
        let drawn = u64::from(random.next_u32()) << 32 | u64::from(random.next_u32());
        let drawn = drawn % all;
        let index = self.ends.partition_point(|&end| end <= drawn);
        let before = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        (index, (drawn - before) as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_knows_the_step_before_it_and_its_places() {
        let mut roll = Roll::new("3/4".parse().unwrap());
        for step in 0..140 {
            let play = Keys::from_iter([step % 88]);
            roll.push(Step { play, articulate: play });
        }
        let segment = Segment::new(&roll, 5, SEGMENT_STEPS);
        assert_eq!(segment.len(), 128);
        for step in 0..128 {
            assert_eq!(segment.step(step), roll.steps()[5 + step]);
            assert_eq!(segment.past(step).last(), Some(&roll.steps()[4 + step]));
            assert_eq!(segment.place(step).in_measure as usize, (5 + step) % 12);
        }
        assert!(Segment::new(&roll, 0, 2).past(0).is_empty());
        assert_eq!(Segment::new(&roll, 138, 2).past(1).len(), MAX_LOOKBACK_STEPS + 1);
    }
}
