//! All that a training needs to go on as if it had never stopped.

use super::lane::LaneState;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A training between two epochs.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// What is small.
    pub state: TrainerState,
    /// What is large, by name: the weights, their mean, the optimiser's memory, and that of lanes.
    pub tensors: BTreeMap<String, Vec<f32>>,
}

/// The small part of a [`Snapshot`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainerState {
    /// Batches worked on.
    pub epochs: u64,
    /// How many steps the optimiser has made.
    pub(super) optimiser_steps: u64,
    /// How many words of the random stream have been used.
    pub(super) random_words: u64,
    /// The running mean of the loss, with its weight.
    pub(super) mean: (f64, f64),
    /// Where the lanes are, where memory is carried.
    pub(super) lanes: Vec<Option<LaneState>>,
}

/// A snapshot that does not fit.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// Something is missing or has another size.
    #[error(
        "{name} holds {found} values, and the network of this training needs {expected}; it is the \
         checkpoint of another network"
    )]
    Tensor {
        /// What it is.
        name: String,
        /// How long it is.
        found: usize,
        /// How long it should be.
        expected: usize,
    },
    /// Values that are no numbers.
    #[error("{0} holds values that are no finite numbers; go back to an earlier checkpoint")]
    NotFinite(String),
    /// A place that is not in the music.
    #[error("it stands at a place that is not in this music; it is the checkpoint of other files")]
    Place,
}

impl Snapshot {
    /// Takes a tensor out, which must have so many values.
    pub(super) fn take(&mut self, name: &str, expected: usize) -> Result<Vec<f32>, SnapshotError> {
        let values = self.tensors.remove(name).unwrap_or_default();
        if values.len() != expected {
            let (name, found) = (name.to_owned(), values.len());
            return Err(SnapshotError::Tensor { name, found, expected });
        }
        if !values.iter().all(|value| value.is_finite()) {
            return Err(SnapshotError::NotFinite(name.to_owned()));
        }
        Ok(values)
    }
}
