//! The loop: draw segments, learn, step.

use super::excerpts::Excerpts;
use super::lane::Lane;
use super::snapshot::{Snapshot, SnapshotError, TrainerState};
use super::{Optimiser, TrainingSettings, clip};
use crate::attribute::Layout;
use crate::likelihood::{nll, per_step};
use crate::model::{Model, Training};
use crate::network::{Architecture, Batch, Layers, LstmState, Nats, Parameters, TrainingEngine};
use crate::primer::{self, Primer};
use crate::roll::Roll;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How much of the past the mean loss remembers from epoch to epoch.
const SMOOTHING: f64 = 0.98;

/// What a training begins with.
#[derive(Debug, Clone)]
pub enum Start {
    /// Weights drawn anew; the last biases at the logits of how often keys are played and
    /// articulated in the music, so that nothing has to be learned for that.
    Anew,
    /// The weights of a model of the same architecture: the article's "extended training".
    From(Parameters),
    /// The same but for the dense layers, which are drawn anew: the article's "fine-tuning".
    WithNewDense(Parameters),
}

/// A training under way, on an engine of whatever kind.
pub struct Trainer<'a, E: TrainingEngine> {
    architecture: Architecture,
    settings: TrainingSettings,
    layout: Layout,
    excerpts: Excerpts<'a>,
    primers: Vec<Primer>,
    parameters: Parameters,
    /// The mean of the weights, where they are averaged.
    average: Option<Vec<f32>>,
    gradient: Parameters,
    optimiser: Optimiser,
    engine: E,
    random: ChaCha8Rng,
    /// The rows of the batches and their LSTM states, in truncated backpropagation through time;
    /// otherwise none.
    lanes: Vec<Lane>,
    states: Vec<E::State>,
    epochs: u64,
    /// Nats a step, a running mean with its weight.
    mean: (f64, f64),
}

/// What one epoch has shown.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Progress {
    /// Batches worked on so far.
    pub epoch: u64,
    /// Nats a step of this batch.
    pub nats: Nats,
    /// Nats a step, a running mean over about the last 50 batches.
    pub mean: f64,
    /// The length of the gradient, before it was clipped.
    pub gradient: f64,
}

impl Progress {
    /// Whether loss and gradient are numbers. If not, the weights have been left as they were.
    pub fn is_sound(&self) -> bool {
        self.nats.total().is_finite() && self.gradient.is_finite()
    }
}

