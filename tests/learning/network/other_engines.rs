//! Other engines fit: one in double precision with an LSTM state of its own type, and one that
//! divides each batch between two, as several machines would. They train, validate, evaluate and
//! compose through the public API, with the results of the CPU.

use super::music::{double, piece, relative_error, seeded};
use super::reference;
use deep_jammer::attribute::StepAttributes;
use deep_jammer::composing::Composer;
use deep_jammer::corpus::{self, Piece};
use deep_jammer::evaluation::{Ensemble, Evaluator};
use deep_jammer::model::Model;
use deep_jammer::network::{
    Architecture, Batch, Cpu, Engine, KeyAction, KeyLogits, Layers, LstmState, Nats, Parameters,
    PassageEngine, PassageScratch, StepEngine, TrainingEngine, TrainingWork,
};
use deep_jammer::roll::{KEYS, Step};
use deep_jammer::training::{
    OptimiserSettings, SegmentSampler, Start, Trainer, TrainingSettings, memory_needed,
};
use std::path::Path;

/// The plain reference network as an engine.
struct Double {
    layers: Layers,
    values: Vec<f64>,
}

impl Double {
    fn new(parameters: &Parameters) -> Double {
        Double { layers: parameters.layers.clone(), values: double(&parameters.values) }
    }
}

impl Engine for Double {
    type State = reference::State;

    fn load(&mut self, parameters: &Parameters) {
        self.values = double(&parameters.values);
    }

    fn initial_state(&self) -> reference::State {
        reference::initial_state(&self.layers)
    }

    fn save_state(&self, state: &reference::State) -> LstmState {
        let mut saved = LstmState::zeros(&self.layers);
        for (part, to) in saved.values_mut().enumerate() {
            let units = to.len() / KEYS;
            for (key, to) in state.iter().zip(to.chunks_exact_mut(units)) {
                let layer = &key[part / 2];
                let from = if part % 2 == 0 { &layer.cell } else { &layer.output };
                to.iter_mut().zip(from).for_each(|(to, &value)| *to = value as f32);
            }
        }
        saved
    }

    fn restore_state(&self, saved: LstmState) -> reference::State {
        let mut state = self.initial_state();
        for (part, from) in saved.values().enumerate() {
            let units = from.len() / KEYS;
            for (key, from) in state.iter_mut().zip(from.chunks_exact(units)) {
                let layer = &mut key[part / 2];
                let to = if part % 2 == 0 { &mut layer.cell } else { &mut layer.output };
                *to = double(from);
            }
        }
        state
    }
}

impl PassageEngine for Double {
    type Scratch = ();

    fn forward(
        &self,
        state: &mut reference::State,
        passage: &Batch,
        (): &mut (),
        receive: &mut dyn FnMut(usize, usize, KeyLogits),
    ) -> Nats {
        let mut nats = Nats::default();
        reference::forward(&self.layers, &self.values, passage, state, |step, key, logits| {
            nats += logits.nats(passage.target(step, key));
            receive(step, key, logits);
        });
        nats
    }
}

impl TrainingEngine for Double {
    fn loss_and_gradient(
        &mut self,
        batch: &Batch,
        states: &mut [reference::State],
        gradient: &mut Parameters,
    ) -> Nats {
        let outcome = reference::learn_batch(&self.layers, &self.values, batch, states);
        let values = gradient.values.iter_mut().zip(&outcome.gradient);
        values.for_each(|(to, &value)| *to = value as f32);
        Nats { play: outcome.play, articulate: outcome.articulate }
    }

    /// It always processes one segment at a time.
    fn set_slice(&mut self, _: usize) {}

    fn memory_needed(layers: &Layers, work: &TrainingWork) -> u64 {
        let units: usize = layers.time.iter().map(|layer| layer.units).sum();
        8 * (2 * layers.size() + KEYS * units * (2 * work.states + 6 * work.steps)) as u64
    }
}

impl StepEngine for Double {
    type Workspace = ();

    fn workspace(&self) {}

    fn predict(
        &self,
        state: &mut reference::State,
        attributes: &StepAttributes,
        choose: &mut dyn FnMut(usize, KeyLogits) -> KeyAction,
        (): &mut (),
    ) {
        reference::predict(&self.layers, &self.values, attributes, state, choose);
    }
}

