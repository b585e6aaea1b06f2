//! What there is to be known before a step, gathered once for all keys.

use crate::roll::{KEYS, LOWEST_PITCH, Place, Step};
use crate::segment::MAX_LOOKBACK_STEPS;

/// Over how many steps the strokes are counted that tell the tonality: four measures of 4/4.
pub const TONALITY_STEPS: usize = 64;

/// How far back a stroke is remembered by `Scene::age`.
pub const OLDEST: usize = 64;

/// What has been played before a step, and where the step stands.
#[derive(Debug)]
pub(super) struct Scene<'a> {
    past: &'a [Step],
    /// The step before.
    pub(super) previous: Step,
    /// Where the step that is to be predicted stands.
    pub(super) place: Place,
    /// How many sounding keys of the step before have each pitch class.
    pub(super) chroma: [u8; 12],
    /// Of the strokes of the last [`TONALITY_STEPS`] steps the share of each pitch class.
    pub(super) tonality: [f32; 12],
    /// For each key how many steps ago it was struck, 1 for the step before; 0 if not within
    /// [`OLDEST`] steps.
    pub(super) age: [u8; KEYS],
    /// How many steps before have been silent, at most [`OLDEST`].
    pub(super) silence: usize,
}

/// The pitch class of a key, C first.
pub(super) fn pitch_class(key: usize) -> usize {
    (key + usize::from(LOWEST_PITCH)) % 12
}

impl<'a> Scene<'a> {
    /// `past` are the steps before, the nearest last; of these the last [`MAX_LOOKBACK_STEPS`] count. The
    /// histories are only gathered where they are asked for.
    pub(super) fn new(past: &'a [Step], place: Place, with_histories: bool) -> Scene<'a> {
        let past = &past[past.len().saturating_sub(MAX_LOOKBACK_STEPS)..];
        let previous = past.last().copied().unwrap_or(Step::SILENCE);
        let mut scene = Scene {
            past,
            previous,
            place,
            chroma: [0; 12],
            tonality: [0.0; 12],
            age: [0; KEYS],
            silence: 0,
        };
        if with_histories {
            scene.gather();
        }
        scene
    }

    fn gather(&mut self) {
        self.previous.play.iter().for_each(|key| self.chroma[pitch_class(key)] += 1);
        let mut strokes = [0u32; 12];
        for step in self.past.iter().rev().take(TONALITY_STEPS) {
            step.articulate.iter().for_each(|key| strokes[pitch_class(key)] += 1);
        }
        let all = strokes.iter().sum::<u32>().max(1) as f32;
        self.tonality = strokes.map(|count| count as f32 / all);
        for (before, step) in self.past.iter().rev().take(OLDEST).enumerate() {
            for key in step.articulate.iter() {
                if self.age[key] == 0 {
                    self.age[key] = before as u8 + 1;
                }
            }
        }
        let silent = self.past.iter().rev().take(OLDEST);
        self.silence = silent.take_while(|step| step.play.is_empty()).count();
    }

    /// The step that was played so many steps before the one that is to be predicted; silence
    /// where nothing is known.
    pub(super) fn ago(&self, steps: usize) -> Step {
        let index = self.past.len().checked_sub(steps);
        index.and_then(|index| self.past.get(index)).copied().unwrap_or(Step::SILENCE)
    }
}
