//! Everything that a training needs to continue as if it had never stopped.

use super::lane::LaneState;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The state of a training between two epochs.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// Counters and places.
    pub state: TrainerState,
    /// Tensors by name: the weights, their moving average, the optimiser's moments, and the LSTM
    /// states of the lanes.
    pub tensors: BTreeMap<String, Vec<f32>>,
}

/// The counters and places of a [`Snapshot`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainerState {
    /// Epochs so far, of one batch each.
    pub epochs: u64,
    /// Steps of the optimiser so far.
    pub(super) optimiser_steps: u64,
    /// Words of the random stream that have been used.
    pub(super) random_words: u64,
    /// The weighted sum of the losses, and the sum of the weights.
    pub(super) mean: (f64, f64),
    /// The places of the lanes, in truncated backpropagation through time.
    pub(super) lanes: Vec<Option<LaneState>>,
}

/// Why a training cannot be resumed from a snapshot.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// A tensor is missing or has another size.
    #[error(
        "{name} has {found} values, but the network of this training needs {expected}: this is the \
         checkpoint of another network"
    )]
    Tensor {
        /// The tensor.
        name: String,
        /// The number of its values.
        found: usize,
        /// The number of values that it should have.
        expected: usize,
    },
    /// A tensor has values that are not finite.
    #[error("{0} has values that are not finite numbers; go back to an earlier checkpoint")]
    NotFinite(String),
    /// A lane is at a place that is not in the music.
    #[error(
        "its place in the music does not exist: this is the checkpoint of a training on other files"
    )]
    Place,
}

impl Snapshot {
    /// Takes out a tensor, which must have `expected` values, all of them finite.
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
