//! The loop: draw segments, learn, step.

use super::{Excerpts, Optimiser, clip};
use crate::attribute::Layout;
use crate::model::{Model, Training};
use crate::network::{Architecture, Batch, Cpu, Engine, Layers, Nats, Parameters};
use crate::primer::Primer;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// How many primers a model is given on its way.
const PRIMERS: usize = 16;

/// How much of the past the mean loss remembers from epoch to epoch.
const SMOOTHING: f64 = 0.98;

/// What a training is to do.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainingSettings {
    /// The shape of the network.
    pub architecture: Architecture,
    /// Segments to a batch; the article's 5.
    pub batch: usize,
    /// Steps to a segment; the article's 128.
    pub segment: usize,
    /// The seed of all random numbers.
    pub seed: u64,
    /// Where the gradient of a tensor is clipped; the authors' 5.
    pub clip: f32,
}

/// A training under way.
pub struct Trainer<'a> {
    settings: TrainingSettings,
    layout: Layout,
    excerpts: Excerpts<'a>,
    primers: Vec<Primer>,
    parameters: Parameters,
    gradient: Parameters,
    optimiser: Optimiser,
    engine: Cpu,
    random: ChaCha8Rng,
    epochs: u64,
    /// Nats a step, a running mean with its weight.
    mean: (f64, f64),
}

/// What one epoch has shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Progress {
    /// Batches worked on so far.
    pub epoch: u64,
    /// Nats a step of this batch.
    pub nats: Nats,
    /// Nats a step, a running mean over about the last 50 batches.
    pub mean: f64,
}

impl<'a> Trainer<'a> {
    /// Starts anew. `excerpts` must hold at least one piece, the architecture must be sound.
    ///
    /// The last biases start at the logits of how often keys are played and articulated in the
    /// music, so that nothing has to be learned for that.
    pub fn new(
        settings: TrainingSettings,
        layout: Layout,
        excerpts: Excerpts<'a>,
        optimiser: impl FnOnce(usize) -> Optimiser,
    ) -> Trainer<'a> {
        let mut random = ChaCha8Rng::seed_from_u64(settings.seed);
        let layers = Layers::new(&settings.architecture, &layout);
        let mut parameters = Parameters::drawn(&layers, &mut random);
        let (play, articulate) = excerpts.frequencies();
        let logit = |p: f64| libm::log(p / (1.0 - p)).clamp(-10.0, 10.0) as f32;
        let last = layers.dense.last().expect("at least one dense layer").bias;
        parameters.tensor_mut(last).copy_from_slice(&[logit(play), logit(articulate)]);
        let primers = (0..PRIMERS).map(|_| excerpts.draw_primer(&mut random)).collect();
        Trainer {
            layout,
            primers,
            gradient: Parameters::zeros(&layers),
            optimiser: optimiser(layers.size()),
            engine: Cpu::new(&parameters, true),
            parameters,
            excerpts,
            settings,
            random,
            epochs: 0,
            mean: (0.0, 0.0),
        }
    }

    /// How many values the network learns.
    pub fn size(&self) -> usize {
        self.parameters.values.len()
    }

    /// One epoch: a batch of random segments, as in the article.
    pub fn epoch(&mut self) -> Progress {
        let TrainingSettings { architecture, batch, clip: limit, .. } = &self.settings;
        let draw = |_| self.excerpts.draw(&mut self.random);
        let segments: Vec<_> = (0..*batch).map(draw).collect();
        let batch =
            Batch::new(&segments, &self.layout).with_dropout(architecture, &mut self.random);
        self.engine.load(&self.parameters);
        let sum = self.engine.learn(&batch, &mut self.gradient);
        clip(&mut self.gradient, *limit);
        self.optimiser.step(&mut self.parameters, &self.gradient);
        self.epochs += 1;
        let steps = batch.predicted() as f64;
        let nats = Nats { play: sum.play / steps, articulate: sum.articulate / steps };
        let (mean, weight) = self.mean;
        self.mean = (SMOOTHING * mean + nats.total(), SMOOTHING * weight + 1.0);
        Progress { epoch: self.epochs, nats, mean: self.mean.0 / self.mean.1 }
    }

    /// The model as it is now.
    pub fn model(&self) -> Model {
        let (mean, weight) = self.mean;
        Model {
            architecture: self.settings.architecture.clone(),
            layout: self.layout,
            parameters: self.parameters.clone(),
            primers: self.primers.clone(),
            training: Training {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                epochs: self.epochs,
                batch: self.settings.batch,
                segment: self.settings.segment,
                seed: self.settings.seed,
                optimiser: self.optimiser.to_string(),
                clip: self.settings.clip,
                pieces: self.excerpts.pieces(),
                threads: rayon::current_num_threads(),
                nats: if weight > 0.0 { mean / weight } else { 0.0 },
            },
        }
    }
}
