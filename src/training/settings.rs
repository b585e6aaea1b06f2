//! The settings of a training.

use super::OptimiserSettings;
use crate::network::Architecture;
use crate::segment::SEGMENT_STEPS;
use serde::{Deserialize, Serialize};

/// Everything that decides what a network learns, besides the music and the architecture.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingSettings {
    /// The seed of all random numbers.
    pub seed: u64,
    /// Steps per segment; 128 in the article.
    pub segment: usize,
    /// Segments per batch; 5 in the article.
    pub batch: usize,
    /// The most semitones by which a segment is transposed, up or down, within the keyboard; 0
    /// turns transposition off, as in the article.
    pub transpose: u8,
    /// Truncated backpropagation through time: how many segments of a piece follow each other from
    /// batch to batch, with the LSTM state carried along, before another place in the music is
    /// sampled and the state starts from zero. 1 means that every segment stands alone, as in the
    /// article; 0 means no limit but the end of the piece.
    #[serde(rename = "carry")]
    pub consecutive_segments: u32,
    /// The number of epochs in which the learning rate rises linearly to its full size; 0 for no
    /// warm-up.
    pub warmup: u64,
    /// The epoch after which the learning rate decays with the inverse square root of the epoch; 0
    /// for no decay. It does not depend on when the training ends, because that may change.
    pub decay_after: u64,
    /// The norm at which the gradient of each tensor is clipped; 5 in the authors' program.
    pub clip: f32,
    /// The decay per epoch of an exponential moving average (EMA) of the weights, which is then the
    /// model; 0 for no averaging.
    #[serde(rename = "average")]
    pub ema_decay: f32,
    /// The share of segments from which the network is not told what followed earlier in the piece,
    /// for layouts that tell it.
    #[serde(default)]
    pub hide_matches: f32,
    /// The optimiser.
    pub optimiser: OptimiserSettings,
}

/// A setting outside its range.
#[derive(Debug, thiserror::Error)]
#[error("{name} must be {allowed}, not {value}")]
pub struct SettingsError {
    /// The setting.
    pub name: &'static str,
    /// The allowed values.
    pub allowed: &'static str,
    /// The value.
    pub value: String,
}

impl TrainingSettings {
    /// The settings of the article.
    pub fn article() -> TrainingSettings {
        TrainingSettings {
            seed: 1,
            segment: SEGMENT_STEPS,
            batch: 5,
            transpose: 0,
            consecutive_segments: 1,
            warmup: 0,
            decay_after: 0,
            clip: 5.0,
            ema_decay: 0.0,
            hide_matches: 0.0,
            optimiser: OptimiserSettings::ADADELTA,
        }
    }

    /// The defaults of this program: short segments, eight of which follow each other, so that the
    /// weights are updated eight times where the article updates them once; Adam, with a learning
    /// rate that suits the width of the network; an average of the weights. Each choice was
    /// measured on held-out pieces (docs/experiments.md).
    pub fn standard(architecture: &Architecture) -> TrainingSettings {
        let units = architecture.time.iter().chain(&architecture.note);
        let widest = units.max().copied().unwrap_or(1).max(1);
        TrainingSettings {
            segment: 17,
            batch: 5,
            consecutive_segments: 8,
            decay_after: 800,
            clip: 20.0,
            ema_decay: 0.999,
            optimiser: OptimiserSettings::adam(0.6 / widest as f32),
            ..TrainingSettings::article()
        }
    }

    /// Checks all ranges.
    ///
    /// # Errors
    /// The first setting outside its range.
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
        within(share(self.ema_decay), "average", "0 to under 1", self.ema_decay)?;
        within(share(self.hide_matches), "hide_matches", "0 to under 1", self.hide_matches)?;
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

    /// Whether the LSTM state is carried from batch to batch (truncated BPTT).
    pub fn is_stateful(&self) -> bool {
        self.consecutive_segments != 1
    }

    /// The factor on the learning rate in an epoch, counted from 1.
    pub fn rate_factor(&self, epoch: u64) -> f32 {
        let warm_up = match self.warmup {
            0 => 1.0,
            warmup => (epoch as f64 / warmup as f64).min(1.0),
        };
        let decay = match self.decay_after {
            0 => 1.0,
            after => (after as f64 / epoch.max(after) as f64).sqrt(),
        };
        (warm_up * decay) as f32
    }

    /// The decay of the weights' average in an epoch. It is small in the first epochs, so that
    /// their weights are soon forgotten.
    pub fn ema_decay_at(&self, epoch: u64) -> f32 {
        self.ema_decay.min(epoch as f32 / (epoch + 9) as f32)
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
        assert!(refused(|s| s.ema_decay = 1.0).starts_with("average"));
        assert!(refused(|s| s.optimiser = OptimiserSettings::adam(0.0)).starts_with("rate"));
        assert!(TrainingSettings::article().check().is_ok());
    }
}
