//! Segments: the excerpts of fixed length from which the network learns.

use crate::roll::{Place, Roll, Step};

/// How many steps a segment of the article has.
pub const SEGMENT_STEPS: usize = 128;

/// An excerpt of a piece, every step with its place in the measure.
///
/// With a layout of attributes it is the article's block of 128 time steps × 88 notes × 78
/// attributes.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// The steps, preceded by the one before the excerpt (a rest where the piece begins).
    steps: Vec<Step>,
    places: Vec<Place>,
}

impl Segment {
    /// The `count` steps of a roll from `start` on, which must lie within it.
    pub fn new(roll: &Roll, start: usize, count: usize) -> Segment {
        let before = start.checked_sub(1).map_or(Step::SILENCE, |step| roll.steps()[step]);
        let mut steps = vec![before];
        steps.extend_from_slice(&roll.steps()[start..start + count]);
        Segment { steps, places: (start..start + count).map(|step| roll.place(step)).collect() }
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
        self.steps[step + 1]
    }

    /// The place of a step in its measure.
    pub fn place(&self, step: usize) -> Place {
        self.places[step]
    }

    /// The steps before a step, the nearest last; never none.
    pub fn past(&self, step: usize) -> &[Step] {
        &self.steps[..=step]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roll::Keys;

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
        assert_eq!(Segment::new(&roll, 0, 2).past(0), [Step::SILENCE]);
    }
}
