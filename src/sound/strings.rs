//! The strings of a key: which partials they have, how loud, and how fast those die away.

use super::hammer::{Hammer, MEZZO_FORTE, between};
use super::{SAMPLE_RATE, scattered};
use libm::{cos, exp, log2, sin, sqrt};
use std::f64::consts::PI;

/// The lowest and the highest key of a piano.
pub(super) const LOWEST: u8 = 21;
pub(super) const HIGHEST: u8 = 108;

/// From here on strings have no dampers: on most grand pianos the last octave and a half.
pub(super) const FIRST_UNDAMPED: u8 = 90;

/// The highest partial that is computed, in Hz. What lies above is faint on every piano.
const HIGHEST_PARTIAL: f64 = 12_000.0;

/// A way in which strings swing: a sine that dies away.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Mode {
    /// In Hz.
    pub frequency: f64,
    /// How fast it dies away: its amplitude is e^(−decay·seconds).
    pub decay: f64,
    /// How much faster it dies away below the damper.
    pub damping: f64,
    /// Its amplitude, where a hammer excites it with 1.
    pub gain: f64,
}

/// The strings of a key.
///
/// Strings on one bridge do not swing for themselves (Weinreich, "Coupled piano strings", 1977).
/// Swinging together they move the bridge, sound loud and die soon; swinging against each other, or
/// sideways, they hold it still and last. So each partial is two or three modes: the prompt sound,
/// and an aftersound some 16 dB below it that dies three to four times as slowly. As no unison is
/// perfect, the aftersound is a little out of tune with the prompt sound, and the two beat where
/// they meet.
#[derive(Debug, Clone)]
pub(super) struct Strings {
    /// The prompt sound, strongest and longest first.
    pub prompt: Vec<Mode>,
    /// The aftersound, likewise.
    pub after: Vec<Mode>,
    /// What strikes them.
    pub hammer: Hammer,
}

impl Strings {
    pub fn of(pitch: u8) -> Strings {
        let key = f64::from(pitch);
        let hammer = Hammer::of(pitch);
        let first = frequency(pitch);
        let stiffness = inharmonicity(key);
        let (mut prompt, mut after) = (Vec::new(), Vec::new());
        for partial in 1..=96u32 {
            let n = f64::from(partial);
            let stretch = sqrt((1.0 + stiffness * n * n) / (1.0 + stiffness));
            let frequency = first * n * stretch;
            if frequency > HIGHEST_PARTIAL {
                break;
            }
            let chance = |salt| scattered(u32::from(pitch) * 128 + partial, salt);
            let gain = struck(key, n) * radiation(frequency) * (0.8 + 0.4 * chance(1));
            let decay = decay(key, frequency);
            let damping = damping(pitch, frequency);
            let mode = |frequency, decay, gain| Mode { frequency, decay, damping, gain };
            // The fundamental of the prompt sound is in tune; unisons are off by half a cent or so.
            prompt.push(mode(frequency, between(&PROMPT, key) * decay, gain));
            let mistuning = |salt| {
                (0.2 + 0.35 * chance(salt)) * CENT * frequency
                    + 0.05 * frequency / (frequency + 300.0)
            };
            let lasting = between(&AFTER, key);
            let quieter = 0.11 + 0.12 * chance(2);
            let sign = if chance(3) < 0.5 { -1.0 } else { 1.0 };
            after.push(mode(frequency + sign * mistuning(4), lasting * decay, gain * quieter));
            // Three strings have two ways to swing against each other. Only of the lowest partials
            // can both be heard.
            if pitch >= FIRST_OF_THREE && partial <= 6 {
                let frequency = frequency - sign * mistuning(5);
                after.push(mode(frequency, 1.4 * lasting * decay, 0.6 * gain * quieter));
            }
        }
        let mut strings = Strings { prompt, after, hammer };
        strings.balance(key);
        strings.sort_out();
        strings
    }

    /// Makes all keys about equally loud, but for the ends of the keyboard, which are a little
    /// softer on every piano.
    fn balance(&mut self, key: f64) {
        let power: f64 = self.prompt.iter().map(|mode| self.power(mode)).sum();
        let factor = MEAN_AMPLITUDE * between(&BALANCE, key) / sqrt(power);
        for mode in self.prompt.iter_mut().chain(&mut self.after) {
            mode.gain *= factor;
        }
    }

    /// The power of a mode over the first two fifths of a second at mezzo-forte, as the ear weighs
    /// it: roughly the curve K of ITU-R BS.1770, which takes away what is below 60 Hz and lifts what
    /// is above 1500 Hz by 4 dB.
    fn power(&self, mode: &Mode) -> f64 {
        const WHILE: f64 = 0.4;
        let amplitude = mode.gain * self.hammer.excitation(mode.frequency, MEZZO_FORTE);
        let (low, high) = (square(mode.frequency / 38.0), square(mode.frequency / 1700.0));
        let weight = square(low / (1.0 + low)) * (1.0 + 2.5 * high / (1.0 + high));
        let fading = (1.0 - exp(-2.0 * mode.decay * WHILE)) / (2.0 * mode.decay * WHILE);
        0.5 * square(amplitude) * weight * fading
    }

