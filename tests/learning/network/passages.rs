//! Whole pieces in passages, and batches in slices: the results do not depend on how music is
//! divided.

use super::music::{architecture, double, parameters, piece, relative_error, seeded, segments};
use deep_jammer::attribute::{Layout, StepAttributes};
use deep_jammer::likelihood::{nll, per_step};
use deep_jammer::network::{
    Architecture, Batch, Cpu, Engine, KeyAction, Layers, LstmState, Nats, Parameters,
    PassageEngine, StepEngine, TrainingEngine,
};
use deep_jammer::roll::Roll;
use deep_jammer::segment::Segment;

fn wide() -> Architecture {
    Architecture { layout: Layout::WIDE.name.to_owned(), ..architecture(&[13, 9], &[7], &[], 0.0) }
}

/// The NLL of a roll, predicted one step at a time.
fn step_by_step(parameters: &Parameters, layout: &Layout, roll: &Roll) -> Nats {
    let engine = Cpu::for_inference(parameters);
    let (mut state, mut workspace) = (LstmState::zeros(&parameters.layers), engine.workspace());
    let mut sum = Nats::default();
    for (index, &step) in roll.steps().iter().enumerate() {
        let mut attributes = StepAttributes::default();
        layout.describe(&roll.steps()[..index], None, roll.place(index), &mut attributes);
        let mut choose = |key: usize, logits: deep_jammer::network::KeyLogits| {
            let (play, articulate) = (step.play.contains(key), step.articulate.contains(key));
            let choice = KeyAction { play, articulate };
            sum += logits.nats(choice);
            choice
        };
        engine.predict(&mut state, &attributes, &mut choose, &mut workspace);
    }
    sum
}

fn assert_same(one: Nats, other: Nats) {
    assert!((one.play - other.play).abs() <= 1e-13 * other.play, "{one:?} {other:?}");
    let difference = (one.articulate - other.articulate).abs();
    assert!(difference <= 1e-13 * other.articulate, "{one:?} {other:?}");
}

#[test]
fn the_surprise_of_a_piece_is_that_of_its_steps_however_it_is_cut() {
    for (architecture, layout) in
        [(architecture(&[13, 9], &[7], &[5], 0.0), Layout::ARTICLE), (wide(), Layout::WIDE)]
    {
        let mut random = seeded(201);
        let parameters = parameters(&architecture, &mut random);
        let engine = Cpu::for_inference(&parameters);
        let roll = piece(190, &mut random);
        let exact = step_by_step(&parameters, &layout, &roll);
        let mut scratch = Default::default();
        for passage_steps in [1, 7, 64, 190] {
            let (mut state, mut sum) = (LstmState::zeros(&parameters.layers), Nats::default());
            for start in (0..roll.len()).step_by(passage_steps) {
                let count = passage_steps.min(roll.len() - start);
                let passage = Batch::passage(&Segment::new(&roll, start, count), &layout);
                sum += engine.nll(&mut state, &passage, &mut scratch);
            }
            assert_same(sum, exact);
        }
        let rolls = [&piece(70, &mut random), &roll, &piece(1, &mut random)];
        let sums = nll(&engine, &layout, &rolls, || false).unwrap();
        assert_same(sums[1], exact);
        for (roll, &sum) in rolls.iter().zip(&sums) {
            assert_same(sum, step_by_step(&parameters, &layout, roll));
        }
        let mean = per_step(&sums, &rolls).total();
        let by_hand: f64 = sums.iter().map(|sum| sum.total()).sum::<f64>() / 261.0;
        assert!((mean - by_hand).abs() < 1e-12, "a mean over steps, not over pieces");
    }
}

#[test]
fn where_only_sounding_notes_are_predicted_striking_costs_and_teaches_nothing() {
    let whole = architecture(&[13, 9], &[7], &[], 0.0);
    let sounding = Architecture { articulation: false, ..whole.clone() };
    let mut random = seeded(205);
    let parameters = parameters(&whole, &mut random);
    let batch = Batch::new(&segments(2, 30, &mut random), &Layout::ARTICLE);
    let learn = |architecture: &Architecture| {
        let layers = Layers::new(architecture, &Layout::ARTICLE);
        let parameters = Parameters { layers, values: parameters.values.clone() };
        let mut gradient = Parameters::zeros(&parameters.layers);
        let nats = Cpu::for_training(&parameters).loss_and_gradient(&batch, &mut [], &mut gradient);
        (nats, gradient)
    };
    let ((both, _), (one, gradient)) = (learn(&whole), learn(&sounding));
    assert!(both.articulate > 1.0);
    assert_eq!((one.play, one.articulate), (both.play, 0.0));
    // The weights of the second output are the second column of the last dense layer.
    let last = gradient.layers.dense.last().unwrap();
    let weight = gradient.tensor(last.weight);
    assert!(weight.iter().skip(1).step_by(2).all(|&slope| slope == 0.0));
    assert!(weight.iter().step_by(2).all(|&slope| slope != 0.0));
    assert_eq!(gradient.tensor(last.bias)[1], 0.0);
}

