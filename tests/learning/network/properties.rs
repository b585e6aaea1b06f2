//! Properties of the engine that hold with any weights: the same music gives the same results,
//! whatever way they are computed.

use super::music::{architecture, double, parameters, relative_error, seeded, segments, truth};
use deep_jammer::attribute::{Layout, StepAttributes};
use deep_jammer::network::{
    Architecture, Batch, Cpu, Engine, KeyAction, KeyLogits, LstmState, Nats, Parameters,
    StepEngine, TrainingEngine, Workspace,
};
use deep_jammer::roll::KEYS;
use deep_jammer::segment::Segment;
use rayon::ThreadPoolBuilder;

/// Architectures with one layer and several, whose units do not fill whole registers.
fn shapes() -> [Architecture; 3] {
    [
        architecture(&[13], &[7], &[], 0.0),
        architecture(&[11, 17, 5], &[6, 9, 3], &[], 0.0),
        architecture(&[33, 20], &[13, 5], &[10, 4], 0.0),
    ]
}

fn learn(engine: &mut Cpu, like: &Parameters, batch: &Batch) -> (Nats, Vec<f32>) {
    // The previous content of the gradient must not matter.
    let mut gradient = like.clone();
    gradient.values.fill(f32::NAN);
    let nats = engine.loss_and_gradient(batch, &mut [], &mut gradient);
    (nats, gradient.values)
}

fn bits(gradient: &[f32]) -> Vec<u32> {
    gradient.iter().map(|value| value.to_bits()).collect()
}

/// Predicts a step of a segment with teacher forcing.
fn predict(
    engine: &Cpu,
    state: &mut LstmState,
    segment: &Segment,
    step: usize,
    workspace: &mut Workspace,
) -> Vec<KeyLogits> {
    let mut attributes = StepAttributes::default();
    Layout::ARTICLE.describe(segment.past(step), None, segment.place(step), &mut attributes);
    let mut logits = Vec::new();
    let mut choose = |key: usize, said: KeyLogits| {
        assert_eq!(key, logits.len(), "the keys come from the lowest to the highest");
        logits.push(said);
        truth(segment, step, key)
    };
    engine.predict(state, &attributes, &mut choose, workspace);
    assert_eq!(logits.len(), KEYS);
    logits
}

/// All steps of a segment but the first.
fn predict_all(engine: &Cpu, parameters: &Parameters, segment: &Segment) -> Vec<Vec<KeyLogits>> {
    let mut state = LstmState::zeros(&parameters.layers);
    let mut workspace = engine.workspace();
    let mut step = |step| predict(engine, &mut state, segment, step, &mut workspace);
    (1..segment.len()).map(&mut step).collect()
}

fn nats(segment: &Segment, logits: &[Vec<KeyLogits>]) -> Nats {
    let mut sum = Nats::default();
    for (step, logits) in logits.iter().enumerate() {
        for (key, logits) in logits.iter().enumerate() {
            sum += logits.nats(truth(segment, step + 1, key));
        }
    }
    sum
}

/// Sums of the same numbers in another order.
fn assert_same_sum(one: f64, other: f64) {
    // One different bit of one logit would show: half an ulp of 0.1 is 4e-9 nats, of some thousand.
    assert!((one - other).abs() <= 1e-13 * other, "{one} {other}");
}

#[test]
fn predicting_step_by_step_gives_the_nats_of_learning() {
    for (seed, architecture) in shapes().into_iter().enumerate() {
        let mut random = seeded(31 + seed as u64);
        let parameters = parameters(&architecture, &mut random);
        let mut engine = Cpu::for_training(&parameters);
        let segments = segments(3, 14, &mut random);
        let mut sum = Nats::default();
        for segment in &segments {
            let predicted = nats(segment, &predict_all(&engine, &parameters, segment));
            let batch = Batch::new(std::slice::from_ref(segment), &Layout::ARTICLE);
            let learned = learn(&mut engine, &parameters, &batch).0;
            assert_same_sum(predicted.play, learned.play);
            assert_same_sum(predicted.articulate, learned.articulate);
            sum += predicted;
        }
        let together = learn(&mut engine, &parameters, &Batch::new(&segments, &Layout::ARTICLE)).0;
        assert_same_sum(sum.total(), together.total());
    }
}

