//! Models: a network with all that is needed to compose with it.

mod built_in;
mod file;

pub use built_in::built_in;
pub use file::{ModelError, ModelFault, from_bytes, read, to_bytes, to_half_bytes, write};

use crate::attribute::Layout;
use crate::fingerprint;
use crate::network::{Architecture, Parameters};
use crate::originality::Packed;
use crate::primer::Primer;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A trained network and its surroundings, as one file.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// The shape of the network.
    pub architecture: Architecture,
    /// What each key is told; the architecture names it.
    pub layout: Layout,
    /// What the network has learned.
    pub parameters: Parameters,
    /// Music to go on from.
    pub primers: Vec<Primer>,
    /// The music that it has learned from, if the model carries it, so that copies can be told.
    pub training_music: Option<Packed>,
    /// How it has been trained.
    pub training: Training,
}

impl Model {
    /// Twelve digits that tell what the network has learned from whatever else one has: the start
    /// of the SHA-256 of its values.
    pub fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        self.parameters.values.iter().for_each(|value| hash.update(value.to_le_bytes()));
        fingerprint::short(hash)
    }
}

/// How a network has been trained: with the same files, enough to do it again. It tells nothing of
/// clocks or machines, so that the same training gives the same file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Training {
    /// The version of this program.
    pub version: String,
    /// Batches worked on.
    pub epochs: u64,
    /// How many pieces were learned from.
    pub pieces: usize,
    /// The settings of the training, as its configuration spells them.
    pub settings: serde_json::Value,
    /// Nats a step of the last batches, on the training segments.
    pub nats: f64,
    /// Nats a step on whole pieces that were not learned from, where there were any.
    pub held_out: Option<f64>,
}
