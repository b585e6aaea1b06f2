//! How a network is to be trained.

use super::OptimiserSettings;
use crate::network::Architecture;
use crate::segment::SEGMENT_STEPS;
use serde::{Deserialize, Serialize};

/// All that decides, with the music and the architecture, what a network learns.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingSettings {
    /// The seed of all random numbers.
    pub seed: u64,
    /// Steps to a segment; the article's 128.
    pub segment: usize,
    /// Segments to a batch; the article's 5.
    pub batch: usize,
    /// By how many semitones a segment may be transposed, either way and within the keyboard; 0 for
    /// never, as in the article.
    pub transpose: u8,
    /// How many segments of a piece follow each other, from batch to batch and with the memory carried
    /// on, before the music begins anew elsewhere with an empty memory: 1 for segments that stand
    /// alone, as the article's; 0 for all to the end of the piece.
    pub carry: u32,
    /// In how many epochs the rate rises to its full size; 0 for at once.
    pub warmup: u64,
    /// After how many epochs the rate begins to fall, with one over the square root of the epoch; 0
    /// for never. It does not depend on when the training is to end, which may change.
    pub decay_after: u64,
    /// Where the gradient of a tensor is clipped; the authors' 5.
    pub clip: f32,
    /// How much of the mean of the weights is kept from epoch to epoch, in which case that mean is
    /// the model; 0 for no averaging.
    pub average: f32,
    /// How the parameters follow their gradient.
    pub optimiser: OptimiserSettings,
}

/// Settings with which nobody can train.
#[derive(Debug, thiserror::Error)]
#[error("{name} must be {allowed}, not {value}")]
pub struct SettingsError {
    /// The setting.
    pub name: &'static str,
    /// What it may be.
    pub allowed: &'static str,
    /// What it is.
    pub value: String,
}

impl TrainingSettings {
    /// As the article trained.
    pub fn article() -> TrainingSettings {
        TrainingSettings {
            seed: 1,
            segment: SEGMENT_STEPS,
            batch: 5,
            transpose: 0,
            carry: 1,
            warmup: 0,
            decay_after: 0,
            clip: 5.0,
            average: 0.0,
            optimiser: OptimiserSettings::ADADELTA,
        }
    }

    /// As this program trains unless it is told otherwise: short segments, eight of which follow each
    /// other, so that the weights move eight times where the article's move once; Adam, with a rate that suits
    /// the width of the network; the mean of the weights. Each choice was measured on pieces that were
    /// held out (docs/experiments.md).
    pub fn standard(architecture: &Architecture) -> TrainingSettings {
        let units = architecture.time.iter().chain(&architecture.note);
        let widest = units.max().copied().unwrap_or(1).max(1);
        TrainingSettings {
            segment: 17,
            batch: 5,
            carry: 8,
            decay_after: 800,
            clip: 20.0,
            average: 0.999,
            optimiser: OptimiserSettings::adam(0.6 / widest as f32),
            ..TrainingSettings::article()
        }
    }

    /// Says what is wrong with the settings, if something is.
    pub fn check(&self) -> Result<(), SettingsError> {
        fn within<T: ToString>(
            good: bool,
            name: &'static str,
            allowed: &'static str,
            value: T,
        ) -> Result<(), SettingsError> {
            if good {
                Ok(())
            } else {
                Err(SettingsError { name, allowed, value: value.to_string() })
            }
        }
        let share = |value: f32| (0.0..1.0).contains(&value);
        let more = |value: f32| value.is_finite() && value > 0.0;
        within((2..=65_536).contains(&self.segment), "segment", "2 to 65536 steps", self.segment)?;
        within((1..=65_536).contains(&self.batch), "batch", "1 to 65536 segments", self.batch)?;
        within(self.transpose <= 43, "transpose", "0 to 43 semitones", self.transpose)?;
        within(more(self.clip), "clip", "more than 0", self.clip)?;
        within(share(self.average), "average", "0 to under 1", self.average)?;
        within(more(self.optimiser.rate()), "rate", "more than 0", self.optimiser.rate())?;
        match self.optimiser {
            OptimiserSettings::Adadelta { rho, epsilon, .. } => {
                within(share(rho), "rho", "0 to under 1", rho)?;
                within(more(epsilon), "epsilon", "more than 0", epsilon)
            }
            OptimiserSettings::Adam { beta1, beta2, epsilon, .. } => {
                within(share(beta1), "beta1", "0 to under 1", beta1)?;
                within(share(beta2), "beta2", "0 to under 1", beta2)?;
                within(more(epsilon), "epsilon", "more than 0", epsilon)
            }
        }
    }

    /// Whether memory is carried from batch to batch.
    pub fn carries(&self) -> bool {
        self.carry != 1
    }

    /// The factor on the rate in an epoch, of which the first is 1.
    pub fn rate_factor(&self, epoch: u64) -> f32 {
        let rising = match self.warmup {
            0 => 1.0,
            warmup => (epoch as f64 / warmup as f64).min(1.0),
        };
        let falling = match self.decay_after {
            0 => 1.0,
            after => (after as f64 / epoch.max(after) as f64).sqrt(),
        };
        (rising * falling) as f32
    }

    /// How much of the mean of the weights is kept in an epoch: little in the first ones, whose
    /// weights are best forgotten.
    pub fn ema_decay(&self, epoch: u64) -> f32 {
        self.average.min(epoch as f32 / (epoch + 9) as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_rises_stays_and_falls_with_the_root() {
        let settings =
            TrainingSettings { warmup: 10, decay_after: 100, ..TrainingSettings::article() };
        let factors = [1, 5, 10, 100, 400, 10_000].map(|epoch| settings.rate_factor(epoch));
        assert_eq!(factors, [0.1, 0.5, 1.0, 1.0, 0.5, 0.1]);
        assert_eq!(TrainingSettings::article().rate_factor(5000), 1.0);
    }

    #[test]
    fn settings_that_cannot_be_are_refused_by_name() {
        let refused = |change: fn(&mut TrainingSettings)| {
            let mut settings = TrainingSettings::article();
            change(&mut settings);
            settings.check().unwrap_err().to_string()
        };
        assert_eq!(refused(|s| s.segment = 1), "segment must be 2 to 65536 steps, not 1");
        assert!(refused(|s| s.batch = 0).starts_with("batch"));
        assert!(refused(|s| s.transpose = 44).starts_with("transpose"));
        assert!(refused(|s| s.clip = f32::NAN).starts_with("clip"));
        assert!(refused(|s| s.average = 1.0).starts_with("average"));
        assert!(refused(|s| s.optimiser = OptimiserSettings::adam(0.0)).starts_with("rate"));
        assert!(TrainingSettings::article().check().is_ok());
    }
}
