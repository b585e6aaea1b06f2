//! Stretches in which music has broken down, as that of networks does.

use super::Circles;
use crate::roll::{KEYS, Keys, Roll};
use serde::Serialize;

/// With so many different keys, or fewer, music that goes on is stuck: a note that is repeated, a
/// trill without end.
pub const STUCK_KEYS: usize = 2;

/// From so many keys at once on music is crowded: more than a pianist has fingers.
pub const CROWD_KEYS: usize = 11;

/// The longest stretches of a roll in which nothing sounds, hardly anything changes, nearly
/// everything sounds, or nothing new comes, in measures of the metre in which they end.
///
/// Of the 302 pieces of piano-midi.de 2 are silent for more than two measures somewhere, 31 stuck,
/// none crowded, and 27 go in circles.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Stretches {
    /// Nothing sounds.
    pub silent: f64,
    /// Something sounds, but never more than [`STUCK_KEYS`] different keys.
    pub stuck: f64,
    /// [`CROWD_KEYS`] or more sound at every step.
    pub crowded: f64,
    /// Something sounds, and every step is as it was a measure before, or some shorter distance
    /// ([`Circles`]).
    pub circling: f64,
}

impl Stretches {
    /// The longest of a roll.
    pub fn of(roll: &Roll) -> Stretches {
        let mut longest = Stretches::default();
        let (mut silent, mut crowded, mut stuck) = (0, 0, Stuck::default());
        let mut circles = Circles::default();
        for (index, step) in roll.steps().iter().enumerate() {
            silent = if step.play.is_empty() { silent + 1 } else { 0 };
            crowded = if step.play.count() >= CROWD_KEYS { crowded + 1 } else { 0 };
            let stuck = stuck.hear(index, step.play);
            let measure = roll.place(index).measure;
            circles.hear(*step, measure as usize);
            // A rest is as the steps before it, too, but it is silent.
            let circling = if circles.longest() > silent { circles.longest() } else { 0 };
            let in_measures = [
                (&mut longest.silent, silent),
                (&mut longest.stuck, stuck),
                (&mut longest.crowded, crowded),
                (&mut longest.circling, circling),
            ];
            for (longest, steps) in in_measures {
                *longest = longest.max(steps as f64 / f64::from(measure));
            }
        }
        longest
    }

    /// The longest of the four.
    pub fn longest(&self) -> f64 {
        self.silent.max(self.stuck).max(self.crowded).max(self.circling)
    }
}

/// Since when no more than [`STUCK_KEYS`] different keys have sounded.
struct Stuck {
    /// The first step of the stretch.
    since: usize,
    /// For each key the last step at which it sounded.
    last: [Option<usize>; KEYS],
}

impl Default for Stuck {
    fn default() -> Self {
        Stuck { since: 0, last: [None; KEYS] }
    }
}

impl Stuck {
    /// How long the stretch is with one step more; 0 where nothing sounds in it.
    fn hear(&mut self, step: usize, keys: Keys) -> usize {
        keys.iter().for_each(|key| self.last[key] = Some(step));
        let mut sounded: Vec<usize> = self.last.iter().flatten().copied().collect();
        sounded.sort_unstable_by(|a, b| b.cmp(a));
        if let Some(&third) = sounded.get(STUCK_KEYS) {
            self.since = self.since.max(third + 1);
        }
        match sounded.first() {
            Some(&last) if last >= self.since => step + 1 - self.since,
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
        // In 2/8, four steps to a measure: a rest of three, a crowd of two, a trill of six.
        let steps =
            [rest, rest, rest, &crowd, &crowd, &[40], &[42], &[40], &[42], &[40], &[42], &[1, 2]];
        let found = Stretches::of(&roll("2/8", &steps));
        assert_eq!(found, Stretches { silent: 0.75, stuck: 1.5, crowded: 0.5, circling: 1.0 });
        assert_eq!(found.longest(), 1.5);
    }

    #[test]
    fn rests_between_two_keys_do_not_end_a_stretch_and_are_none_by_themselves() {
        let rest: &[usize] = &[];
        let found = Stretches::of(&roll("1/4", &[rest, &[5], rest, rest, &[6, 5], rest, &[7]]));
        assert_eq!((found.stuck, found.silent), (6.0 / 4.0, 2.0 / 4.0));
        let silence = Stretches::of(&roll("1/4", &[rest; 9]));
        assert_eq!(silence, Stretches { silent: 9.0 / 4.0, ..Stretches::default() });
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
        assert_eq!(Stretches::of(&roll).stuck, longest as f64 / 4.0);
    }
}
