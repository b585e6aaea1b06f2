//! The synthesised piano.

use super::hammer_noise::{HammerNoise, SoundingNoises};
use super::instrument::{Event, Instrument, softened};
use super::modal::{BLOCK, Block, ROW, SILENCE, StringSet, StringState};
use super::pseudo_random;
use super::reverb::Reverb;
use super::strings::{HIGHEST, LOWEST};
use libm::{cos, sin};
use pulp::{Arch, Simd, WithSimd};
use std::array::from_fn;
use std::sync::Arc;

const KEYS: usize = (HIGHEST - LOWEST + 1) as usize;

/// A piano of 88 keys in a small room, made by modal synthesis and tuned to equal temperament with
/// A4 = 440 Hz.
///
/// The sound of the strings of a key is the sum of their modes. Each partial, as inharmonic as that
/// of a piano string, has a prompt sound and an aftersound. The hammer excites the modes by its
/// velocity. A damper stops them unless the key or a pedal holds it up; the last octave and a half has
/// no dampers. A damper that has fallen on strings stays there for a moment, even if the pedal is
/// down again. Every mode is computed until it is inaudible, so any number of keys may
/// sound.
///
/// An event is heard from the next multiple of 32 frames (0.7 ms) on. A clone of the piano goes on
/// independently.
#[derive(Debug, Clone)]
pub struct Piano {
    parameters: Arc<PianoParameters>,
    keys: Vec<StringState>,
    noises: SoundingNoises,
    reverb: Reverb,
    pedal: bool,
    soft: bool,
    /// The block that was computed last, and how many of its frames have been handed out.
    frames: [[f32; BLOCK]; 2],
    handed_out: usize,
}

/// The part of a piano that does not change while it is played.
#[derive(Debug)]
struct PianoParameters {
    arch: Arch,
    sets: Vec<StringSet>,
    /// For each key, the gains of its prompt sound and of its aftersound for the two ears.
    panning: Vec<[[f32; 2]; 2]>,
    hammer_noise: HammerNoise,
}

impl Piano {
    /// A silent piano.
    pub fn new() -> Piano {
        let pitches = LOWEST..=HIGHEST;
        let parameters = PianoParameters {
            arch: Arch::new(),
            sets: pitches.clone().map(StringSet::of).collect(),
            panning: pitches.map(panning).collect(),
            hammer_noise: HammerNoise::new(),
        };
        Piano {
            parameters: Arc::new(parameters),
            keys: vec![StringState::default(); KEYS],
            noises: SoundingNoises::default(),
            reverb: Reverb::new(),
            pedal: false,
            soft: false,
            frames: [[0.0; BLOCK]; 2],
            handed_out: BLOCK,
        }
    }

    fn key(pitch: u8) -> Option<usize> {
        (LOWEST..=HIGHEST).contains(&pitch).then(|| usize::from(pitch - LOWEST))
    }

    /// Computes the next block.
    fn compute(&mut self) {
        struct Compute<'a>(&'a mut Piano);
        impl WithSimd for Compute<'_> {
            type Output = [Block; 2];
            #[inline(always)]
            fn with_simd<S: Simd>(self, _simd: S) -> [Block; 2] {
                self.0.block()
            }
        }
        let arch = self.parameters.arch;
        let sound = arch.dispatch(Compute(self));
        for (frames, sound) in self.frames.iter_mut().zip(&sound) {
            for (frames, row) in frames.chunks_exact_mut(ROW).zip(sound) {
                frames.copy_from_slice(row);
            }
        }
        self.handed_out = 0;
    }

    #[inline(always)]
    fn block(&mut self) -> [Block; 2] {
        let parameters = &*self.parameters;
        let mut sound = [SILENCE; 2];
        let sets = parameters.sets.iter().zip(&parameters.panning);
        for (key, (set, panning)) in self.keys.iter_mut().zip(sets).filter(|(key, _)| key.sounds())
        {
            let parts = key.next(set, self.pedal);
            for (part, gains) in parts.iter().zip(panning) {
                for (sound, gain) in sound.iter_mut().zip(gains) {
                    for (sound, part) in sound.iter_mut().zip(part) {
                        *sound = from_fn(|k| sound[k] + gain * part[k]);
                    }
                }
            }
        }
        self.noises.add(&parameters.hammer_noise, &mut sound);
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
                let parameters = &*self.parameters;
                let velocity = if self.soft { softened(velocity) } else { velocity };
                self.keys[key].press();
                self.keys[key].strike(&parameters.sets[key], velocity);
                self.noises.strike(pitch, velocity, parameters.panning[key][0]);
            }
            Event::Release { pitch } => {
                let Some(key) = Piano::key(pitch) else { return };
                self.keys[key].holds = self.keys[key].holds.saturating_sub(1);
            }
            Event::Pedal { down } => {
                if self.pedal && !down {
                    self.keys.iter_mut().for_each(StringState::drop_damper);
                }
                self.pedal = down;
            }
            Event::Sostenuto { down } => {
                self.keys.iter_mut().for_each(|key| key.sostenuto(down));
            }
            Event::Soft { down } => self.soft = down,
        }
    }

    fn render(&mut self, left: &mut [f32], right: &mut [f32]) {
        assert_eq!(left.len(), right.len());
        let mut done = 0;
        while done < left.len() {
            if self.handed_out == BLOCK {
                self.compute();
            }
            let count = (BLOCK - self.handed_out).min(left.len() - done);
            let from = self.handed_out..self.handed_out + count;
            left[done..done + count].copy_from_slice(&self.frames[0][from.clone()]);
            right[done..done + count].copy_from_slice(&self.frames[1][from]);
            self.handed_out += count;
            done += count;
        }
    }

    fn is_silent(&self) -> bool {
        let rest = |ear: &[f32; BLOCK]| ear[self.handed_out..].iter().all(|&frame| frame == 0.0);
        !self.keys.iter().any(StringState::sounds)
            && !self.noises.sounds()
            && self.reverb.is_silent()
            && self.frames.iter().all(rest)
    }
}

/// Constant-power panning: the gains of a key's prompt sound and of its aftersound for the two
/// ears. As from the player's seat, low keys sound from the left and high keys from the right. The
/// aftersound comes from another part of the soundboard, a little to the side.
fn panning(pitch: u8) -> [[f32; 2]; 2] {
    let place = (f64::from(pitch) - 64.5) / 43.5;
    let beside = 0.5 * (pseudo_random(u32::from(pitch), 7) - 0.5);
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
        let parameters =
            Arc::into_inner(Piano::new().parameters).expect("there is no other reference");
        let parameters = PianoParameters { arch: Arch::Scalar, ..parameters };
        let plain = Piano { parameters: Arc::new(parameters), ..Piano::new() };
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