/// Two engines, each of which computes its share of a batch.
struct Shared([Cpu; 2]);

impl Shared {
    fn new(parameters: &Parameters) -> Shared {
        Shared([(); 2].map(|()| Cpu::for_training(parameters)))
    }
}

impl Engine for Shared {
    type State = LstmState;

    fn load(&mut self, parameters: &Parameters) {
        self.0.iter_mut().for_each(|engine| engine.load(parameters));
    }

    fn initial_state(&self) -> LstmState {
        self.0[0].initial_state()
    }

    fn save_state(&self, state: &LstmState) -> LstmState {
        state.clone()
    }

    fn restore_state(&self, saved: LstmState) -> LstmState {
        saved
    }
}

impl PassageEngine for Shared {
    type Scratch = PassageScratch;

    fn forward(
        &self,
        state: &mut LstmState,
        passage: &Batch,
        scratch: &mut PassageScratch,
        receive: &mut dyn FnMut(usize, usize, KeyLogits),
    ) -> Nats {
        self.0[0].forward(state, passage, scratch, receive)
    }
}

impl TrainingEngine for Shared {
    fn loss_and_gradient(
        &mut self,
        batch: &Batch,
        states: &mut [LstmState],
        gradient: &mut Parameters,
    ) -> Nats {
        let half = batch.segments() / 2;
        let (first, second) = states.split_at_mut(half.min(states.len()));
        let shares = [(0..half, first), (half..batch.segments(), second)];
        let (mut nats, mut part) = (Nats::default(), gradient.clone());
        gradient.values.fill(0.0);
        for (engine, (segments, states)) in self.0.iter_mut().zip(shares) {
            nats += engine.loss_and_gradient(&batch.share(segments), states, &mut part);
            let values = gradient.values.iter_mut().zip(&part.values);
            values.for_each(|(sum, value)| *sum += value);
        }
        nats
    }

    fn set_slice(&mut self, segments: usize) {
        self.0.iter_mut().for_each(|engine| engine.set_slice(segments));
    }

    fn memory_needed(layers: &Layers, work: &TrainingWork) -> u64 {
        2 * Cpu::memory_needed(layers, work)
    }
}

fn pieces() -> Vec<Piece> {
    let pieces = Path::new(env!("CARGO_MANIFEST_DIR")).join("pieces");
    corpus::read(&[pieces]).unwrap().pieces
}

fn architecture() -> Architecture {
    Architecture {
        layout: "wide".to_owned(),
        ..super::music::architecture(&[5, 4], &[4, 3], &[3], 0.2)
    }
}

/// Truncated backpropagation through time, an average of the weights: all that an engine supports.
fn settings() -> TrainingSettings {
    TrainingSettings {
        seed: 5,
        segment: 9,
        batch: 3,
        transpose: 2,
        consecutive_segments: 3,
        ema_decay: 0.9,
        optimiser: OptimiserSettings::adam(0.01),
        ..TrainingSettings::article()
    }
}

fn trainer<'a, E: TrainingEngine>(
    pieces: &'a [Piece],
    engine: impl FnOnce(&Parameters) -> E,
) -> Trainer<'a, E> {
    let excerpts = SegmentSampler::new(pieces, settings().segment);
    Trainer::new(architecture(), settings(), excerpts, Start::FromScratch, engine)
}

/// Trains some epochs with a resume in between. Returns the losses and the model.
fn trained<E: TrainingEngine>(pieces: &[Piece], engine: fn(&Parameters) -> E) -> (Vec<f64>, Model) {
    let mut trainer = trainer(pieces, engine);
    trainer.set_slice(2);
    let mut losses: Vec<f64> = (0..5).map(|_| trainer.epoch().nats.total()).collect();
    let excerpts = SegmentSampler::new(pieces, settings().segment);
    let snapshot = trainer.snapshot();
    let mut trainer =
        Trainer::resume(architecture(), settings(), excerpts, snapshot, engine).unwrap();
    losses.extend((0..5).map(|_| trainer.epoch().nats.total()));
    let roll = piece(70, &mut seeded(302));
    losses.push(trainer.validate(&[&roll], || false).unwrap().total());
    (losses, trainer.model())
}