    /// Leaves out what is never heard, and puts first what is heard longest.
    fn sort_out(&mut self) {
        let hammer = self.hammer;
        let loudest = |mode: &Mode| mode.gain * hammer.excitation(mode.frequency, 127.0);
        // In units of e-foldings: how long a mode sounds above the least amplitude.
        let lasting = |mode: &Mode| libm::log(loudest(mode) / INAUDIBLE) / mode.decay;
        for modes in [&mut self.prompt, &mut self.after] {
            modes.retain(|mode| loudest(mode) > 4.0 * INAUDIBLE);
            modes.sort_by(|a, b| lasting(b).total_cmp(&lasting(a)));
        }
    }
}

/// How loud keys are, one in the middle being 1: the ends of the keyboard are softer.
const BALANCE: [(f64, f64); 5] =
    [(21.0, 0.8), (48.0, 0.95), (60.0, 1.0), (84.0, 0.95), (108.0, 0.5)];

/// How much faster the prompt sound dies than strings on a bridge that holds still, and how fast
/// the aftersound does. Between them is a factor of three to four. In the bass, where the bridge is
/// lively, both are faster.
const PROMPT: [(f64, f64); 4] = [(21.0, 3.4), (36.0, 3.0), (60.0, 1.4), (96.0, 1.4)];
const AFTER: [(f64, f64); 4] = [(21.0, 1.0), (36.0, 0.9), (60.0, 0.35), (96.0, 0.35)];

/// The root of the mean square of a key in the middle that is struck at mezzo-forte, full scale
/// being 1: so much that two hands at their loudest stay below full scale.
const MEAN_AMPLITUDE: f64 = 0.01;

/// The amplitude below which a mode is not computed any more: −114 dB of full scale, less than a
/// tenth of the smallest step of a 16-bit file.
pub(super) const INAUDIBLE: f64 = 2e-6;

/// From here on keys have three strings; below they have two, and the lowest one.
const FIRST_OF_THREE: u8 = 45;

/// A hundredth of a semitone, as a share of the frequency.
const CENT: f64 = 5.777_895e-4;

fn square(x: f64) -> f64 {
    x * x
}

/// The fundamental in Hz: equal temperament, A4 = 440 Hz.
fn frequency(pitch: u8) -> f64 {
    440.0 * libm::exp2((f64::from(pitch) - 69.0) / 12.0)
}

/// The inharmonicity B: stiff strings have their nth partial at n·f·√(1 + B·n²) (Fletcher,
/// "Normal vibration frequencies of a stiff piano string", 1964). Over the keyboard its logarithm
/// follows two straight lines, one of the wound strings and one of the plain ones; the numbers are
/// those of Rigaud, David and Daudet, "A parametric model and estimation techniques for the
/// inharmonicity and tuning of the piano" (2013).
fn inharmonicity(key: f64) -> f64 {
    exp(-0.0847 * key - 5.82) + exp(0.0926 * key - 13.64)
}

/// How fast a partial dies away, in 1/s, before the strings' coupling parts it in two: b₁ + b₃·f².
///
/// The coefficients at C2, C4 and C7 are those of Bensa, Bilbao, Kronland-Martinet and Smith, "The
/// simulation of piano string vibration" (2003), table I, with b₃ = b₂·(2π/c)². Strings below C2
/// die a little faster here than that line says.
fn decay(key: f64, frequency: f64) -> f64 {
    const CONSTANT: [(f64, f64); 4] = [(21.0, 0.19), (36.0, 0.25), (60.0, 1.1), (96.0, 9.17)];
    const QUADRATIC: [(f64, f64); 4] =
        [(21.0, 1.14e-7), (36.0, 1.14e-7), (60.0, 0.98e-7), (96.0, 4.73e-7)];
    between(&CONSTANT, key) + between(&QUADRATIC, key) * square(frequency)
}

/// How much faster it dies below a damper, in 1/s: to a thousandth within half a second in the
/// bass, a sixth of one in the treble; high partials sooner than low ones.
fn damping(pitch: u8, frequency: f64) -> f64 {
    const SECONDS: [(f64, f64); 3] = [(21.0, 0.55), (60.0, 0.28), (89.0, 0.17)];
    if pitch >= FIRST_UNDAMPED {
        return 0.0;
    }
    let softness = 0.75 + 0.75 * frequency / (frequency + 600.0);
    6.9 / between(&SECONDS, f64::from(pitch)) * softness
}

/// How strongly the bridge feels the nth partial of a string that is struck at an eighth of its
/// length, in the treble nearer to its end: |sin(nπ·place)|, but nowhere quite zero, as no hammer is
/// a point.
fn struck(key: f64, n: f64) -> f64 {
    let place = 1.0 / (8.0 + 6.0 * ((key - 60.0) / 48.0).max(0.0));
    sqrt(0.02 + 0.98 * square(sin(n * PI * place)))
}

/// How well a frequency is radiated and heard: little of the lowest, for which a soundboard is too
/// small, little of the highest, and with resonances of a few decibels here and there.
fn radiation(frequency: f64) -> f64 {
    let low = square(frequency / 65.0);
    let octaves = log2(frequency / 100.0);
    let resonances = 1.1 * cos(9.3 * octaves + 0.4)
        + 0.9 * cos(15.1 * octaves + 2.0)
        + 0.7 * cos(23.9 * octaves + 4.1);
    let high = square(frequency / 5000.0);
    low / (1.0 + low) * exp(0.115 * resonances) / (1.0 + high)
}

/// Radians that a frequency turns in a frame.
pub(super) fn turn(frequency: f64) -> f64 {
    2.0 * PI * frequency / f64::from(SAMPLE_RATE)
}
