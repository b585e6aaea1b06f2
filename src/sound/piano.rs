//! The piano of our own.

use super::instrument::{Event, Instrument};
use super::knock::{Knock, Knocks};
use super::reverb::Reverb;
use super::scattered;
use super::strings::{HIGHEST, LOWEST};
use super::vibration::{QUANTUM, Quantum, ROW, SILENCE, StringSet, Vibration};
use libm::{cos, sin};
use pulp::{Arch, Simd, WithSimd};
use std::array::from_fn;
use std::sync::Arc;

const KEYS: usize = (HIGHEST - LOWEST + 1) as usize;

/// A piano of 88 keys in a small room, tuned to equal temperament with A4 = 440 Hz.
///
/// Each string set is the sum of its modes: partials that are as inharmonic as piano strings are,
/// each with a prompt sound and an aftersound. What strikes it excites them by its velocity; a
/// damper takes the sound away unless key or pedal hold it up; the last octave and a half has none.
/// Mode by mode is computed until it cannot be heard, so any number of keys may sound.
///
/// Events are heard from the next multiple of 32 frames on (0.7 ms). A copy goes on independently.
#[derive(Debug, Clone)]
pub struct Piano {
    design: Arc<Design>,
    keys: Vec<Vibration>,
    knocks: Knocks,
    reverb: Reverb,
    pedal: bool,
    /// The frames that were computed last, and how many of them have been handed out.
    frames: [[f32; QUANTUM]; 2],
    handed_out: usize,
}

/// What does not change when it is played.
#[derive(Debug)]
struct Design {
    machine: Arch,
    sets: Vec<StringSet>,
    /// How much of the prompt sound and of the aftersound of each key either ear hears.
    sides: Vec<[[f32; 2]; 2]>,
    knock: Knock,
}

impl Piano {
    /// A piano that nobody has touched.
    pub fn new() -> Piano {
        let pitches = LOWEST..=HIGHEST;
        let design = Design {
            machine: Arch::new(),
            sets: pitches.clone().map(StringSet::of).collect(),
            sides: pitches.map(sides).collect(),
            knock: Knock::new(),
        };
        Piano {
            design: Arc::new(design),
            keys: vec![Vibration::default(); KEYS],
            knocks: Knocks::default(),
            reverb: Reverb::new(),
            pedal: false,
            frames: [[0.0; QUANTUM]; 2],
            handed_out: QUANTUM,
        }
    }

    fn key(pitch: u8) -> Option<usize> {
        (LOWEST..=HIGHEST).contains(&pitch).then(|| usize::from(pitch - LOWEST))
    }

    /// Computes the next quantum.
    fn compute(&mut self) {
        struct Compute<'a>(&'a mut Piano);
        impl WithSimd for Compute<'_> {
            type Output = [Quantum; 2];
            #[inline(always)]
            fn with_simd<S: Simd>(self, _simd: S) -> [Quantum; 2] {
                self.0.quantum()
            }
        }
        let machine = self.design.machine;
        let sound = machine.dispatch(Compute(self));
        for (frames, sound) in self.frames.iter_mut().zip(&sound) {
            for (frames, row) in frames.chunks_exact_mut(ROW).zip(sound) {
                frames.copy_from_slice(row);
            }
        }
        self.handed_out = 0;
    }

    #[inline(always)]
    fn quantum(&mut self) -> [Quantum; 2] {
        let design = &*self.design;
        let mut sound = [SILENCE; 2];
        let sets = design.sets.iter().zip(&design.sides);
        for (key, (set, sides)) in self.keys.iter_mut().zip(sets).filter(|(key, _)| key.sounds()) {
            let parts = key.next(set, self.pedal);
            for (part, gains) in parts.iter().zip(sides) {
                for (sound, gain) in sound.iter_mut().zip(gains) {
                    for (sound, part) in sound.iter_mut().zip(part) {
                        *sound = from_fn(|k| sound[k] + gain * part[k]);
                    }
                }
            }
        }
        self.knocks.add(&design.knock, &mut sound);
        if !(self.reverb.is_silent() && sound == [SILENCE; 2]) {
            self.reverb.add(&mut sound);
        }
        sound
    }
}

impl Default for Piano {
    fn default() -> Piano {
        Piano::new()
    }
}

impl Instrument for Piano {
    fn play(&mut self, event: Event) {
        match event {
            Event::Strike { pitch, velocity } => {
                let Some(key) = Piano::key(pitch) else { return };
                let design = &*self.design;
                self.keys[key].holds += 1;
                self.keys[key].strike(&design.sets[key], velocity);
                self.knocks.strike(pitch, velocity, design.sides[key][0]);
            }
            Event::Release { pitch } => {
                let Some(key) = Piano::key(pitch) else { return };
                self.keys[key].holds = self.keys[key].holds.saturating_sub(1);
            }
            Event::Pedal { down } => self.pedal = down,
        }
    }

    fn render(&mut self, left: &mut [f32], right: &mut [f32]) {
        assert_eq!(left.len(), right.len());
        let mut done = 0;
        while done < left.len() {
            if self.handed_out == QUANTUM {
                self.compute();
            }
            let count = (QUANTUM - self.handed_out).min(left.len() - done);
            let from = self.handed_out..self.handed_out + count;
            left[done..done + count].copy_from_slice(&self.frames[0][from.clone()]);
            right[done..done + count].copy_from_slice(&self.frames[1][from]);
            self.handed_out += count;
            done += count;
        }
    }

    fn is_silent(&self) -> bool {
        let rest = |ear: &[f32; QUANTUM]| ear[self.handed_out..].iter().all(|&frame| frame == 0.0);
        !self.keys.iter().any(Vibration::sounds)
            && !self.knocks.sounds()
            && self.reverb.is_silent()
            && self.frames.iter().all(rest)
    }
}

/// How much of a key's prompt sound and of its aftersound either ear hears: as from the player's
/// seat, low keys from the left, high keys from the right; the aftersound, which comes from another
/// part of the soundboard, from beside it. Both ears together always hear the same power.
fn sides(pitch: u8) -> [[f32; 2]; 2] {
    let place = (f64::from(pitch) - 64.5) / 43.5;
    let beside = 0.5 * (scattered(u32::from(pitch), 7) - 0.5);
    [0.42 * place, 0.2 * place + beside].map(|place| {
        let angle = (1.0 + place) * std::f64::consts::FRAC_PI_4;
        [cos(angle) as f32, sin(angle) as f32]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_code_and_wide_registers_give_the_same_bits() {
        let fast = Piano::new();
        let design = Arc::into_inner(Piano::new().design).expect("nobody else has it");
        let design = Design { machine: Arch::Scalar, ..design };
        let plain = Piano { design: Arc::new(design), ..Piano::new() };
        let [fast, plain] = [fast, plain].map(|mut piano| {
            let mut sound = [vec![0.0; 9000], vec![0.0; 9000]];
            for (at, pitch) in (21..=108).enumerate() {
                piano.play(Event::Strike { pitch, velocity: 40 + at as u8 });
                piano.play(Event::Pedal { down: at % 7 < 4 });
                piano.play(Event::Release { pitch: pitch - 2 });
                let [left, right] = &mut sound;
                piano.render(
                    &mut left[100 * at..100 * at + 100],
                    &mut right[100 * at..100 * at + 100],
                );
            }
            sound
        });
        assert!(fast == plain);
        assert!(fast.iter().flatten().any(|&sample| sample != 0.0));
    }
}
