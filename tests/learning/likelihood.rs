//! The likelihood agrees with a network computed by hand, and sums to one over everything that could be
//! played.

use crate::untrained;
use deep_jammer::attribute::Layout;
use deep_jammer::evaluation::{ConfusionCounts, Ensemble, Evaluator};
use deep_jammer::model::Model;
use deep_jammer::network::{
    Architecture, Batch, Cpu, KeyAction, KeyLogits, Layers, LstmState, Nats, Parameters,
    PassageEngine, Preset,
};
use deep_jammer::roll::{KEYS, Keys, Roll, Step};
use deep_jammer::segment::Segment;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

fn model(articulation: bool, parameters: impl FnOnce(&Layers) -> Parameters) -> Model {
    let architecture = Architecture {
        layout: Layout::WIDE.name.to_owned(),
        time: vec![7, 5],
        note: vec![6, 4],
        articulation,
        ..Preset::Small.architecture()
    };
    untrained::model(architecture, parameters)
}

/// A network whose weights are drawn, four times as large as a training begins with: what it says
/// depends on everything.
fn drawn(articulation: bool) -> Model {
    model(articulation, |layers| {
        let mut parameters = Parameters::init(layers, &mut ChaCha8Rng::seed_from_u64(17));
        parameters.values.iter_mut().for_each(|value| *value *= 4.0);
        parameters
    })
}

/// Chords of four keys anywhere that sound for a step or two.
fn music(steps: usize) -> Roll {
    let mut random = ChaCha8Rng::seed_from_u64(19);
    let mut roll = Roll::new("3/4".parse().unwrap());
    let mut keys = Keys::NONE;
    for _ in 0..steps {
        if random.next_u32() % 2 == 0 {
            keys = (0..4).map(|_| random.next_u32() as usize % KEYS).collect();
        }
        roll.push(Step { play: keys, articulate: Keys::NONE });
    }
    roll
}

fn choice(step: Step, key: usize) -> KeyAction {
    KeyAction { play: step.play.contains(key), articulate: step.articulate.contains(key) }
}

#[test]
fn a_network_that_says_the_same_of_every_key_is_surprised_as_by_hand() {
    // Without weights only the last biases are left: every key is played with a probability of
    // σ(−2), and articulated with σ(1).
    let model = model(true, |layers| {
        let mut parameters = Parameters::zeros(layers);
        let last = layers.dense.last().unwrap().bias;
        parameters.tensor_mut(last).copy_from_slice(&[-2.0, 1.0]);
        parameters
    });
    let sigma = |x: f64| 1.0 / (1.0 + (-x).exp());
    let (play, articulate) = (sigma(-2.0), sigma(1.0));
    // Two keys struck, one of them held while a third is struck, and nothing.
    let mut roll = Roll::new("2/4".parse().unwrap());
    let keys = |keys: &[usize]| Keys::from_iter(keys.iter().copied());
    roll.push(Step { play: keys(&[3, 50]), articulate: keys(&[3, 50]) });
    roll.push(Step { play: keys(&[50, 60]), articulate: keys(&[60]) });
    roll.push(Step::SILENCE);
    let found =
        Ensemble::new([&model], Cpu::for_inference).evaluate(&[&roll], &|_| true).unwrap()[0];
    let expected = -(4.0 * play.ln() + (3.0 * 88.0 - 4.0) * (1.0 - play).ln());
    assert!((found.nats.play - expected).abs() < 1e-9, "{found:?}, expected {expected}");
    let expected = -(3.0 * articulate.ln() + (1.0 - articulate).ln());
    assert!((found.nats.articulate - expected).abs() < 1e-9, "{found:?}, expected {expected}");
    assert_eq!(found.steps, 3);
    // Nothing is likely enough to be expected.
    let missed = ConfusionCounts { true_positives: 0, false_positives: 0, false_negatives: 4 };
    assert_eq!(found.notes, missed);
}

#[test]
fn what_is_told_of_each_key_makes_up_what_is_reported() {
    for articulation in [true, false] {
        let model = drawn(articulation);
        let engine = Cpu::for_inference(&model.parameters);
        let roll = music(40);
        let mut state = LstmState::zeros(&model.parameters.layers);
        let passage = Batch::passage(&Segment::new(&roll, 0, 40), &model.layout);
        let (mut told, mut hits, mut order) =
            (Nats::default(), ConfusionCounts::default(), Vec::new());
        let mut tell = |step: usize, key: usize, logits: KeyLogits| {
            let did = choice(roll.steps()[step], key);
            told += logits.nats(did);
            hits.add(logits, did);
            order.push(step * KEYS + key);
        };
        let nats = engine.forward(&mut state, &passage, &mut Default::default(), &mut tell);
        assert!(order.into_iter().eq(0..40 * KEYS), "every key of every step, once and in order");
        assert!((told.play - nats.play).abs() <= 1e-9 * nats.play);
        assert!((told.articulate - nats.articulate).abs() <= 1e-9 * nats.articulate);
        let found =
            Ensemble::new([&model], Cpu::for_inference).evaluate(&[&roll], &|_| true).unwrap()[0];
        assert!((found.nats.total() - nats.total()).abs() <= 1e-9 * nats.total());
        assert_eq!(found.notes, hits);
        let played = roll.steps().iter().map(|step| step.play.count() as u64).sum::<u64>();
        assert_eq!(hits.true_positives + hits.false_negatives, played);
        assert_eq!(nats.articulate > 0.0, articulation);
    }
}

