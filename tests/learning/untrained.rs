//! Networks that have not been trained.

use deep_jammer::model::{Model, Training};
use deep_jammer::network::{Architecture, Layers, Parameters};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// A model with these parameters, which has seen no music.
pub fn model(architecture: Architecture, parameters: impl FnOnce(&Layers) -> Parameters) -> Model {
    let layout = architecture.check().unwrap();
    let parameters = parameters(&Layers::new(&architecture, &layout));
    let training = Training {
        version: String::new(),
        epochs: 0,
        pieces: 0,
        settings: Default::default(),
        nats: 0.0,
        held_out: None,
    };
    Model { architecture, layout, parameters, primers: Vec::new(), training, training_music: None }
}

/// A model whose weights are drawn at random, and whose last biases are as given.
pub fn drawn(architecture: Architecture, seed: u64, biases: [f32; 2]) -> Model {
    model(architecture, |layers| {
        let mut parameters = Parameters::init(layers, &mut ChaCha8Rng::seed_from_u64(seed));
        let last = layers.dense.last().unwrap().bias;
        parameters.tensor_mut(last).copy_from_slice(&biases);
        parameters
    })
}
