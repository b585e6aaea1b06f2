//! Segments: the excerpts of fixed length that the network is trained on.

use crate::match_model::{Continuations, MatchModel};
use crate::roll::{Keys, Place, Roll, Step};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;

/// The number of steps of a segment in the article.
pub const SEGMENT_STEPS: usize = 128;

/// How many steps before a segment it keeps, if the piece has as many: no attribute looks further
/// back.
pub const MAX_LOOKBACK_STEPS: usize = 128;

/// An excerpt of a piece, with the place of every step in its measure, and with the steps before
/// it.
///
/// Described by a layout of attributes, it is the article's block of 128 time steps × 88 notes × 78
/// attributes.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// The steps of the excerpt, preceded by up to [`MAX_LOOKBACK_STEPS`] earlier ones.
    steps: Vec<Step>,
    places: Vec<Place>,
    /// For each step of the excerpt what a match model of the piece tells; empty if none was asked.
    continuations: Vec<Continuations>,
}

impl Segment {
    /// The `count` steps of a roll from `start` on. They must lie within the roll.
    pub fn new(roll: &Roll, start: usize, count: usize) -> Segment {
        let mut steps = Vec::with_capacity(MAX_LOOKBACK_STEPS + count);
        let first = start.saturating_sub(MAX_LOOKBACK_STEPS);
        steps.extend_from_slice(&roll.steps()[first..start + count]);
        let places = (start..start + count).map(|step| roll.place(step)).collect();
        Segment { steps, places, continuations: Vec::new() }
    }

    /// Looks for what followed where the steps before each step occurred before. The segment is the
    /// one of `roll` that begins at `start`; `model` has read the roll up to `start` or less, and then
    /// has read it up to the last step of the segment.
    pub fn find_matches(&mut self, roll: &Roll, start: usize, model: &mut MatchModel) {
        let steps = roll.steps();
        steps[model.len().min(start)..start].iter().for_each(|&step| model.push(step));
        self.continuations.clear();
        for step in start..start + self.len() {
            // The next segment may begin with the last step of this one.
            if step > start {
                model.push(steps[step - 1]);
            }
            self.continuations.push(model.continuations());
        }
    }

    /// The segment without what followed at matches, as if nothing in it had been said before.
    pub fn without_matches(self) -> Segment {
        Segment { continuations: Vec::new(), ..self }
    }

    /// The segment transposed by some semitones, with the steps before it. Keys that leave the
    /// keyboard are lost.
    pub fn transposed(mut self, semitones: i32) -> Segment {
        self.steps.iter_mut().for_each(|step| *step = step.transposed(semitones));
        let continuations = self.continuations.iter_mut();
        continuations.for_each(|found| *found = found.transposed(semitones));
        self
    }

    /// Every key that sounds in it.
    pub fn keys(&self) -> Keys {
        self.steps[self.lookback()..].iter().fold(Keys::NONE, |all, step| all.or(step.play))
    }

    /// The number of steps.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is no step.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The step with this index.
    pub fn step(&self, step: usize) -> Step {
        self.steps[self.lookback() + step]
    }

    /// The place of a step in its measure.
    pub fn place(&self, step: usize) -> Place {
        self.places[step]
    }

    /// What followed where the steps before a step occurred before; `None` if nobody has looked.
    pub fn continuations(&self, step: usize) -> Option<&Continuations> {
        self.continuations.get(step)
    }

    /// The steps before a step, the nearest last; empty at the beginning of the piece.
    pub fn past(&self, step: usize) -> &[Step] {
        &self.steps[..self.lookback() + step]
    }

    /// The number of steps before the excerpt.
    fn lookback(&self) -> usize {
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
