//! The training loop: sample segments, compute loss and gradient, update the weights.

use super::lane::Lane;
use super::segment_sampler::SegmentSampler;
use super::snapshot::{Snapshot, SnapshotError, TrainerState};
use super::{Optimiser, TrainingSettings, clip};
use crate::attribute::Layout;
use crate::likelihood::{nll, per_step};
use crate::model::{Model, Training};
use crate::network::{Architecture, Batch, Layers, LstmState, Nats, Parameters, TrainingEngine};
use crate::primer::{self, Primer, PrimerError};
use crate::roll::Roll;
use crate::segment::Segment;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The decay per epoch of the running mean of the loss.
const SMOOTHING: f64 = 0.98;

/// The weights that a training starts with.
#[derive(Debug, Clone)]
pub enum Start {
    /// Random weights. The biases of the last layer predict how often keys sound and are struck in
    /// the training music, so that this does not have to be learned.
    FromScratch,
    /// The weights of a model of the same architecture: "extended training" in the article.
    Extended(Parameters),
    /// The same, but with new random weights in the dense layers: "fine-tuning" in the article.
    FineTuned(Parameters),
}

/// A training in progress, on any engine.
pub struct Trainer<'a, E: TrainingEngine> {
    architecture: Architecture,
    settings: TrainingSettings,
    layout: Layout,
    sampler: SegmentSampler<'a>,
    primers: Vec<Primer>,
    /// The primers that no model file could give back.
    unreadable_primers: Vec<PrimerError>,
    parameters: Parameters,
    /// The exponential moving average of the weights, if the settings ask for it.
    ema: Option<Vec<f32>>,
    gradient: Parameters,
    optimiser: Optimiser,
    engine: E,
    random: ChaCha8Rng,
    /// The rows of the batches and their LSTM states in truncated backpropagation through time;
    /// empty if segments stand alone.
    lanes: Vec<Lane>,
    states: Vec<E::State>,
    epochs: u64,
    /// The weighted sum of the losses, and the sum of the weights.
    mean: (f64, f64),
}

/// The figures of one epoch.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Progress {
    /// The epoch, counted from 1.
    pub epoch: u64,
    /// The NLL of this batch, in nats per step.
    pub nats: Nats,
    /// A running mean of the NLL over about the last 50 batches, in nats per step.
    pub mean: f64,
    /// The norm of the gradient before clipping.
    pub gradient: f64,
}

impl Progress {
    /// Whether loss and gradient are finite. If they are not, the weights were left as they were.
    pub fn is_finite(&self) -> bool {
        self.nats.total().is_finite() && self.gradient.is_finite()
    }
}

