//! The model that a run keeps.

use super::checkpoint::Best;

/// The model that a run keeps: the best one, or the last one where nothing is held out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct KeptModel {
    /// How many epochs (batches) the run has trained in all.
    pub epochs: u64,
    /// The model's validation, if it has been validated.
    pub best: Option<Best>,
}