#[test]
fn networks_together_say_the_mean_of_their_probabilities() {
    for articulation in [true, false] {
        let first = drawn(articulation);
        let mut second = drawn(articulation);
        second.layout = Layout::UNMEASURED;
        second.architecture.layout = Layout::UNMEASURED.name.to_owned();
        let layers = Layers::new(&second.architecture, &second.layout);
        second.parameters = Parameters::init(&layers, &mut ChaCha8Rng::seed_from_u64(23));
        // Longer than one passage.
        let roll = music(150);
        let probabilities = |model: &Model| {
            let (mut play, mut articulate) = (Vec::new(), Vec::new());
            let mut state = LstmState::zeros(&model.parameters.layers);
            let passage = Batch::passage(&Segment::new(&roll, 0, roll.len()), &model.layout);
            let mut tell = |_: usize, _: usize, logits: KeyLogits| {
                play.push(logits.play_probability(1.0));
                articulate.push(logits.articulate_probability(1.0));
            };
            let engine = Cpu::for_inference(&model.parameters);
            engine.forward(&mut state, &passage, &mut Default::default(), &mut tell);
            (play, articulate)
        };
        let (first_says, second_says) = (probabilities(&first), probabilities(&second));
        let mut by_hand = Nats::default();
        for place in 0..roll.len() * KEYS {
            let did = choice(roll.steps()[place / KEYS], place % KEYS);
            let of = |p: f64, happened: bool| if happened { -p.ln() } else { -(1.0 - p).ln() };
            by_hand.play += of((first_says.0[place] + second_says.0[place]) / 2.0, did.play);
            if did.play && articulation {
                let mean = (first_says.1[place] + second_says.1[place]) / 2.0;
                by_hand.articulate += of(mean, did.articulate);
            }
        }
        let found = Ensemble::new([&first, &second], Cpu::for_inference)
            .evaluate(&[&roll], &|_| true)
            .unwrap()[0];
        assert!((found.nats.play - by_hand.play).abs() < 1e-4 * by_hand.play, "{found:?}");
        let error = (found.nats.articulate - by_hand.articulate).abs();
        assert!(error <= 1e-4 * by_hand.articulate, "{found:?}, by hand {by_hand:?}");
    }
}

/// All that happens with some of the lowest keys in one step: each is silent, held, or struck.
fn outcomes(keys: usize) -> impl Iterator<Item = Step> {
    (0..3usize.pow(keys as u32)).map(move |number| {
        let mut step = Step::SILENCE;
        for key in 0..keys {
            let does = number / 3usize.pow(key as u32) % 3;
            if does > 0 {
                step.play.insert(key);
            }
            if does > 1 {
                step.articulate.insert(key);
            }
        }
        step
    })
}

/// The nats of what some of the lowest keys do, predicted at the last step of a roll. They depend on
/// nothing that the keys above do at this step, which so need not be summed over.
fn nats_at_the_end(model: &Model, roll: &Roll, keys: usize, does: Step) -> f64 {
    let engine = Cpu::for_inference(&model.parameters);
    let mut state = LstmState::zeros(&model.parameters.layers);
    let (mut room, mut nats, last) = (Default::default(), 0.0, roll.len() - 1);
    // In passages, so that what the memory knows matters.
    for start in (0..roll.len()).step_by(64) {
        let count = 64.min(roll.len() - start);
        let passage = Batch::passage(&Segment::new(roll, start, count), &model.layout);
        let mut tell = |step: usize, key: usize, logits: KeyLogits| {
            if start + step == last && key < keys {
                nats += logits.nats(choice(does, key)).total();
            }
        };
        engine.forward(&mut state, &passage, &mut room, &mut tell);
    }
    nats
}

#[test]
fn the_probabilities_of_all_that_four_keys_can_do_add_up_to_one() {
    let model = drawn(true);
    let mut begun = music(69);
    // All four sound, so that each can be held.
    begun.push(Step { play: (0..4).collect(), articulate: Keys::NONE });
    let mut probabilities = Vec::new();
    for step in outcomes(4) {
        let mut roll = begun.clone();
        roll.push(step);
        assert_eq!(roll.steps()[70], step, "it can be played");
        probabilities.push((-nats_at_the_end(&model, &roll, 4, step)).exp());
    }
    assert_eq!(probabilities.len(), 81);
    let sum: f64 = probabilities.iter().sum();
    assert!((sum - 1.0).abs() < 1e-12, "{sum}");
    // Four keys that knew nothing of each other would be this likely to do the same as each alone.
    let alone = |key: usize, does: usize| -> f64 {
        let of = |(number, _): &(usize, &f64)| number / 3usize.pow(key as u32) % 3 == does;
        probabilities.iter().enumerate().filter(of).map(|(_, p)| p).sum()
    };
    let independent: f64 = (0..4).map(|key| alone(key, 2)).product();
    assert!((probabilities[80] - independent).abs() > 1e-6, "keys know of those below");
}

/// The probability of all that the lowest key can do in so many steps, while all others are silent.
fn probability_of_all(model: &Model, begun: &Roll, steps: usize) -> f64 {
    if steps == 0 {
        return 1.0;
    }
    let mut sum = 0.0;
    for step in outcomes(1) {
        let mut roll = begun.clone();
        roll.push(step);
        let probability = (-nats_at_the_end(model, &roll, 1, step)).exp();
        // Nobody can hold what does not sound, though a network may think so: there it ends.
        let can_be = roll.steps().last() == Some(&step);
        sum += probability * if can_be { probability_of_all(model, &roll, steps - 1) } else { 1.0 };
    }
    sum
}

#[test]
fn the_probabilities_of_all_that_a_key_can_do_in_four_steps_add_up_to_one() {
    // Were a step predicted with knowledge of itself or of what follows, they would not.
    let model = drawn(true);
    let mut begun = music(61);
    begun.push(Step { play: Keys::from_iter([0]), articulate: Keys::NONE });
    let sum = probability_of_all(&model, &begun, 4);
    assert!((sum - 1.0).abs() < 1e-12, "{sum}");
}