impl<'a, E: TrainingEngine> Trainer<'a, E> {
    /// Begins a training. Architecture and settings must be valid, `sampler` must have at least one
    /// piece and sample segments as long as the settings say, and the parameters of `start` must
    /// belong to this architecture. `engine` makes the engine, such as
    /// [`Cpu::for_training`](crate::network::Cpu::for_training).
    pub fn new(
        architecture: Architecture,
        settings: TrainingSettings,
        sampler: SegmentSampler<'a>,
        start: Start,
        engine: impl FnOnce(&Parameters) -> E,
    ) -> Trainer<'a, E> {
        let layout = architecture.check().expect("a sound architecture");
        let layers = Layers::new(&architecture, &layout);
        let mut random = ChaCha8Rng::seed_from_u64(settings.seed);
        let mut parameters = Parameters::init(&layers, &mut random);
        let last = layers.dense.last().expect("at least one dense layer").bias;
        layers.heads.biases(sampler.frequencies(), parameters.tensor_mut(last));
        let dense = layers.tensors[layers.dense[0].weight].offset;
        match start {
            Start::FromScratch => {}
            Start::Extended(other) => parameters.values.copy_from_slice(&other.values),
            Start::FineTuned(other) => {
                parameters.values[..dense].copy_from_slice(&other.values[..dense]);
            }
        }
        let optimiser = Optimiser::new(settings.optimiser, layers.size());
        let engine = engine(&parameters);
        Trainer::begin(
            architecture,
            settings,
            layout,
            sampler,
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
        sampler: SegmentSampler<'a>,
        parameters: Parameters,
        optimiser: Optimiser,
        engine: E,
        random: ChaCha8Rng,
    ) -> Trainer<'a, E> {
        let lanes = if settings.is_stateful() { settings.batch } else { 0 };
        let primers = primer::draw(sampler.music(), sampler.segment_steps(), settings.seed);
        let (primers, unreadable_primers) = primer::readable(primers);
        Trainer {
            primers,
            unreadable_primers,
            ema: (settings.ema_decay > 0.0).then(|| parameters.values.clone()),
            gradient: Parameters::zeros(&parameters.layers),
            optimiser,
            lanes: vec![Lane::default(); lanes],
            states: (0..lanes).map(|_| engine.initial_state()).collect(),
            engine,
            parameters,
            architecture,
            settings,
            layout,
            sampler,
            random,
            epochs: 0,
            mean: (0.0, 0.0),
        }
    }

    /// Continues from a snapshot of a training with the same architecture, settings and music, as
    /// if it had never stopped: to the same bits on an engine of the same type.
    ///
    /// # Errors
    /// The snapshot belongs to another network or other music, or has values that are not finite.
    pub fn resume(
        architecture: Architecture,
        settings: TrainingSettings,
        sampler: SegmentSampler<'a>,
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
        let ema = match settings.ema_decay > 0.0 {
            true => Some(snapshot.take("average", size)?),
            false => None,
        };
        let engine = engine(&parameters);
        let (mut lanes, mut states) = (Vec::new(), Vec::new());
        for index in 0..if settings.is_stateful() { settings.batch } else { 0 } {
            let mut lstm = LstmState::zeros(&layers);
            for (part, values) in lstm.values_mut().enumerate() {
                let name = format!("lane.{index}.{part}");
                values.copy_from_slice(&snapshot.take(&name, values.len())?);
            }
            let state = snapshot.state.lanes.get(index).copied().flatten();
            lanes.push(Lane::resume(state, &sampler).ok_or(SnapshotError::Place)?);
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
            sampler,
            parameters,
            optimiser,
            engine,
            random,
        );
        Ok(Trainer { ema, lanes, states, epochs, mean, ..begun })
    }

    /// Everything that [`resume`](Self::resume) needs.
    pub fn snapshot(&self) -> Snapshot {
        let mut tensors = BTreeMap::new();
        let mut keep =
            |name: &str, values: &[f32]| tensors.insert(name.to_owned(), values.to_vec());
        keep("parameters", &self.parameters.values);
        let [first, second] = self.optimiser.state();
        keep("optimiser.first", first);
        keep("optimiser.second", second);
        if let Some(ema) = &self.ema {
            keep("average", ema);
        }
        for (index, state) in self.states.iter().enumerate() {
            for (part, values) in self.engine.save_state(state).values().enumerate() {
                keep(&format!("lane.{index}.{part}"), values);
            }
        }
        let state = TrainerState {
            epochs: self.epochs,
            optimiser_steps: self.optimiser.steps(),
            // No training uses up a stream of 2⁶⁴ words.
            random_words: self.random.get_word_pos() as u64,
            mean: self.mean,
            lanes: self.lanes.iter().map(Lane::state).collect(),
        };
        Snapshot { state, tensors }
    }

    /// The number of values that the network learns.
    pub fn size(&self) -> usize {
        self.parameters.values.len()
    }

    /// The number of epochs so far, of one batch each.
    pub fn epochs(&self) -> u64 {
        self.epochs
    }

    /// The primers of its models.
    pub fn primers(&self) -> &[Primer] {
        &self.primers
    }

    /// Why primers that were drawn are left out of its models: they could not be read back.
    pub fn unreadable_primers(&self) -> &[PrimerError] {
        &self.unreadable_primers
    }

    /// From now on the engine works on `segments` segments of a batch at once. This changes the
    /// memory that is needed, never the result.
    pub fn set_slice(&mut self, segments: usize) {
        self.engine.set_slice(segments);
    }

    /// Trains one epoch, which is one batch, as in the article.
    pub fn epoch(&mut self) -> Progress {
        let mut segments = self.sample();
        if self.settings.hide_matches > 0.0 {
            segments = self.without_some_matches(segments);
        }
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
        if progress.is_finite() {
            self.step();
        }
        progress
    }

    fn sample(&mut self) -> Vec<Segment> {
        let TrainingSettings { batch, transpose, .. } = self.settings;
        let settings = &self.settings;
        let (engine, sampler, random) = (&self.engine, &self.sampler, &mut self.random);
        let told = self.layout.needs_matches();
        // Places are sampled one after the other. To find matches takes longer, so that is shared out.
        if self.lanes.is_empty() {
            let places: Vec<_> =
                (0..batch).map(|_| sampler.sample(random, transpose, false)).collect();
            let segment = |&place| sampler.segment(place, told.then_some(&mut None));
            places.par_iter().map(segment).collect()
        } else {
            for (lane, state) in self.lanes.iter_mut().zip(&mut self.states) {
                if lane.advance(sampler, settings, random) {
                    *state = engine.initial_state();
                }
            }
            self.lanes.par_iter_mut().map(|lane| lane.segment(sampler, told)).collect()
        }
    }

    /// Hides what followed at matches from some of the segments, so that the network learns to go on
    /// without it, too.
    fn without_some_matches(&mut self, segments: Vec<Segment>) -> Vec<Segment> {
        let threshold = (f64::from(self.settings.hide_matches) * 4_294_967_296.0) as u64;
        let random = &mut self.random;
        let hidden = |segment: Segment| match u64::from(random.next_u32()) < threshold {
            true => segment.without_matches(),
            false => segment,
        };
        segments.into_iter().map(hidden).collect()
    }

    fn step(&mut self) {
        let factor = self.settings.rate_factor(self.epochs);
        self.optimiser.step(&mut self.parameters, &self.gradient, factor);
        if let Some(ema) = &mut self.ema {
            let new = 1.0 - self.settings.ema_decay_at(self.epochs);
            for (mean, &value) in ema.iter_mut().zip(&self.parameters.values) {
                *mean += new * (value - *mean);
            }
        }
    }

    /// The exact negative log-likelihood of whole pieces with the weights of
    /// [`model`](Self::model): the mean over all steps of all pieces, in nats per step. `stop` is
    /// asked again and again; once it says yes, the result is `None`.
    pub fn validate(&mut self, pieces: &[&Roll], stop: impl Fn() -> bool + Sync) -> Option<Nats> {
        self.engine.load(&self.weights());
        let sums = nll(&self.engine, &self.layout, pieces, stop)?;
        Some(per_step(&sums, pieces))
    }

    /// The model as it is now. Its weights are their moving average, if the settings ask for it.
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
                pieces: self.sampler.pieces(),
                settings: serde_json::to_value(self.settings).expect("settings are always JSON"),
                nats: if weight > 0.0 { mean / weight } else { 0.0 },
                held_out: None,
            },
        }
    }

    fn weights(&self) -> Parameters {
        let values = self.ema.as_ref().unwrap_or(&self.parameters.values).clone();
        Parameters { layers: self.parameters.layers.clone(), values }
    }
}