fn assert_trains_like_the_cpu<E: TrainingEngine>(engine: fn(&Parameters) -> E) {
    let pieces = pieces();
    let ((losses, model), (exact, cpu)) =
        (trained(&pieces, engine), trained(&pieces, Cpu::for_training));
    let error = relative_error(&losses, &exact);
    let (weights, exact) = (double(&model.parameters.values), double(&cpu.parameters.values));
    let weights = relative_error(&weights, &exact);
    println!("losses off by {error:.1e}, weights by {weights:.1e}");
    assert!(error < 1e-5 && weights < 1e-4, "losses off by {error:e}, weights by {weights:e}");
}

#[test]
fn an_engine_in_double_precision_trains_to_the_same_weights() {
    assert_trains_like_the_cpu(Double::new);
}

#[test]
fn engines_that_share_a_batch_train_to_the_same_weights() {
    assert_trains_like_the_cpu(Shared::new);
}

#[test]
fn a_training_begun_on_one_engine_goes_on_on_another() {
    let pieces = pieces();
    let (mut one, mut other) = (trainer(&pieces, Double::new), trainer(&pieces, Cpu::for_training));
    (0..4).for_each(|_| {
        assert!((one.epoch().is_finite(), other.epoch().is_finite()) == (true, true))
    });
    let excerpts = SegmentSampler::new(&pieces, settings().segment);
    let mut resumed =
        Trainer::resume(architecture(), settings(), excerpts, one.snapshot(), Cpu::for_training)
            .unwrap();
    for _ in 0..4 {
        let (found, expected) = (resumed.epoch().nats.total(), other.epoch().nats.total());
        assert!((found - expected).abs() < 1e-5 * expected, "{found} {expected}");
    }
}

#[test]
fn an_engine_in_double_precision_composes_the_same_music() {
    let pieces = pieces();
    let model = trained(&pieces, Cpu::for_training).1;
    let cpu = Composer::new(&model);
    let double = Composer::on_engine(Double::new(&model.parameters), &model);
    let compose = |composer: &Composer| -> (Vec<Step>, Vec<Step>) {
        let mut scratch = composer.workspace();
        let mut stream = composer.begin(&model.primers[0], 4, 1.0);
        let mut fork = stream.clone();
        assert!(fork == stream);
        let first: Vec<Step> = (0..24).map(|_| stream.compose(composer, &mut scratch)).collect();
        assert!(fork != stream);
        assert!(first.iter().all(|&step| fork.compose(composer, &mut scratch) == step));
        fork.reseed(5);
        (first, (0..24).map(|_| fork.compose(composer, &mut scratch)).collect())
    };
    let (music, expected) = (compose(&double), compose(&cpu));
    assert!(expected.0.iter().any(|step| !step.play.is_empty()));
    assert_eq!(music, expected);
}

#[test]
fn an_engine_in_double_precision_evaluates_to_the_same_scores() {
    let pieces = pieces();
    let model = trained(&pieces, Cpu::for_training).1;
    let (first, second) = (piece(70, &mut seeded(312)), piece(40, &mut seeded(313)));
    let rolls = [&first, &second];
    let found = Ensemble::new([&model], Double::new).evaluate(&rolls, &|_| true).unwrap();
    let expected = Ensemble::new([&model], Cpu::for_inference).evaluate(&rolls, &|_| true).unwrap();
    for (found, expected) in found.iter().zip(&expected) {
        let (found, expected) = (found.nats.total(), expected.nats.total());
        assert!((found - expected).abs() < 1e-6 * expected, "{found} {expected}");
    }
}

#[test]
fn a_training_asks_its_engine_how_much_memory_it_needs() {
    let needed = |slice| {
        let of = |needed: fn(&Architecture, &TrainingSettings, usize, usize) -> u64| {
            needed(&architecture(), &settings(), slice, 2)
        };
        (of(memory_needed::<Cpu>), of(memory_needed::<Shared>), of(memory_needed::<Double>))
    };
    let ((cpu, shared, double), (cpu_slice, ..)) = (needed(3), needed(1));
    assert!(cpu_slice < cpu && cpu < shared && shared < 2 * cpu);
    assert_eq!(needed(1).2, double, "it has no slices");
}
