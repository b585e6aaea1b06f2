//! The knock: what hammer and key do to the wood, and the wood to the air.

use super::hammer::MEZZO_FORTE;
use super::strings::turn;
use super::vibration::{QUANTUM, Quantum, ROW};
use super::{SAMPLE_RATE, scattered};
use libm::{cos, exp, exp2, pow, sin};

/// How long a knock lasts, in frames: a quarter of a second, a whole number of quanta.
const FRAMES: usize = 344 * QUANTUM;

/// The knock of any key, for either ear: the soundboard's lowest modes, which die within a tenth
/// of a second, and a breath of noise.
#[derive(Debug)]
pub(super) struct Knock {
    ears: [Vec<f32>; 2],
}

impl Knock {
    pub fn new() -> Knock {
        Knock { ears: [1, 2].map(ear) }
    }

    /// Its next frames.
    fn quantum(&self, ear: usize, frame: usize) -> &[f32] {
        &self.ears[ear][frame..frame + QUANTUM]
    }
}

fn ear(salt: u32) -> Vec<f32> {
    let rate = f64::from(SAMPLE_RATE);
    let mut sound = vec![0.0; FRAMES];
    // The soundboard's modes, some sixty below 1 kHz, all of them broad.
    for mode in 0..60u32 {
        let octaves = 4.2 * (f64::from(mode) + scattered(mode, 9)) / 60.0;
        let frequency = 55.0 * exp2(octaves);
        let decay = exp(-(14.0 + frequency / 9.0) / rate);
        let gain = (scattered(mode, salt) - 0.5) / (1.0 + frequency / 250.0);
        let (turned, level) = (decay * sin(turn(frequency)), decay * cos(turn(frequency)));
        let (mut re, mut im) = (gain, 0.0);
        for sound in &mut sound {
            *sound += im;
            (re, im) = (re * level - im * turned, re * turned + im * level);
        }
    }
    let (fading, rising) = (exp(-1.0 / (0.018 * rate)), exp(-1.0 / (0.0012 * rate)));
    let (mut smooth, mut felt, mut missing) = ([0.0; 2], 1.6, 1.0);
    for (frame, sound) in sound.iter_mut().enumerate() {
        // White noise, made duller by two poles at some 1.5 kHz.
        let noise = 2.0 * scattered(frame as u32, salt + 100) - 1.0;
        smooth[0] += 0.2 * (noise - smooth[0]);
        smooth[1] += 0.2 * (smooth[0] - smooth[1]);
        let end = (10.0 * (1.0 - frame as f64 / FRAMES as f64)).min(1.0);
        *sound = (*sound + felt * smooth[1]) * (1.0 - missing) * end;
        felt *= fading;
        missing *= rising;
    }
    sound.into_iter().map(|frame| frame as f32).collect()
}

/// A knock that is heard.
#[derive(Debug, Clone, Copy)]
struct Heard {
    frame: usize,
    gains: [f32; 2],
}

/// The knocks that are heard now.
#[derive(Debug, Clone, Default)]
pub(super) struct Knocks(Vec<Heard>);

impl Knocks {
    pub fn sounds(&self) -> bool {
        !self.0.is_empty()
    }

    /// A key is struck; `sides` is how much of it either ear hears.
    pub fn strike(&mut self, pitch: u8, velocity: u8, sides: [f32; 2]) {
        // The higher, the more of a stroke is wood: the hammer is no lighter than it must be, but
        // the strings are.
        let height = (f64::from(pitch) - 21.0) / 87.0;
        let force = pow(f64::from(velocity) / MEZZO_FORTE, 1.4);
        let gain = 0.002 * (0.8 + 0.7 * height) * force;
        self.0.push(Heard { frame: 0, gains: sides.map(|side| side * gain as f32) });
    }

    /// Adds the next frames to both ears.
    #[inline(always)]
    pub fn add(&mut self, knock: &Knock, sound: &mut [Quantum; 2]) {
        for heard in &mut self.0 {
            for (ear, sound) in sound.iter_mut().enumerate() {
                let gain = heard.gains[ear];
                let frames = knock.quantum(ear, heard.frame).chunks_exact(ROW);
                for (row, frames) in sound.iter_mut().zip(frames) {
                    for k in 0..ROW {
                        row[k] += gain * frames[k];
                    }
                }
            }
            heard.frame += QUANTUM;
        }
        self.0.retain(|heard| heard.frame < FRAMES);
    }
}
