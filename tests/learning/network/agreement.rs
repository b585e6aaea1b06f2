//! The fast engine agrees with the equations.
//!
//! A rounding in single precision is off by 6e-8, and the engine's tanh by up to 3.1e-7 of its
//! value. So the loss can be right to about 1e-7, and a gradient to about 1e-6 unless its sum
//! cancels out.

use super::music::{architecture, double, parameters, relative_error, seeded, segments};
use super::reference;
use deep_jammer::attribute::Layout;
use deep_jammer::network::{Architecture, Batch, Cpu, Parameters, Preset, TrainingEngine};
use rand_chacha::rand_core::Rng;

/// Loss and gradient of `count` segments of `steps` steps on both. Returns the relative error of
/// the loss, and the largest relative error among the tensors of the gradient.
fn errors(architecture: &Architecture, count: usize, steps: usize, seed: u64) -> (f64, f64) {
    let mut random = seeded(seed);
    let parameters = parameters(architecture, &mut random);
    let segments = segments(count, steps, &mut random);
    let batch = Batch::new(&segments, &Layout::ARTICLE).with_dropout(architecture, &mut random);
    assert_eq!(batch.dropout().is_some(), architecture.dropout > 0.0);

    let values = double(&parameters.values);
    let exact = reference::learn(&parameters.layers, &values, &segments, batch.dropout());
    let mut gradient = Parameters::zeros(&parameters.layers);
    let nats = Cpu::for_training(&parameters).loss_and_gradient(&batch, &mut [], &mut gradient);

    let loss = [(nats.play, exact.play), (nats.articulate, exact.articulate)]
        .map(|(fast, exact)| (fast - exact).abs() / exact);
    let tensors = parameters.layers.tensors.iter().map(|tensor| {
        let range = tensor.range();
        let error =
            relative_error(&double(&gradient.values[range.clone()]), &exact.gradient[range]);
        (error, &tensor.name)
    });
    let (worst, name) = tensors.max_by(|a, b| a.0.total_cmp(&b.0)).unwrap();
    let loss = loss[0].max(loss[1]);
    let dropout = architecture.dropout;
    println!("{architecture} dropout {dropout}, {count} × {steps}: {loss:.1e} {worst:.1e} {name}");
    (loss, worst)
}

fn assert_agreement(architecture: &Architecture, count: usize, steps: usize, seed: u64) {
    let (loss, gradient) = errors(architecture, count, steps, seed);
    assert!(loss < 1e-7, "{architecture}, {count} × {steps}: the loss is off by {loss:e}");
    assert!(gradient < 1e-5, "{architecture}, {count} × {steps}: a gradient by {gradient:e}");
}

#[test]
fn a_network_of_one_layer_each_agrees() {
    assert_agreement(&architecture(&[13], &[13], &[], 0.0), 1, 2, 1);
    assert_agreement(&architecture(&[13], &[13], &[], 0.0), 5, 20, 2);
}

#[test]
fn a_network_of_single_units_agrees() {
    assert_agreement(&architecture(&[1], &[1], &[1], 0.3), 1, 9, 3);
    assert_agreement(&architecture(&[1, 1], &[1, 1], &[], 0.0), 2, 9, 4);
}

#[test]
fn a_network_of_three_layers_each_agrees() {
    assert_agreement(&architecture(&[5, 4, 3], &[4, 3, 2], &[], 0.0), 5, 17, 5);
    assert_agreement(&architecture(&[6, 5, 7], &[5, 8, 3], &[4], 0.4), 3, 40, 6);
}

#[test]
fn hidden_dense_layers_agree() {
    assert_agreement(&architecture(&[7], &[5], &[9], 0.0), 2, 12, 7);
    assert_agreement(&architecture(&[13, 9], &[7, 5], &[6, 3], 0.0), 1, 24, 8);
}

#[test]
fn dropout_agrees() {
    assert_agreement(&architecture(&[11, 6], &[5, 3], &[], 0.5), 5, 33, 9);
}

#[test]
fn segments_as_long_as_the_articles_agree() {
    assert_agreement(&architecture(&[9, 8], &[7, 5], &[], 0.0), 1, 128, 10);
    assert_agreement(&architecture(&[5], &[4], &[], 0.5), 5, 128, 11);
}

#[test]
fn the_sizes_of_the_article_agree() {
    assert_agreement(&Preset::Small.architecture(), 1, 20, 12);
    // The fast engine computes sums of 300 terms and more in parts.
    assert_agreement(&Preset::Dropout.architecture(), 2, 3, 13);
}

#[test]
fn whatever_small_network_is_drawn_agrees() {
    let mut random = seeded(14);
    let mut below = |limit: usize| random.next_u32() as usize % limit;
    for seed in 100..124 {
        let mut layers = |least: usize| -> Vec<usize> {
            let count = least + below(3);
            (0..count).map(|_| 1 + below(20)).collect()
        };
        let (time, note, dense) = (layers(1), layers(1), layers(0));
        let dropout = [0.0, 0.2, 0.6][below(3)];
        let (count, steps) = (1 + below(5), 2 + below(12));
        assert_agreement(&architecture(&time, &note, &dense, dropout), count, steps, seed);
    }
}
