//! The strings of a key as modes: their frequencies, amplitudes and decays.

use super::hammer::{Hammer, MEZZO_FORTE, between};
use super::{SAMPLE_RATE, pseudo_random};
use libm::{cos, exp, log2, sin, sqrt};
use std::f64::consts::PI;

/// The lowest and the highest key of a piano.
pub(super) const LOWEST: u8 = 21;
pub(super) const HIGHEST: u8 = 108;

/// The first key without dampers. Most grand pianos have none in the last octave and a half.
pub(super) const FIRST_UNDAMPED: u8 = 90;

/// The highest partial that is computed, in Hz. Higher partials are faint on every piano.
const HIGHEST_PARTIAL: f64 = 12_000.0;

/// A mode of vibration: a sine that decays exponentially.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Mode {
    /// In Hz.
    pub frequency: f64,
    /// The decay rate: the amplitude is e^(−decay·seconds).
    pub decay: f64,
    /// The decay rate that the damper adds.
    pub damping: f64,
    /// The amplitude for an excitation of 1.
    pub gain: f64,
}

/// The strings of a key.
///
/// Strings on one bridge are coupled (Weinreich, "Coupled piano strings", 1977). If they vibrate in
/// phase, they move the bridge, are loud and die away soon. If they vibrate against each other, or
/// sideways, the bridge stays at rest and they last. So each partial is two or three modes: the
/// prompt sound, and an aftersound that is some 16 dB softer and dies away three to four times as
/// slowly. No unison is perfect, so the aftersound is slightly out of tune with the prompt sound,
/// and the two beat while both are heard.
#[derive(Debug, Clone)]
pub(super) struct Strings {
    /// The modes of the prompt sound; those that sound longest come first.
    pub prompt: Vec<Mode>,
    /// The modes of the aftersound, in the same order.
    pub after: Vec<Mode>,
    /// The hammer that strikes them.
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
            let chance = |salt| pseudo_random(u32::from(pitch) * 128 + partial, salt);
            let gain = struck(key, n) * radiation(frequency) * (0.8 + 0.4 * chance(1));
            let decay = decay(key, frequency);
            let damping = damping(pitch, frequency);
            let mode = |frequency, decay, gain| Mode { frequency, decay, damping, gain };
            // The prompt sound is in tune. Unisons are off by about half a cent.
            prompt.push(mode(frequency, between(&PROMPT, key) * decay, gain));
            let mistuning = |salt| {
                (0.2 + 0.35 * chance(salt)) * CENT * frequency
                    + 0.05 * frequency / (frequency + 300.0)
            };
            let lasting = between(&AFTER, key);
            let quieter = 0.11 + 0.12 * chance(2);
            let sign = if chance(3) < 0.5 { -1.0 } else { 1.0 };
            after.push(mode(frequency + sign * mistuning(4), lasting * decay, gain * quieter));
            // Three strings can vibrate against each other in two ways. Both can be heard only in
            // the lowest partials.
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

    /// Makes all keys about equally loud, except the ends of the keyboard, which are a little
    /// softer on every piano.
    fn balance(&mut self, key: f64) {
        let power: f64 = self.prompt.iter().map(|mode| self.power(mode)).sum();
        let factor = MEAN_AMPLITUDE * between(&BALANCE, key) / sqrt(power);
        for mode in self.prompt.iter_mut().chain(&mut self.after) {
            mode.gain *= factor;
        }
    }

    /// The perceived power of a mode over the first 0.4 seconds at mezzo-forte. The weighting is
    /// roughly the K curve of ITU-R BS.1770, which cuts below 60 Hz and adds 4 dB above 1500 Hz.
    fn power(&self, mode: &Mode) -> f64 {
        const WHILE: f64 = 0.4;
        let amplitude = mode.gain * self.hammer.excitation(mode.frequency, MEZZO_FORTE);
        let (low, high) = (square(mode.frequency / 38.0), square(mode.frequency / 1700.0));
        let weight = square(low / (1.0 + low)) * (1.0 + 2.5 * high / (1.0 + high));
        let fading = (1.0 - exp(-2.0 * mode.decay * WHILE)) / (2.0 * mode.decay * WHILE);
        0.5 * square(amplitude) * weight * fading
    }

    /// Removes modes that are never audible, and puts those first that are audible longest.
    fn sort_out(&mut self) {
        let hammer = self.hammer;
        let loudest = |mode: &Mode| mode.gain * hammer.excitation(mode.frequency, 127.0);
        // How long a mode stays above the inaudible amplitude, in seconds.
        let lasting = |mode: &Mode| libm::log(loudest(mode) / INAUDIBLE) / mode.decay;
        for modes in [&mut self.prompt, &mut self.after] {
            modes.retain(|mode| loudest(mode) > 4.0 * INAUDIBLE);
            modes.sort_by(|a, b| lasting(b).total_cmp(&lasting(a)));
        }
    }
}

