//! Finds passages in which music has broken down, as the music of networks sometimes does.

use super::LoopDetector;
use crate::roll::{KEYS, Keys, Roll};
use serde::Serialize;

/// Music with at most this many different keys is stuck: a repeated note, or an endless trill.
pub const STUCK_KEYS: usize = 2;

/// Music with at least this many keys at once is crowded: a pianist has fewer fingers.
pub const CROWD_KEYS: usize = 11;

/// Measures with fewer steps count as this long. In 1/8, a rest of two measures is not a fault.
pub const SHORTEST_MEASURE: usize = 4;

/// The longest breakdowns of a roll, in measures. There are four kinds: nothing sounds, hardly
/// anything changes, nearly everything sounds, or nothing new comes. The length of a measure is
/// that of the metre in which the breakdown ends, but at least [`SHORTEST_MEASURE`].
///
/// Of the 302 pieces of piano-midi.de, 2 are silent somewhere for more than two measures, 31 are
/// stuck, none is crowded, and 27 go in circles.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Breakdowns {
    /// Nothing sounds.
    pub silent: f64,
    /// Something sounds, but never more than [`STUCK_KEYS`] different keys.
    pub stuck: f64,
    /// [`CROWD_KEYS`] or more keys sound at every step.
    pub crowded: f64,
    /// Music goes in circles: something sounds, and every step repeats the step a measure before,
    /// or at some shorter distance ([`LoopDetector`]).
    pub circling: f64,
}

impl Breakdowns {
    /// The longest breakdowns of a roll.
    pub fn of(roll: &Roll) -> Breakdowns {
        Breakdowns::from(roll, 0)
    }

    /// The longest breakdowns of a roll from a step on.
    pub fn from(roll: &Roll, first: usize) -> Breakdowns {
        let mut longest = Breakdowns::default();
        let (mut silent, mut crowded) = (0, 0);
        let mut stuck = Stuck { since: first, last: [None; KEYS] };
        let mut loops = LoopDetector::default();
        for (index, step) in roll.steps().iter().enumerate().skip(first) {
            silent = if step.play.is_empty() { silent + 1 } else { 0 };
            crowded = if step.play.count() >= CROWD_KEYS { crowded + 1 } else { 0 };
            let stuck = stuck.push(index, step.play);
            let measure = roll.place(index).measure as usize;
            loops.push(*step, measure);
            // A rest repeats the steps before it as well, but it counts as silent.
            let circling = if loops.longest() > silent { loops.longest() } else { 0 };
            let in_measures = [
                (&mut longest.silent, silent),
                (&mut longest.stuck, stuck),
                (&mut longest.crowded, crowded),
                (&mut longest.circling, circling),
            ];
            for (longest, steps) in in_measures {
                *longest = longest.max(steps as f64 / measure.max(SHORTEST_MEASURE) as f64);
            }
        }
        longest
    }

    /// The length of the longest of the four, in measures.
    pub fn longest(&self) -> f64 {
        self.silent.max(self.stuck).max(self.crowded).max(self.circling)
    }
}

/// Tells how long no more than [`STUCK_KEYS`] different keys have sounded.
struct Stuck {
    /// The first step of the passage.
    since: usize,
    /// For each key, the last step at which it sounded.
    last: [Option<usize>; KEYS],
}

impl Stuck {
    /// Takes the next step. Returns the length of the passage in steps, or 0 if nothing sounds in
    /// it.
    fn push(&mut self, step: usize, keys: Keys) -> usize {
        keys.iter().for_each(|key| self.last[key] = Some(step));
        // The last steps of the keys that sounded most recently, the latest first. There is one key
        // more than a stuck passage may have.
        let mut latest = [None; STUCK_KEYS + 1];
        for &last in &self.last {
            let place = latest.partition_point(|&other| other >= last);
            if place < latest.len() {
                latest[place..].rotate_right(1);
                latest[place] = last;
            }
        }
        if let Some(surplus) = latest[STUCK_KEYS] {
            self.since = self.since.max(surplus + 1);
        }
        match latest[0] {
            Some(last) if last >= self.since => step + 1 - self.since,
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roll::Step;

    fn roll(metre: &str, steps: &[&[usize]]) -> Roll {
        let mut roll = Roll::new(metre.parse().unwrap());
        for keys in steps {
            let keys = Keys::from_iter(keys.iter().copied());
            roll.push(Step { play: keys, articulate: keys });
        }
        roll
    }

    #[test]
    fn stretches_are_counted_in_measures() {
        let crowd: Vec<usize> = (30..41).collect();
        let rest: &[usize] = &[];
        // In 2/8, a measure has four steps: a rest of three steps, a crowd of two, a trill of six.
        let steps =
            [rest, rest, rest, &crowd, &crowd, &[40], &[42], &[40], &[42], &[40], &[42], &[1, 2]];
        let found = Breakdowns::of(&roll("2/8", &steps));
        assert_eq!(found, Breakdowns { silent: 0.75, stuck: 1.5, crowded: 0.5, circling: 1.0 });
        assert_eq!(found.longest(), 1.5);
    }

    #[test]
    fn rests_between_two_keys_do_not_end_a_stretch_and_are_none_by_themselves() {
        let rest: &[usize] = &[];
        let found = Breakdowns::of(&roll("1/4", &[rest, &[5], rest, rest, &[6, 5], rest, &[7]]));
        assert_eq!((found.stuck, found.silent), (6.0 / 4.0, 2.0 / 4.0));
        let silence = roll("1/4", &[rest; 9]);
        let of = |silent| Breakdowns { silent, ..Breakdowns::default() };
        assert_eq!(Breakdowns::of(&silence), of(9.0 / 4.0));
        assert_eq!(Breakdowns::from(&silence, 3), of(6.0 / 4.0));
        let trill = roll("1/4", &[rest, rest, rest, &[5], &[6]]);
        assert_eq!((Breakdowns::of(&trill).stuck, Breakdowns::from(&trill, 3).stuck), (1.25, 0.5));
        // A measure of two steps counts as one of four.
        assert_eq!(Breakdowns::of(&roll("1/8", &[rest; 9])), of(9.0 / 4.0));
    }

    #[test]
    fn what_is_found_is_what_trying_all_stretches_finds() {
        let keys = |step: usize| -> Vec<usize> {
            let mixed = step.wrapping_mul(2_654_435_761) >> 7;
            (0..mixed % 3).map(|nth| (mixed >> (3 + nth)) % 4).collect()
        };
        let steps: Vec<_> = (0..300).map(keys).collect();
        let steps: Vec<&[usize]> = steps.iter().map(Vec::as_slice).collect();
        let roll = roll("1/4", &steps);
        let mut longest = 0;
        for from in 0..roll.len() {
            for to in from + 1..=roll.len() {
                let play = roll.steps()[from..to].iter().fold(Keys::NONE, |a, s| a.or(s.play));
                if (1..=STUCK_KEYS).contains(&play.count()) {
                    longest = longest.max(to - from);
                }
            }
        }
        assert_eq!(Breakdowns::of(&roll).stuck, longest as f64 / 4.0);
    }
}
