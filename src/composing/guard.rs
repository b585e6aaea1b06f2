//! Keeping a composer out of the traps that such networks fall into.

use crate::network::KeyLogits;
use crate::roll::{Keys, Step};
use crate::score::Metre;
use crate::statistic::{CROWD_KEYS, LoopDetector, SHORTEST_MEASURE, STUCK_KEYS};
use std::collections::VecDeque;

/// After how many steps of silence the temperature rises (DeepJ's rule), or after a measure if that is
/// shorter.
pub const SILENT_STEPS: usize = 16;

/// For how many measures the music may be silent, stuck on [`STUCK_KEYS`] keys, crowded by
/// [`CROWD_KEYS`], or go in circles ([`LoopDetector`]). A measure counts as at least [`SHORTEST_MEASURE`] steps.
pub const LONGEST_MEASURES: usize = 2;

/// How many sounding keys, averaged over about two measures, make every further key less likely.
/// Real music has 1.7 to 4.8 (5 to 95 %).
pub const CROWDED_KEYS: f64 = 7.0;

/// How many keys may sound at once: ten fingers, and two that the pedal holds.
pub const MOST_KEYS: usize = 12;

/// How much the temperature rises with each step that the music stays silent, and each time that a
/// step is drawn again.
const WARMING: f64 = 0.1;

/// The highest temperature.
const HOTTEST: f64 = 10.0;

/// By how much every sounding key above [`CROWDED_KEYS`] lowers the logit of playing.
const WEIGHT_OF_A_KEY: f64 = 0.7;

/// Watches what has been played, and works against the known failures: falling silent for ever,
/// repeating a note or a figure for ever, and filling every key. While nothing of the kind happens it
/// changes nothing: the draws are the network's own. No failure lasts for more than
/// [`LONGEST_MEASURES`]: a step that would prolong it is drawn again ([`allows`](Self::allows)).
#[derive(Debug, Clone, PartialEq)]
pub struct Guard {
    measure: usize,
    /// How many steps the music may be silent, stuck, crowded or in circles.
    granted: usize,
    /// After how many steps of silence the temperature rises.
    patience: usize,
    silent: usize,
    crowded: usize,
    crowd: f64,
    /// What sounded in the last `granted` steps.
    recent: VecDeque<Keys>,
    loops: LoopDetector,
}

impl Guard {
    /// A guard that has seen no music yet, in a metre.
    pub fn new(metre: Metre) -> Guard {
        let measure = metre.sixteenths() as usize;
        let granted = LONGEST_MEASURES * measure.max(SHORTEST_MEASURE);
        Guard {
            measure,
            granted,
            patience: SILENT_STEPS.min(measure),
            silent: 0,
            crowded: 0,
            crowd: 0.0,
            recent: VecDeque::new(),
            loops: LoopDetector::default(),
        }
    }

    /// From the next step on another metre. The music so far still counts.
    pub fn change_metre(&mut self, metre: Metre) {
        let Guard { measure, granted, patience, .. } = Guard::new(metre);
        (self.measure, self.granted, self.patience) = (measure, granted, patience);
        let surplus = self.recent.len().saturating_sub(granted);
        self.recent.drain(..surplus);
    }

    /// Takes note of a step that has been played.
    pub fn observe(&mut self, step: Step) {
        let more = |counts: bool, before: usize| if counts { before + 1 } else { 0 };
        self.silent = more(step.play.is_empty(), self.silent);
        self.crowded = more(step.play.count() >= CROWD_KEYS, self.crowded);
        self.crowd += (step.play.count() as f64 - self.crowd) / 32.0;
        self.recent.push_back(step.play);
        if self.recent.len() > self.granted {
            self.recent.pop_front();
        }
        self.loops.push(step, self.measure);
    }

    /// Whether a step may come next. It may not if the music would then have been silent, stuck,
    /// crowded or in circles for too long.
    pub fn allows(&self, step: Step) -> bool {
        let moves =
            self.recent.len() < self.granted || self.recent().or(step.play).count() > STUCK_KEYS;
        let has_room = self.crowded < self.granted || step.play.count() < CROWD_KEYS;
        moves && has_room && self.loops.longest_with(step, self.measure) <= self.granted
    }

    /// Whether there are steps that could be drawn but may not come next. (A crowd that may not come
    /// is not drawn in the first place, see [`lean`](Self::lean).)
    pub fn is_wary(&self) -> bool {
        !self.allows(Step::SILENCE) || self.loops.longest() >= self.granted
    }

    fn recent(&self) -> Keys {
        self.recent.iter().fold(Keys::NONE, |all, keys| all.or(*keys))
    }

    /// The temperature at which to draw the next step. The musician has asked for the temperature
    /// `asked`, and the step has been rejected `again` times.
    pub fn temperature(&self, asked: f64, again: usize) -> f64 {
        let late = (self.silent + 1).saturating_sub(self.patience) + again;
        (asked + WARMING * late as f64).min(HOTTEST.max(asked))
    }

