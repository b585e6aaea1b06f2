//! Passages: parts of a roll of which statistics are taken.

use crate::roll::{Roll, Step};

/// A part of a roll, and the whole bars in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage<'a> {
    /// Its steps.
    pub steps: &'a [Step],
    /// Its whole bars. Both bar lines of a bar lie in the passage or at its ends; a bar that is cut
    /// does not count.
    pub bars: Vec<&'a [Step]>,
}

impl<'a> Passage<'a> {
    /// The steps `from..to`, which must lie within the roll.
    pub fn new(roll: &'a Roll, from: usize, to: usize) -> Passage<'a> {
        Passage::between(roll, &bar_lines(roll), from, to)
    }

    /// A whole roll.
    pub fn whole(roll: &'a Roll) -> Passage<'a> {
        Passage::new(roll, 0, roll.len())
    }

    fn between(roll: &'a Roll, lines: &[usize], from: usize, to: usize) -> Passage<'a> {
        let first = lines.partition_point(|&line| line < from);
        let after = lines.partition_point(|&line| line <= to);
        let lines = &lines[first..after.max(first)];
        Passage {
            steps: &roll.steps()[from..to],
            bars: lines.windows(2).map(|bar| &roll.steps()[bar[0]..bar[1]]).collect(),
        }
    }
}

/// Cuts a roll into passages of `length` steps. Each begins with a bar: the first passage with the
/// first bar, and every other with the first bar after the end of the passage before. What is left
/// at the end of the roll is dropped.
pub fn passages(roll: &Roll, length: usize) -> Vec<Passage<'_>> {
    let lines = bar_lines(roll);
    let mut passages = Vec::new();
    let mut end = 0;
    for &line in &lines {
        if line >= end && length > 0 && line + length <= roll.len() {
            end = line + length;
            passages.push(Passage::between(roll, &lines, line, end));
        }
    }
    passages
}

/// The steps at which bars begin, and the end of the last bar if it is whole.
fn bar_lines(roll: &Roll) -> Vec<usize> {
    let mut lines = roll.measures();
    if roll.place(roll.len()).in_measure == 0 {
        lines.push(roll.len());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::Metre;

    /// Five bars of 3/4 and a rest of four steps.
    fn roll() -> Roll {
        let mut roll = Roll::new("3/4".parse().unwrap());
        (0..64).for_each(|_| roll.push(Step::SILENCE));
        roll
    }

    fn starts(roll: &Roll, length: usize) -> Vec<usize> {
        let first = roll.steps().as_ptr() as usize;
        let step = size_of::<Step>();
        let start = |passage: &Passage| (passage.steps.as_ptr() as usize - first) / step;
        passages(roll, length).iter().map(start).collect()
    }

    #[test]
    fn passages_begin_with_bars_and_do_not_overlap() {
        assert_eq!(starts(&roll(), 16), [0, 24, 48]);
        assert_eq!(starts(&roll(), 12), [0, 12, 24, 36, 48]);
        assert_eq!(starts(&roll(), 64), [0]);
        assert_eq!(starts(&roll(), 65), [0; 0]);
    }

    #[test]
    fn bars_that_are_cut_are_no_bars() {
        let roll = roll();
        let bars = |from, to| Passage::new(&roll, from, to).bars.len();
        assert_eq!((bars(0, 64), bars(0, 60), bars(0, 59), bars(1, 60)), (5, 5, 4, 4));
        assert_eq!((bars(13, 23), bars(12, 24), bars(5, 5)), (0, 1, 0));
    }

    #[test]
    fn a_bar_that_a_new_metre_ends_is_one() {
        let mut roll = Roll::new(Metre::COMMON);
        (0..4).for_each(|_| roll.push(Step::SILENCE));
        roll.change_metre("3/4".parse().unwrap());
        (0..24).for_each(|_| roll.push(Step::SILENCE));
        let lengths: Vec<_> = Passage::whole(&roll).bars.iter().map(|bar| bar.len()).collect();
        assert_eq!(lengths, [4, 12, 12]);
    }
}