/// The amplitude of keys relative to one in the middle. The ends of the keyboard are softer.
const BALANCE: [(f64, f64); 5] =
    [(21.0, 0.8), (48.0, 0.95), (60.0, 1.0), (84.0, 0.95), (108.0, 0.5)];

/// The decay of the prompt sound and of the aftersound, relative to strings on a rigid bridge. They
/// differ by a factor of three to four. In the bass, where the bridge moves more, both are faster.
const PROMPT: [(f64, f64); 4] = [(21.0, 3.4), (36.0, 3.0), (60.0, 1.4), (96.0, 1.4)];
const AFTER: [(f64, f64); 4] = [(21.0, 1.0), (36.0, 0.9), (60.0, 0.35), (96.0, 0.35)];

/// The RMS amplitude of a key in the middle at mezzo-forte, where full scale is 1. With this, two
/// hands at their loudest stay below full scale.
const MEAN_AMPLITUDE: f64 = 0.01;

/// The amplitude below which a mode is no longer computed: −114 dBFS, less than a tenth of the
/// smallest step of a 16-bit file.
pub(super) const INAUDIBLE: f64 = 2e-6;

/// The first key with three strings. Keys below have two, and the lowest keys one.
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

/// The inharmonicity B: the nth partial of a stiff string lies at n·f·√(1 + B·n²) (Fletcher,
/// "Normal vibration frequencies of a stiff piano string", 1964). Over the keyboard, its logarithm
/// follows two straight lines, one for wound and one for plain strings. The numbers are from
/// Rigaud, David and Daudet, "A parametric model and estimation techniques for the inharmonicity
/// and tuning of the piano" (2013).
fn inharmonicity(key: f64) -> f64 {
    exp(-0.0847 * key - 5.82) + exp(0.0926 * key - 13.64)
}

/// The decay rate of a partial in 1/s, without the coupling of the strings, which splits it in two:
/// b₁ + b₃·f².
///
/// The coefficients at C2, C4 and C7 are those of Bensa, Bilbao, Kronland-Martinet and Smith, "The
/// simulation of piano string vibration" (2003), table I, with b₃ = b₂·(2π/c)². Below C2, strings
/// die away a little faster here than in that table's extrapolation.
fn decay(key: f64, frequency: f64) -> f64 {
    const CONSTANT: [(f64, f64); 4] = [(21.0, 0.19), (36.0, 0.25), (60.0, 1.1), (96.0, 9.17)];
    const QUADRATIC: [(f64, f64); 4] =
        [(21.0, 1.14e-7), (36.0, 1.14e-7), (60.0, 0.98e-7), (96.0, 4.73e-7)];
    between(&CONSTANT, key) + between(&QUADRATIC, key) * square(frequency)
}

/// The decay rate that a damper adds, in 1/s. The sound falls to a thousandth within half a second
/// in the bass and a sixth of a second in the treble. High partials die away sooner than low ones.
fn damping(pitch: u8, frequency: f64) -> f64 {
    const SECONDS: [(f64, f64); 3] = [(21.0, 0.55), (60.0, 0.28), (89.0, 0.17)];
    if pitch >= FIRST_UNDAMPED {
        return 0.0;
    }
    let softness = 0.75 + 0.75 * frequency / (frequency + 600.0);
    6.9 / between(&SECONDS, f64::from(pitch)) * softness
}

/// The strength of the nth partial by the place of the hammer: |sin(nπ·place)|. The hammer strikes
/// at an eighth of the string's length, and nearer to its end in the treble. The strength is
/// nowhere quite zero, because a hammer is not a point.
fn struck(key: f64, n: f64) -> f64 {
    let place = 1.0 / (8.0 + 6.0 * ((key - 60.0) / 48.0).max(0.0));
    sqrt(0.02 + 0.98 * square(sin(n * PI * place)))
}

/// How well the soundboard radiates a frequency. It is too small for the lowest frequencies, weak
/// for the highest, and has resonances of a few decibels in between.
fn radiation(frequency: f64) -> f64 {
    let low = square(frequency / 65.0);
    let octaves = log2(frequency / 100.0);
    let resonances = 1.1 * cos(9.3 * octaves + 0.4)
        + 0.9 * cos(15.1 * octaves + 2.0)
        + 0.7 * cos(23.9 * octaves + 4.1);
    let high = square(frequency / 5000.0);
    low / (1.0 + low) * exp(0.115 * resonances) / (1.0 + high)
}

/// The phase advance of a frequency per frame, in radians.
pub(super) fn radians_per_frame(frequency: f64) -> f64 {
    2.0 * PI * frequency / f64::from(SAMPLE_RATE)
}
