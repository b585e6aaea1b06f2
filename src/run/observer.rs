//! Watching a run from outside.

use super::StopReason;
use super::checkpoint::Best;

/// The results of an epoch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EpochReport {
    /// How many epochs (batches) have been trained.
    pub epoch: u64,
    /// The mean training loss over the last batches, in nats per step.
    pub mean: f64,
    /// The last validation loss in nats per step, if there is one.
    pub validation: Option<f64>,
}

/// Watches a run, and can stop it.
pub trait Observer: Sync {
    /// Called after each epoch, when all its files have been written.
    fn epoch_done(&mut self, report: &EpochReport);
    /// Whether to interrupt the run. Called before each epoch, and repeatedly during
    /// validation.
    fn should_stop(&self) -> bool;
}

/// The result of a run that has ended or was interrupted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RunOutcome {
    /// Why the run has stopped.
    pub stop_reason: StopReason,
    /// How many epochs (batches) have been trained, including those before a resume.
    pub epochs: u64,
    /// Seconds of training, including those before a resume.
    pub seconds: f64,
    /// The validation of the model that the run keeps, if it was validated.
    pub best: Option<Best>,
}
