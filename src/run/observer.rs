//! What can be seen of a run from outside.

use super::StopReason;
use super::checkpoint::Best;

/// What an epoch has shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EpochReport {
    /// Batches worked on.
    pub epoch: u64,
    /// Nats a step, a running mean over the last batches.
    pub mean: f64,
    /// The last validation, in nats a step, if there has been one.
    pub validation: Option<f64>,
}

/// Somebody who watches a run, and may end it.
pub trait Observer: Sync {
    /// An epoch is done, and all that it leaves behind is written.
    fn epoch_done(&mut self, report: &EpochReport);
    /// Whether the run is to be interrupted: asked before each epoch, and again and again while pieces
    /// are validated.
    fn should_stop(&self) -> bool;
}

/// How a run stands that has ended or been interrupted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RunOutcome {
    /// Why it has.
    pub stop_reason: StopReason,
    /// Batches worked on, those before a resume included.
    pub epochs: u64,
    /// Seconds of training, those before a resume included.
    pub seconds: f64,
    /// The validation of the model that is kept, if it has been validated.
    pub best: Option<Best>,
}
