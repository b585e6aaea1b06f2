//! How loud a sound is, be it ever so soft.

use super::SAMPLE_RATE;
use ebur128::{EbuR128, Mode};

/// The number of samples that are measured at once.
const BLOCK: usize = 8192;

/// A meter of loudness and true peaks after ITU-R BS.1770, for stereo.
pub(super) struct Meter(EbuR128);

/// A sound's integrated loudness in LUFS, not finite if everything is silent, and its highest true
/// peak, where 1 is full scale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Measured {
    pub loudness: f64,
    pub peak: f64,
}

/// The loudness below which a sound is measured again. The standard leaves out what is below −70
/// LUFS, which is thought to be the noise of a recording. In a very soft piece it would leave out
/// notes, or all of them.
const SOFT: f64 = -50.0;

impl Meter {
    pub fn new() -> Meter {
        let modes = Mode::I | Mode::TRUE_PEAK;
        Meter(EbuR128::new(2, SAMPLE_RATE, modes).expect("two channels at a usual rate"))
    }

    /// Adds frames, a sample of the left and one of the right channel in turn.
    pub fn add(&mut self, samples: &[f32]) {
        self.0.add_frames_f32(samples).expect("two channels");
    }

    pub fn measured(&self) -> Measured {
        let peak = |channel| self.0.true_peak(channel).expect("true peaks are measured");
        let loudness = self.0.loudness_global().expect("integrated loudness is measured");
        Measured { loudness, peak: peak(0).max(peak(1)) }
    }
}

impl Measured {
    /// Whether the sound must be measured [again](Self::again).
    pub fn is_soft(self) -> bool {
        self.peak > 0.0 && (!self.loudness.is_finite() || self.loudness < SOFT)
    }

    /// Measures a soft sound as if its peak were at half of full scale, so that nothing of it is
    /// taken for noise.
    pub fn again<E>(self, samples: impl Iterator<Item = Result<f32, E>>) -> Result<Measured, E> {
        // A power of two, which changes nothing but the exponents of the samples.
        let exponent = (-1.0 - libm::log2(self.peak)).floor();
        let factor = libm::exp2(exponent) as f32;
        let mut meter = Meter::new();
        let mut block = Vec::with_capacity(BLOCK);
        for sample in samples {
            block.push(sample? * factor);
            if block.len() == BLOCK {
                meter.add(&block);
                block.clear();
            }
        }
        meter.add(&block);
        let raised = meter.measured();
        let loudness = raised.loudness - 20.0 * exponent * std::f64::consts::LOG10_2;
        Ok(Measured { loudness, ..self })
    }
}
