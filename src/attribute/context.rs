//! What is known before a step, gathered once for all keys.

use crate::match_model::Continuations;
use crate::roll::{KEYS, LOWEST_PITCH, Place, Step};
use crate::segment::MAX_LOOKBACK_STEPS;

/// The number of steps whose strokes show the tonality: four measures of 4/4.
pub const TONALITY_STEPS: usize = 64;

/// The greatest age of a stroke that the attributes know, in steps.
pub const MAX_AGE: usize = 64;

/// The steps before a step, and its place in the measure.
#[derive(Debug)]
pub(super) struct Context<'a> {
    past: &'a [Step],
    /// The step before.
    pub(super) previous: Step,
    /// The place of the step that is predicted.
    pub(super) place: Place,
    /// By pitch class, the number of keys that sound at the step before.
    pub(super) chroma: [u8; 12],
    /// By pitch class, its share of the strokes of the last [`TONALITY_STEPS`] steps.
    pub(super) tonality: [f32; 12],
    /// By key, how many steps ago it was struck, 1 for the step before; 0 if not within [`MAX_AGE`]
    /// steps.
    pub(super) age: [u8; KEYS],
    /// The number of silent steps right before the step, at most [`MAX_AGE`].
    pub(super) silence: usize,
    /// What followed where the last steps occurred before.
    pub(super) matches: &'a Continuations,
}

/// The pitch class of a key, C first.
pub(super) fn pitch_class(key: usize) -> usize {
    (key + usize::from(LOWEST_PITCH)) % 12
}

impl<'a> Context<'a> {
    /// `past` are the steps before, the nearest last; only the last [`MAX_LOOKBACK_STEPS`] count.
    /// What needs more than the step before is gathered only `with_history`.
    pub(super) fn new(
        past: &'a [Step],
        matches: &'a Continuations,
        place: Place,
        with_history: bool,
    ) -> Context<'a> {
        let past = &past[past.len().saturating_sub(MAX_LOOKBACK_STEPS)..];
        let previous = past.last().copied().unwrap_or(Step::SILENCE);
        let mut context = Context {
            past,
            previous,
            place,
            chroma: [0; 12],
            tonality: [0.0; 12],
            age: [0; KEYS],
            silence: 0,
            matches,
        };
        if with_history {
            context.gather();
        }
        context
    }

    fn gather(&mut self) {
        self.previous.play.iter().for_each(|key| self.chroma[pitch_class(key)] += 1);
        let mut strokes = [0u32; 12];
        for step in self.past.iter().rev().take(TONALITY_STEPS) {
            step.articulate.iter().for_each(|key| strokes[pitch_class(key)] += 1);
        }
        let all = strokes.iter().sum::<u32>().max(1) as f32;
        self.tonality = strokes.map(|count| count as f32 / all);
        for (before, step) in self.past.iter().rev().take(MAX_AGE).enumerate() {
            for key in step.articulate.iter() {
                if self.age[key] == 0 {
                    self.age[key] = before as u8 + 1;
                }
            }
        }
        let silent = self.past.iter().rev().take(MAX_AGE);
        self.silence = silent.take_while(|step| step.play.is_empty()).count();
    }

    /// The step that lies `steps` steps before the one that is predicted; silence if it is not
    /// known.
    pub(super) fn steps_ago(&self, steps: usize) -> Step {
        let index = self.past.len().checked_sub(steps);
        index.and_then(|index| self.past.get(index)).copied().unwrap_or(Step::SILENCE)
    }
}