#[test]
fn the_number_of_threads_changes_nothing_in_the_surprise_of_pieces() {
    let mut random = seeded(211);
    let parameters = parameters(&wide(), &mut random);
    let rolls: Vec<Roll> = (1..6).map(|n| piece(30 * n, &mut random)).collect();
    let rolls: Vec<&Roll> = rolls.iter().collect();
    let engine = Cpu::for_inference(&parameters);
    let on = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| nll(&engine, &Layout::WIDE, &rolls, || false))
    };
    assert!(on(1).is_some());
    assert_eq!(on(1), on(3));
}

#[test]
fn a_batch_worked_through_in_slices_has_the_same_bits() {
    let architecture = architecture(&[13, 9], &[7, 5], &[4], 0.3);
    let mut random = seeded(221);
    let parameters = parameters(&architecture, &mut random);
    let batch = Batch::new(&segments(5, 80, &mut random), &Layout::ARTICLE);
    let batch = batch.with_dropout(&architecture, &mut random);
    let learn = |slice| {
        let mut engine = Cpu::for_training(&parameters);
        engine.set_slice(slice);
        let mut states = vec![LstmState::zeros(&parameters.layers); 5];
        let mut gradient = Parameters::zeros(&parameters.layers);
        let nats = engine.loss_and_gradient(&batch, &mut states, &mut gradient);
        let bits: Vec<u32> = gradient.values.iter().map(|value| value.to_bits()).collect();
        (nats, bits, states)
    };
    let whole = learn(usize::MAX);
    for slice in [1, 2, 3, 5] {
        assert!(learn(slice) == whole, "{slice} segments at once");
    }
}

#[test]
fn a_carried_memory_goes_on_as_if_the_segment_had_not_ended() {
    let architecture = architecture(&[13, 9], &[7], &[], 0.0);
    let mut random = seeded(231);
    let parameters = parameters(&architecture, &mut random);
    let rolls = [piece(90, &mut random), piece(90, &mut random)];
    let mut engine = Cpu::for_training(&parameters);
    let mut gradient = Parameters::zeros(&parameters.layers);
    let mut learn = |start: usize, count: usize, states: &mut [LstmState]| {
        let segments = rolls.each_ref().map(|roll| Segment::new(roll, start, count));
        engine.loss_and_gradient(&Batch::new(&segments, &Layout::ARTICLE), states, &mut gradient)
    };
    let empty = || vec![LstmState::zeros(&parameters.layers); 2];
    let (mut whole_memory, mut state) = (empty(), empty());
    let whole = learn(3, 81, &mut whole_memory);
    // The first step of a segment is not predicted, so the next segment begins with the last step.
    let mut sum = learn(3, 41, &mut state);
    sum += learn(43, 41, &mut state);
    assert_same(sum, whole);
    assert_eq!(state, whole_memory);
    let forgetful = learn(43, 41, &mut []);
    assert_ne!(forgetful, learn(43, 41, &mut whole_memory), "and the memory matters");
}

#[test]
fn the_gradient_on_a_carried_memory_is_the_slope_of_the_loss() {
    let architecture = architecture(&[13, 9], &[7], &[], 0.0);
    let mut random = seeded(241);
    let parameters = parameters(&architecture, &mut random);
    let segments = segments(2, 20, &mut random);
    let batch = Batch::new(&segments, &Layout::ARTICLE);
    let mut engine = Cpu::for_training(&parameters);
    let mut gradient = Parameters::zeros(&parameters.layers);
    let mut carried = vec![LstmState::zeros(&parameters.layers); 2];
    engine.loss_and_gradient(&batch, &mut carried, &mut gradient);
    let mut learn = |parameters: &Parameters| {
        engine.load(parameters);
        let loss = engine.loss_and_gradient(&batch, &mut carried.clone(), &mut gradient).total();
        (loss, double(&gradient.values))
    };
    let (_, exact) = learn(&parameters);
    // Tensor by tensor along its gradient, where the slope is the norm of the gradient.
    for tensor in &parameters.layers.tensors {
        let part = &exact[tensor.range()];
        let length = part.iter().map(|g| g * g).sum::<f64>().sqrt();
        let step = 3e-3;
        let moved = |sign: f64| {
            let mut moved = parameters.clone();
            for (value, g) in moved.values[tensor.range()].iter_mut().zip(part) {
                *value += (sign * step * g / length) as f32;
            }
            moved
        };
        let slope = (learn(&moved(1.0)).0 - learn(&moved(-1.0)).0) / (2.0 * step);
        let error = relative_error(&[slope], &[length]);
        assert!(error < 2e-3, "{}: slope {slope}, gradient {length}", tensor.name);
    }
}
