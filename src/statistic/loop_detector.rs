//! Detects music that goes in circles: loops that repeat exactly.

use crate::roll::Step;
use std::collections::VecDeque;

/// At least so many of the last steps are kept, in case a longer measure follows.
const KEPT_STEPS: usize = 64;

/// Tells how long music has been looping.
///
/// For each distance up to the length of the current measure, it counts how many steps in a row
/// have been exactly what was played that distance before, onsets included. A held chord is a loop
/// of one step. A figure that is played again and again is a loop of its own length.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LoopDetector {
    /// The last steps: a measure of them, or [`KEPT_STEPS`] if that is more.
    past: VecDeque<Step>,
    /// For the distances 1, 2 and so on, how many steps in a row have repeated.
    runs: Vec<usize>,
}

impl LoopDetector {
    /// Takes the next step, in a measure of `measure` steps.
    pub fn push(&mut self, step: Step, measure: usize) {
        self.runs.resize(measure, 0);
        for (run, past) in self.runs.iter_mut().zip(self.past.iter().rev()) {
            *run = if *past == step { *run + 1 } else { 0 };
        }
        self.past.push_back(step);
        let surplus = self.past.len().saturating_sub(measure.max(KEPT_STEPS));
        self.past.drain(..surplus);
    }

    /// How many steps the longest loop has lasted.
    pub fn longest(&self) -> usize {
        self.runs.iter().copied().max().unwrap_or(0)
    }

    /// How many steps the longest loop would have lasted if `step` came next, in a measure of
    /// `measure` steps.
    pub fn longest_with(&self, step: Step, measure: usize) -> usize {
        // If the measure is longer than the last one, its new distances have not lasted yet.
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
        let mut loops = LoopDetector::default();
        let with = |&step: &Step| {
            let expected = loops.longest_with(step, measure);
            loops.push(step, measure);
            assert_eq!(loops.longest(), expected);
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
        // Held from the second step on, and struck again at the fifth, as four steps before.
        assert_eq!(lasted(&music, 4), [0, 0, 1, 2, 1, 2]);
        assert_eq!(lasted(&music, 2), [0, 0, 1, 2, 0, 1]);
    }

    #[test]
    fn the_longest_is_what_trying_all_distances_finds_also_where_the_measure_changes() {
        let keys: Vec<usize> =
            (0..400usize).map(|step| (step.wrapping_mul(2_654_435_761) >> 9) % 2).collect();
        let (music, mut loops) = (steps(&keys), LoopDetector::default());
        // Longer and shorter measures. Some end before the history fills the longest.
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
            assert_eq!(loops.longest_with(step, measure), expected, "{now}");
            loops.push(step, measure);
            assert_eq!(loops.longest(), expected, "{now}");
        }
    }
}