#[test]
fn one_predicted_step_has_the_bits_of_learning() {
    // Here even the order of the sum is the same.
    for (seed, architecture) in shapes().into_iter().enumerate() {
        let mut random = seeded(41 + seed as u64);
        let parameters = parameters(&architecture, &mut random);
        let mut engine = Cpu::for_training(&parameters);
        let segment = &segments(1, 2, &mut random)[0];
        let predicted = nats(segment, &predict_all(&engine, &parameters, segment));
        let batch = Batch::new(std::slice::from_ref(segment), &Layout::ARTICLE);
        assert_eq!(predicted, learn(&mut engine, &parameters, &batch).0);
    }
}

#[test]
fn an_engine_that_does_not_learn_predicts_the_same() {
    let mut random = seeded(51);
    let parameters = parameters(&shapes()[2], &mut random);
    let segment = &segments(1, 8, &mut random)[0];
    let [learns, does_not] = [Cpu::for_training, Cpu::for_inference]
        .map(|engine| predict_all(&engine(&parameters), &parameters, segment));
    assert_eq!(learns, does_not);
}

#[test]
fn the_number_of_threads_changes_no_bit() {
    for (seed, mut architecture) in shapes().into_iter().enumerate() {
        let mut random = seeded(61 + seed as u64);
        architecture.dropout = [0.0, 0.3, 0.5][seed];
        let parameters = parameters(&architecture, &mut random);
        let segments = segments(5, 21, &mut random);
        let batch = Batch::new(&segments, &Layout::ARTICLE);
        let batch = batch.with_dropout(&architecture, &mut random);
        let outcomes = [1, 2, 3, 5].map(|threads| {
            let pool = ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let mut engine = Cpu::for_training(&parameters);
            // The second time in buffers that other threads may have used before.
            let first = pool.install(|| learn(&mut engine, &parameters, &batch));
            let second = pool.install(|| learn(&mut engine, &parameters, &batch));
            assert_eq!((first.0, bits(&first.1)), (second.0, bits(&second.1)));
            (first.0, bits(&first.1))
        });
        assert!(outcomes.iter().all(|outcome| *outcome == outcomes[0]), "{architecture}");
    }
}

#[test]
fn an_engine_keeps_nothing_of_earlier_batches() {
    for (seed, mut architecture) in shapes().into_iter().enumerate() {
        let mut random = seeded(71 + seed as u64);
        let parameters = parameters(&architecture, &mut random);
        // Longer and shorter, more and fewer, with dropout and without.
        let batches: Vec<Batch> =
            [(3, 9, 0.0), (5, 30, 0.4), (1, 2, 0.0), (4, 5, 0.5), (2, 9, 0.0)]
                .into_iter()
                .map(|(count, steps, dropout)| {
                    architecture.dropout = dropout;
                    Batch::new(&segments(count, steps, &mut random), &Layout::ARTICLE)
                        .with_dropout(&architecture, &mut random)
                })
                .collect();
        let mut used = Cpu::for_training(&parameters);
        for batch in batches.iter().chain(batches.iter().rev()) {
            let (nats, gradient) = learn(&mut used, &parameters, batch);
            let fresh = learn(&mut Cpu::for_training(&parameters), &parameters, batch);
            assert_eq!((nats, bits(&gradient)), (fresh.0, bits(&fresh.1)), "{architecture}");
        }
    }
}

#[test]
fn an_engine_computes_with_the_parameters_loaded_last() {
    let mut random = seeded(81);
    let [first, second] = [(); 2].map(|()| parameters(&shapes()[1], &mut random));
    let batch = Batch::new(&segments(2, 6, &mut random), &Layout::ARTICLE);
    let mut engine = Cpu::for_training(&first);
    let before = learn(&mut engine, &first, &batch);
    engine.load(&second);
    let other = learn(&mut engine, &first, &batch);
    assert_ne!(before.0, other.0);
    assert_eq!(other, learn(&mut Cpu::for_training(&second), &second, &batch));
    engine.load(&first);
    assert_eq!(before, learn(&mut engine, &first, &batch));
}

#[test]
fn a_copied_memory_continues_the_same_music() {
    let mut random = seeded(91);
    let parameters = parameters(&shapes()[1], &mut random);
    let engine = Cpu::for_inference(&parameters);
    let two = segments(2, 16, &mut random);
    let whole = predict_all(&engine, &parameters, &two[0]);
    let mut state = LstmState::zeros(&parameters.layers);
    let mut workspace = engine.workspace();
    for step in 1..8 {
        predict(&engine, &mut state, &two[0], step, &mut workspace);
    }
    let mut copy = state.clone();
    for step in 8..16 {
        // Other music in the meantime, in the same workspace, does not affect the copy.
        predict(&engine, &mut state, &two[1], step, &mut workspace);
        assert_ne!(state, copy);
        let continued = predict(&engine, &mut copy, &two[0], step, &mut workspace);
        assert_eq!(continued, whole[step - 1], "step {step}");
    }
}

