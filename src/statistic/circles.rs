//! Music that goes in circles.

use crate::roll::Step;
use std::collections::VecDeque;

/// So many of the last steps are kept at least, for a longer measure that may come.
const KEPT_STEPS: usize = 64;

/// For how long music has been going in circles: for each distance up to the measure of the time, how
/// many of the last steps in a row have been just what was played that distance before, strokes
/// included. A chord that is held goes in circles of one step, a figure that is played again and
/// again in circles of its length.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Circles {
    /// The last steps: a measure of them, or [`KEPT_STEPS`].
    past: VecDeque<Step>,
    /// The steps in a row, for the distances 1, 2 and so on.
    runs: Vec<usize>,
}

impl Circles {
    /// Takes note of a step in a measure of so many steps.
    pub fn hear(&mut self, step: Step, measure: usize) {
        self.runs.resize(measure, 0);
        for (run, past) in self.runs.iter_mut().zip(self.past.iter().rev()) {
            *run = if *past == step { *run + 1 } else { 0 };
        }
        self.past.push_back(step);
        let surplus = self.past.len().saturating_sub(measure.max(KEPT_STEPS));
        self.past.drain(..surplus);
    }

    /// How many steps the longest of the circles has lasted.
    pub fn longest(&self) -> usize {
        self.runs.iter().copied().max().unwrap_or(0)
    }

    /// How many it would have lasted with one step more, in a measure of so many steps.
    pub fn longest_with(&self, step: Step, measure: usize) -> usize {
        // A distance that is new, as the measure is longer than it was, has lasted for none.
        let runs = self.runs.iter().copied().chain(std::iter::repeat(0)).take(measure);
        let same = runs.zip(self.past.iter().rev()).filter(|(_, past)| **past == step);
        same.map(|(run, _)| run + 1).max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roll::Keys;

    fn steps(keys: &[usize]) -> Vec<Step> {
        let step = |&key| {
            let play = Keys::from_iter([key]);
            Step { play, articulate: play }
        };
        keys.iter().map(step).collect()
    }

    fn lasted(steps: &[Step], measure: usize) -> Vec<usize> {
        let mut circles = Circles::default();
        let with = |&step: &Step| {
            let expected = circles.longest_with(step, measure);
            circles.hear(step, measure);
            assert_eq!(circles.longest(), expected);
            expected
        };
        steps.iter().map(with).collect()
    }

    #[test]
    fn a_figure_of_three_goes_in_circles_from_its_second_time_on() {
        let music = steps(&[40, 42, 44, 40, 42, 44, 40, 42, 47]);
        assert_eq!(lasted(&music, 4), [0, 0, 0, 1, 2, 3, 4, 5, 0]);
    }

    #[test]
    fn a_figure_longer_than_a_measure_is_none() {
        let music = steps(&[40, 42, 44, 40, 42, 44, 40, 42, 44]);
        assert_eq!(lasted(&music, 2), [0; 9]);
    }

    #[test]
    fn a_chord_that_is_held_goes_in_circles_and_one_that_is_struck_again_breaks_them() {
        let mut music = steps(&[40; 6]);
        for step in [1, 2, 3, 5] {
            music[step].articulate = Keys::NONE;
        }
        // Held from the second step on; struck at the fifth, as four steps before.
        assert_eq!(lasted(&music, 4), [0, 0, 1, 2, 1, 2]);
        assert_eq!(lasted(&music, 2), [0, 0, 1, 2, 0, 1]);
    }

    #[test]
    fn the_longest_is_what_trying_all_distances_finds_also_where_the_measure_changes() {
        let keys: Vec<usize> =
            (0..400usize).map(|step| (step.wrapping_mul(2_654_435_761) >> 9) % 2).collect();
        let (music, mut circles) = (steps(&keys), Circles::default());
        // Longer and shorter measures, some of them over before the longest is filled.
        let measure_at = |step: usize| [3, 5, 60, 2, 9][step / 7 % 5];
        for (now, &step) in music.iter().enumerate() {
            let measure = measure_at(now);
            let of = |distance: usize| {
                let same = |at: &usize| {
                    let counts = (1..=*at).contains(&distance) && distance <= measure_at(*at);
                    counts && music[at - distance] == music[*at]
                };
                (0..=now).rev().take_while(same).count()
            };
            let expected = (1..=measure).map(of).max().unwrap();
            assert_eq!(circles.longest_with(step, measure), expected, "{now}");
            circles.hear(step, measure);
            assert_eq!(circles.longest(), expected, "{now}");
        }
    }
}