    /// The logits of a key, lowered if many keys are sounding. `sounding` is the number of keys that
    /// have been chosen at this step so far.
    pub fn lean(&self, logits: KeyLogits, sounding: usize) -> KeyLogits {
        let most = if self.crowded < self.granted { MOST_KEYS } else { CROWD_KEYS - 1 };
        if sounding >= most {
            return KeyLogits { play: f32::NEG_INFINITY, ..logits };
        }
        let above = self.crowd.max(sounding as f64) - CROWDED_KEYS;
        let play = logits.play - (WEIGHT_OF_A_KEY * above.max(0.0)) as f32;
        KeyLogits { play, ..logits }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sounding(keys: impl IntoIterator<Item = usize>) -> Step {
        let keys = Keys::from_iter(keys);
        Step { play: keys, articulate: keys }
    }

    #[test]
    fn ordinary_music_is_left_alone() {
        let mut guard = Guard::new(Metre::COMMON);
        let logits = KeyLogits { play: -1.0, articulate: 0.5 };
        for step in 0..200 {
            guard.observe(sounding([20 + step % 7, 30 + step % 5, 44]));
            assert_eq!(guard.temperature(1.0, 0), 1.0);
            assert!(!guard.is_wary());
            assert_eq!(guard.lean(logits, 3), logits);
        }
    }

    #[test]
    fn silence_warms_by_a_tenth_a_step_until_a_note_sounds() {
        for (metre, patience) in [("4/4", 16), ("12/8", 16), ("3/8", 6usize)] {
            let mut guard = Guard::new(metre.parse().unwrap());
            for step in 1..=20 {
                guard.observe(Step::SILENCE);
                let late = (step + 1usize).saturating_sub(patience) as f64;
                let expected = 0.9 + 0.1 * late;
                assert!((guard.temperature(0.9, 0) - expected).abs() < 1e-9, "{metre} {step}");
            }
            guard.observe(sounding([40]));
            assert_eq!(guard.temperature(0.9, 0), 0.9);
            assert!((guard.temperature(0.9, 3) - 1.2).abs() < 1e-9, "each further try is warmer");
        }
    }

    #[test]
    fn after_two_measures_of_two_keys_only_a_third_may_follow() {
        let mut guard = Guard::new("3/4".parse().unwrap());
        for step in 0..24 {
            assert!(guard.allows(Step::SILENCE), "{step}");
            guard.observe(sounding([40 + step % 2]));
        }
        assert!(guard.is_wary() && !guard.allows(sounding([40, 41])));
        assert!(guard.allows(sounding([41, 42])));
        guard.observe(sounding([42]));
        assert!(guard.allows(Step::SILENCE), "and then there are two measures again");
    }

    #[test]
    fn a_figure_is_left_after_two_measures_of_going_in_circles() {
        let mut guard = Guard::new("2/4".parse().unwrap());
        let figure = |step: usize| sounding([30, 40 + step % 3, 50]);
        // Heard once, and again for two measures of eight steps.
        for step in 0..3 + 16 {
            assert!(guard.allows(figure(step)), "{step}");
            guard.observe(figure(step));
        }
        assert!(guard.is_wary() && !guard.allows(figure(19)));
        assert!(guard.allows(figure(20)) && guard.allows(Step::SILENCE));
        guard.observe(figure(20));
        assert!(!guard.is_wary());
    }

    #[test]
    fn a_crowd_is_sent_away_after_two_measures() {
        let mut guard = Guard::new("2/4".parse().unwrap());
        let sure = KeyLogits { play: 1e9, articulate: 0.0 };
        for _ in 0..16 {
            assert!(guard.lean(sure, CROWD_KEYS).play > 0.0);
            guard.observe(sounding(30..30 + CROWD_KEYS));
        }
        assert_eq!(guard.lean(sure, CROWD_KEYS - 1).play, f32::NEG_INFINITY);
        assert!(guard.lean(sure, CROWD_KEYS - 2).play > 0.0);
        // Nor may one be played that is given: of a phrase that would come back.
        assert!(!guard.allows(sounding(40..40 + CROWD_KEYS)));
        assert!(guard.allows(sounding(40..40 + CROWD_KEYS - 1)));
    }

    #[test]
    fn a_crowd_of_keys_makes_way() {
        let mut guard = Guard::new(Metre::COMMON);
        let logits = KeyLogits { play: 0.0, articulate: 0.0 };
        (0..500).for_each(|_| guard.observe(sounding(0..20)));
        assert!(guard.lean(logits, 0).play < -8.0);
        assert_eq!(guard.lean(logits, MOST_KEYS).play, f32::NEG_INFINITY);
        assert_eq!(guard.lean(logits, MOST_KEYS).play_probability(5.0), 0.0);
    }
}
