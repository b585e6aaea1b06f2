//! Models: a network with everything that composing with it needs.

mod built_in;
mod file;
mod write;

pub use built_in::built_in;
pub use file::{ModelError, ModelFault, from_bytes, read, to_bytes, to_half_bytes};
pub use write::{ModelWriteError, to_readable_bytes, write, write_bytes};

use crate::attribute::Layout;
use crate::fingerprint;
use crate::network::{Architecture, Parameters};
use crate::originality::Packed;
use crate::primer::Primer;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A trained network, its primers and its history, as one file.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// The shape of the network.
    pub architecture: Architecture,
    /// The attributes that describe each key to the network; the architecture names this
    /// layout.
    pub layout: Layout,
    /// The weights.
    pub parameters: Parameters,
    /// Excerpts that a composition can continue.
    pub primers: Vec<Primer>,
    /// The training music, if the model carries it; comparisons use it to find copies.
    pub training_music: Option<Packed>,
    /// How it has been trained.
    pub training: Training,
}

impl Model {
    /// Twelve hexadecimal digits that identify the weights: the start of their SHA-256.
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        self.parameters.values.iter().for_each(|value| hash.update(value.to_le_bytes()));
        fingerprint::short(hash)
    }
}

/// How a network was trained. With the same files, this is enough to train it again. Times and
/// machines are left out, so the same training gives the same file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Training {
    /// The version of the program.
    pub version: String,
    /// How many epochs (batches) it was trained for.
    pub epochs: u64,
    /// How many training pieces there were.
    pub pieces: usize,
    /// The training settings, as the configuration spells them.
    pub settings: serde_json::Value,
    /// The training loss over the last batches, in nats per step.
    pub nats: f64,
    /// The loss on whole held-out pieces in nats per step, if there were any.
    pub held_out: Option<f64>,
}
