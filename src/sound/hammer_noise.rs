//! Hammer noise: the knock of hammer and key on the wood, and its sound.

use super::hammer::MEZZO_FORTE;
use super::modal::{BLOCK, Block, ROW};
use super::strings::radians_per_frame;
use super::{SAMPLE_RATE, pseudo_random};
use libm::{cos, exp, exp2, pow, sin};

/// The length of the noise in frames: a quarter of a second, a whole number of blocks.
const FRAMES: usize = 344 * BLOCK;

/// The noise of any key, for each ear: the lowest modes of the soundboard, which die away within a
/// tenth of a second, and a little broadband noise.
#[derive(Debug)]
pub(super) struct HammerNoise {
    ears: [Vec<f32>; 2],
}

impl HammerNoise {
    pub fn new() -> HammerNoise {
        HammerNoise { ears: [1, 2].map(ear) }
    }

    /// A block of its frames.
    fn block(&self, ear: usize, frame: usize) -> &[f32] {
        &self.ears[ear][frame..frame + BLOCK]
    }
}

fn ear(salt: u32) -> Vec<f32> {
    let rate = f64::from(SAMPLE_RATE);
    let mut sound = vec![0.0; FRAMES];
    // The modes of the soundboard: some sixty below 1 kHz, with strong damping.
    for mode in 0..60u32 {
        let octaves = 4.2 * (f64::from(mode) + pseudo_random(mode, 9)) / 60.0;
        let frequency = 55.0 * exp2(octaves);
        let decay = exp(-(14.0 + frequency / 9.0) / rate);
        let gain = (pseudo_random(mode, salt) - 0.5) / (1.0 + frequency / 250.0);
        let (turned, level) =
            (decay * sin(radians_per_frame(frequency)), decay * cos(radians_per_frame(frequency)));
        let (mut re, mut im) = (gain, 0.0);
        for sound in &mut sound {
            *sound += im;
            (re, im) = (re * level - im * turned, re * turned + im * level);
        }
    }
    let (fading, rising) = (exp(-1.0 / (0.018 * rate)), exp(-1.0 / (0.0012 * rate)));
    let (mut smooth, mut felt, mut missing) = ([0.0; 2], 1.6, 1.0);
    for (frame, sound) in sound.iter_mut().enumerate() {
        // White noise through a low-pass filter with two poles at about 1.5 kHz.
        let noise = 2.0 * pseudo_random(frame as u32, salt + 100) - 1.0;
        smooth[0] += 0.2 * (noise - smooth[0]);
        smooth[1] += 0.2 * (smooth[0] - smooth[1]);
        let end = (10.0 * (1.0 - frame as f64 / FRAMES as f64)).min(1.0);
        *sound = (*sound + felt * smooth[1]) * (1.0 - missing) * end;
        felt *= fading;
        missing *= rising;
    }
    sound.into_iter().map(|frame| frame as f32).collect()
}

/// The noise of one stroke while it sounds.
#[derive(Debug, Clone, Copy)]
struct SoundingNoise {
    frame: usize,
    gains: [f32; 2],
}

/// The noises that sound now.
#[derive(Debug, Clone, Default)]
pub(super) struct SoundingNoises(Vec<SoundingNoise>);

impl SoundingNoises {
    pub fn sounds(&self) -> bool {
        !self.0.is_empty()
    }

    /// A key is struck. `sides` are the gains for the two ears.
    pub fn strike(&mut self, pitch: u8, velocity: u8, panning: [f32; 2]) {
        // The higher the key, the larger the share of the noise: the strings get lighter faster
        // than the hammers do.
        let height = (f64::from(pitch) - 21.0) / 87.0;
        let force = pow(f64::from(velocity) / MEZZO_FORTE, 1.4);
        let gain = 0.002 * (0.8 + 0.7 * height) * force;
        self.0.push(SoundingNoise { frame: 0, gains: panning.map(|side| side * gain as f32) });
    }

    /// Adds the next block to the sound of both ears.
    #[inline(always)]
    pub fn add(&mut self, hammer_noise: &HammerNoise, sound: &mut [Block; 2]) {
        for noise in &mut self.0 {
            for (ear, sound) in sound.iter_mut().enumerate() {
                let gain = noise.gains[ear];
                let frames = hammer_noise.block(ear, noise.frame).chunks_exact(ROW);
                for (row, frames) in sound.iter_mut().zip(frames) {
                    for k in 0..ROW {
                        row[k] += gain * frames[k];
                    }
                }
            }
            noise.frame += BLOCK;
        }
        self.0.retain(|noise| noise.frame < FRAMES);
    }
}