#[test]
fn a_prediction_does_not_know_what_it_predicts() {
    let mut random = seeded(101);
    let parameters = parameters(&shapes()[0], &mut random);
    let engine = Cpu::for_inference(&parameters);
    let segment = &segments(1, 3, &mut random)[0];
    let mut attributes = StepAttributes::default();
    Layout::ARTICLE.describe(segment.past(1), None, segment.place(1), &mut attributes);
    let step_with = |chosen: usize| {
        let mut logits = Vec::new();
        let mut choose = |key: usize, said: KeyLogits| {
            logits.push(said);
            KeyAction { play: key == chosen, articulate: key == chosen }
        };
        let state = &mut LstmState::zeros(&parameters.layers);
        engine.predict(state, &attributes, &mut choose, &mut engine.workspace());
        logits
    };
    // What a key does is fed back to the keys above it and to no other.
    let (none, some) = (step_with(KEYS), step_with(40));
    assert_eq!(none[..=40], some[..=40]);
    assert!((41..45).all(|key| none[key] != some[key]));
}

#[test]
fn the_probabilities_of_all_that_a_key_can_do_add_up_to_one() {
    let mut random = seeded(111);
    let parameters = parameters(&shapes()[2], &mut random);
    let engine = Cpu::for_inference(&parameters);
    let segment = &segments(1, 6, &mut random)[0];
    let extreme = [-800.0, -30.0, 30.0, 800.0];
    let extreme = extreme.map(|logit| KeyLogits { play: logit, articulate: -logit });
    for logits in predict_all(&engine, &parameters, segment).iter().flatten().chain(&extreme) {
        let silent = KeyAction::default();
        let held = KeyAction { play: true, articulate: false };
        let struck = KeyAction { play: true, articulate: true };
        let probability = |choice| (-logits.nats(choice).total()).exp();
        let sum: f64 = [silent, held, struck].map(probability).iter().sum();
        assert!((sum - 1.0).abs() < 1e-14, "{logits:?}: {sum}");
        assert!((probability(silent) + logits.play_probability(1.0) - 1.0).abs() < 1e-14);
        let both = logits.play_probability(1.0) * logits.articulate_probability(1.0);
        assert!((probability(struck) - both).abs() < 1e-14);
    }
}

#[test]
fn a_batch_is_the_sum_of_its_segments() {
    for (seed, architecture) in shapes().into_iter().enumerate() {
        let mut random = seeded(121 + seed as u64);
        let parameters = parameters(&architecture, &mut random);
        let segments = segments(5, 15, &mut random);
        let mut engine = Cpu::for_training(&parameters);
        let (together, gradient) =
            learn(&mut engine, &parameters, &Batch::new(&segments, &Layout::ARTICLE));
        let mut sum = (0.0, vec![0.0; gradient.len()]);
        for segment in segments {
            let batch = Batch::new(&[segment], &Layout::ARTICLE);
            let (nats, gradient) = learn(&mut engine, &parameters, &batch);
            sum.0 += nats.total();
            sum.1.iter_mut().zip(double(&gradient)).for_each(|(sum, d)| *sum += d);
        }
        assert_same_sum(sum.0, together.total());
        let error = relative_error(&double(&gradient), &sum.1);
        println!("{architecture}: {error:.1e}");
        assert!(error < 1e-6, "{architecture}: {error:e}");
    }
}

#[test]
fn dropout_drops_its_share_and_makes_up_for_it() {
    let mut random = seeded(131);
    let architecture = architecture(&[20, 10], &[10], &[], 0.4);
    let batch = Batch::new(&segments(3, 30, &mut random), &Layout::ARTICLE)
        .with_dropout(&architecture, &mut random);
    let dropout = batch.dropout().unwrap();
    assert_eq!(dropout.time.iter().map(Vec::len).collect::<Vec<_>>(), [3 * 88 * 20, 3 * 88 * 10]);
    assert_eq!(dropout.note.iter().map(Vec::len).collect::<Vec<_>>(), [3 * 29 * 10]);
    for factors in dropout.time.iter().chain(&dropout.note) {
        assert!(factors.iter().all(|&factor| factor == 0.0 || factor == (1.0f64 / 0.6) as f32));
        let dropped = factors.iter().filter(|&&factor| factor == 0.0).count() as f64;
        // Four standard deviations.
        let count = factors.len() as f64;
        assert!((dropped / count - 0.4).abs() < 4.0 * (0.24 / count).sqrt());
    }
}