impl<'a, E: TrainingEngine> Trainer<'a, E> {
    /// Starts. `excerpts` must hold at least one piece and be of the settings' segment, the
    /// architecture and the settings must be sound, and the parameters that are started from of this
    /// architecture. `engine` makes the engine, such as [`Cpu::for_training`](crate::network::Cpu::for_training).
    pub fn new(
        architecture: Architecture,
        settings: TrainingSettings,
        excerpts: Excerpts<'a>,
        start: Start,
        engine: impl FnOnce(&Parameters) -> E,
    ) -> Trainer<'a, E> {
        let layout = architecture.check().expect("a sound architecture");
        let layers = Layers::new(&architecture, &layout);
        let mut random = ChaCha8Rng::seed_from_u64(settings.seed);
        let mut parameters = Parameters::init(&layers, &mut random);
        let (play, articulate) = excerpts.frequencies();
        let logit = |p: f64| libm::log(p / (1.0 - p)).clamp(-10.0, 10.0) as f32;
        let last = layers.dense.last().expect("at least one dense layer").bias;
        parameters.tensor_mut(last).copy_from_slice(&[logit(play), logit(articulate)]);
        let dense = layers.tensors[layers.dense[0].weight].offset;
        match start {
            Start::Anew => {}
            Start::From(other) => parameters.values.copy_from_slice(&other.values),
            Start::WithNewDense(other) => {
                parameters.values[..dense].copy_from_slice(&other.values[..dense]);
            }
        }
        let optimiser = Optimiser::new(settings.optimiser, layers.size());
        let engine = engine(&parameters);
        Trainer::begin(
            architecture,
            settings,
            layout,
            excerpts,
            parameters,
            optimiser,
            engine,
            random,
        )
    }

    #[expect(clippy::too_many_arguments, reason = "all that a training is made of")]
    fn begin(
        architecture: Architecture,
        settings: TrainingSettings,
        layout: Layout,
        excerpts: Excerpts<'a>,
        parameters: Parameters,
        optimiser: Optimiser,
        engine: E,
        random: ChaCha8Rng,
    ) -> Trainer<'a, E> {
        let lanes = if settings.carries() { settings.batch } else { 0 };
        Trainer {
            primers: primer::draw(excerpts.music(), excerpts.segment_steps(), settings.seed),
            average: (settings.average > 0.0).then(|| parameters.values.clone()),
            gradient: Parameters::zeros(&parameters.layers),
            optimiser,
            lanes: vec![Lane::default(); lanes],
            states: (0..lanes).map(|_| engine.initial_state()).collect(),
            engine,
            parameters,
            architecture,
            settings,
            layout,
            excerpts,
            random,
            epochs: 0,
            mean: (0.0, 0.0),
        }
    }

    /// Goes on from where a snapshot was taken of a training of the same architecture, settings and
    /// music: everything is as if it had never stopped, bit for bit.
    pub fn resume(
        architecture: Architecture,
        settings: TrainingSettings,
        excerpts: Excerpts<'a>,
        mut snapshot: Snapshot,
        engine: impl FnOnce(&Parameters) -> E,
    ) -> Result<Trainer<'a, E>, SnapshotError> {
        let layout = architecture.check().expect("a sound architecture");
        let layers = Layers::new(&architecture, &layout);
        let size = layers.size();
        let parameters =
            Parameters { values: snapshot.take("parameters", size)?, layers: layers.clone() };
        let state =
            [snapshot.take("optimiser.first", size)?, snapshot.take("optimiser.second", size)?];
        let average = match settings.average > 0.0 {
            true => Some(snapshot.take("average", size)?),
            false => None,
        };
        let engine = engine(&parameters);
        let (mut lanes, mut states) = (Vec::new(), Vec::new());
        for index in 0..if settings.carries() { settings.batch } else { 0 } {
            let mut lstm = LstmState::zeros(&layers);
            for (part, values) in lstm.values_mut().enumerate() {
                let name = format!("lane.{index}.{part}");
                values.copy_from_slice(&snapshot.take(&name, values.len())?);
            }
            let state = snapshot.state.lanes.get(index).copied().flatten();
            lanes.push(Lane::resume(state, &excerpts).ok_or(SnapshotError::Place)?);
            states.push(engine.restore_state(lstm));
        }
        let TrainerState { epochs, optimiser_steps, random_words, mean, .. } = snapshot.state;
        let mut random = ChaCha8Rng::seed_from_u64(settings.seed);
        random.set_word_pos(u128::from(random_words));
        let optimiser = Optimiser::resume(settings.optimiser, optimiser_steps, state);
        let begun = Trainer::begin(
            architecture,
            settings,
            layout,
            excerpts,
            parameters,
            optimiser,
            engine,
            random,
        );
        Ok(Trainer { average, lanes, states, epochs, mean, ..begun })
    }

    /// All that is needed to [`resume`](Self::resume).
    pub fn snapshot(&self) -> Snapshot {
        let mut tensors = BTreeMap::new();
        let mut keep =
            |name: &str, values: &[f32]| tensors.insert(name.to_owned(), values.to_vec());
        keep("parameters", &self.parameters.values);
        let [first, second] = self.optimiser.state();
        keep("optimiser.first", first);
        keep("optimiser.second", second);
        if let Some(average) = &self.average {
            keep("average", average);
        }
        for (index, state) in self.states.iter().enumerate() {
            for (part, values) in self.engine.save_state(state).values().enumerate() {
                keep(&format!("lane.{index}.{part}"), values);
            }
        }
        let state = TrainerState {
            epochs: self.epochs,
            optimiser_steps: self.optimiser.steps(),
            // A stream of 2⁶⁴ words outlasts every computer.
            random_words: self.random.get_word_pos() as u64,
            mean: self.mean,
            lanes: self.lanes.iter().map(Lane::state).collect(),
        };
        Snapshot { state, tensors }
    }

    /// How many values the network learns.
    pub fn size(&self) -> usize {
        self.parameters.values.len()
    }

    /// Batches worked on so far.
    pub fn epochs(&self) -> u64 {
        self.epochs
    }

    /// From now on so many segments of a batch are worked on at once. It has no influence on the
    /// result, only on the memory that is needed.
    pub fn set_slice(&mut self, segments: usize) {
        self.engine.set_slice(segments);
    }

    /// One epoch: a batch of segments, as in the article.
    pub fn epoch(&mut self) -> Progress {
        let segments = self.draw();
        let batch = Batch::new(&segments, &self.layout);
        let batch = batch.with_dropout(&self.architecture, &mut self.random);
        self.engine.load(&self.parameters);
        let sum = self.engine.loss_and_gradient(&batch, &mut self.states, &mut self.gradient);
        let gradient = clip(&mut self.gradient, self.settings.clip);
        self.epochs += 1;
        let steps = batch.predicted() as f64;
        let nats = Nats { play: sum.play / steps, articulate: sum.articulate / steps };
        let (mean, weight) = self.mean;
        self.mean = (SMOOTHING * mean + nats.total(), SMOOTHING * weight + 1.0);
        let mean = self.mean.0 / self.mean.1;
        let progress = Progress { epoch: self.epochs, nats, mean, gradient };
        if progress.is_sound() {
            self.step();
        }
        progress
    }

    fn draw(&mut self) -> Vec<crate::segment::Segment> {
        let TrainingSettings { batch, transpose, .. } = self.settings;
        let settings = &self.settings;
        let (engine, excerpts, random) = (&self.engine, &self.excerpts, &mut self.random);
        if self.lanes.is_empty() {
            let place = |_| excerpts.segment(excerpts.draw(random, transpose, false));
            (0..batch).map(place).collect()
        } else {
            let next = |(lane, state): (&mut Lane, &mut E::State)| {
                let (segment, anew) = lane.advance(excerpts, settings, random);
                if anew {
                    *state = engine.initial_state();
                }
                segment
            };
            self.lanes.iter_mut().zip(&mut self.states).map(next).collect()
        }
    }

    fn step(&mut self) {
        let factor = self.settings.rate_factor(self.epochs);
        self.optimiser.step(&mut self.parameters, &self.gradient, factor);
        if let Some(average) = &mut self.average {
            let new = 1.0 - self.settings.ema_decay(self.epochs);
            for (mean, &value) in average.iter_mut().zip(&self.parameters.values) {
                *mean += new * (value - *mean);
            }
        }
    }

    /// The exact surprise of whole pieces, in nats a step over all steps of all of them, to the
    /// weights that [`model`](Self::model) gives; none as soon as `stop` says so.
    pub fn validate(&mut self, pieces: &[&Roll], stop: impl Fn() -> bool + Sync) -> Option<Nats> {
        self.engine.load(&self.weights());
        let sums = nll(&self.engine, &self.layout, pieces, stop)?;
        Some(per_step(&sums, pieces))
    }

    /// The model as it is now; its weights are the mean, where they are averaged.
    pub fn model(&self) -> Model {
        let (mean, weight) = self.mean;
        Model {
            architecture: self.architecture.clone(),
            layout: self.layout,
            parameters: self.weights(),
            primers: self.primers.clone(),
            training_music: None,
            training: Training {
                version: env!("CARGO_PKG_VERSION").to_owned(),
                epochs: self.epochs,
                pieces: self.excerpts.pieces(),
                settings: serde_json::to_value(self.settings).expect("settings are always JSON"),
                nats: if weight > 0.0 { mean / weight } else { 0.0 },
                held_out: None,
            },
        }
    }

    fn weights(&self) -> Parameters {
        let values = self.average.as_ref().unwrap_or(&self.parameters.values).clone();
        Parameters { layers: self.parameters.layers.clone(), values }
    }
}
