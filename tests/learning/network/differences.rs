//! Gradients against finite differences.

use super::music::{architecture, double, parameters, seeded, segments};
use super::reference;
use deep_jammer::attribute::Layout;
use deep_jammer::network::{Batch, Cpu, Engine, Parameters, TrainingEngine};
use rand_chacha::rand_core::Rng;

#[test]
fn the_gradient_of_the_reference_is_the_slope_of_its_loss() {
    let architecture = architecture(&[2, 3], &[3, 2], &[2], 0.3);
    let mut random = seeded(21);
    let parameters = parameters(&architecture, &mut random);
    let segments = segments(2, 4, &mut random);
    let batch = Batch::new(&segments, &Layout::ARTICLE).with_dropout(&architecture, &mut random);
    let learn =
        |values: &[f64]| reference::learn(&parameters.layers, values, &segments, batch.dropout());

    let mut values = double(&parameters.values);
    let exact = learn(&values);
    // The error of central differences is about the square of the step (1e-10), plus the rounding
    // error of the loss over the step (500 · 1e-16 / 1e-5, and somewhat more for its long sum).
    const STEP: f64 = 1e-5;
    let largest = exact.gradient.iter().fold(0.0, |largest: f64, d| largest.max(d.abs()));
    let mut worst = 0.0f64;
    for tensor in &parameters.layers.tensors {
        for index in tensor.range() {
            let value = values[index];
            let mut loss_at = |moved: f64| {
                values[index] = moved;
                learn(&values).total()
            };
            let slope = (loss_at(value + STEP) - loss_at(value - STEP)) / (2.0 * STEP);
            values[index] = value;
            let error = (slope - exact.gradient[index]).abs();
            worst = worst.max(error);
            assert!(error < 2e-7, "{} at {index}: off by {error:e}", tensor.name);
        }
    }
    println!("reference: off by at most {worst:.1e}; the largest derivative is {largest:.1e}");
    assert!(largest > 1.0, "there is something to compare");
}

/// The loss of the fast engine has seven digits, so a single parameter changes it too little. All
/// parameters of a tensor together change it enough.
#[test]
fn the_gradient_of_the_fast_engine_is_the_slope_of_its_loss() {
    let architecture = architecture(&[9, 6], &[7, 5], &[4], 0.3);
    let mut random = seeded(22);
    let start = parameters(&architecture, &mut random);
    let segments = segments(3, 10, &mut random);
    let batch = Batch::new(&segments, &Layout::ARTICLE).with_dropout(&architecture, &mut random);
    let mut engine = Cpu::for_training(&start);
    let mut gradient = Parameters::zeros(&start.layers);
    engine.loss_and_gradient(&batch, &mut [], &mut gradient);
    let mut spare = gradient.clone();
    let mut loss_at = |values: &Parameters| {
        engine.load(values);
        engine.loss_and_gradient(&batch, &mut [], &mut spare).total()
    };

    for tensor in &start.layers.tensors {
        // Along the gradient, with each component times a random factor from 0 to 2.
        let direction: Vec<f32> = gradient.values[tensor.range()]
            .iter()
            .map(|d| d * (random.next_u32() as f32 / u32::MAX as f32) * 2.0)
            .collect();
        let length = direction.iter().map(|d| d * d).sum::<f32>().sqrt();
        let moved = |distance: f32| {
            let mut values = start.clone();
            let range = tensor.range();
            values.values[range].iter_mut().zip(&direction).for_each(|(value, d)| {
                *value += d / length * distance;
            });
            values
        };
        let (ahead, behind) = (moved(4e-3), moved(-4e-3));
        let rise = loss_at(&ahead) - loss_at(&behind);
        let told: f64 = tensor
            .range()
            .map(|index| {
                let distance = f64::from(ahead.values[index]) - f64::from(behind.values[index]);
                f64::from(gradient.values[index]) * distance
            })
            .sum();
        let error = (rise - told).abs() / told;
        println!("{}: {error:.1e} of {told:.1e}", tensor.name);
        assert!(error < 1e-3, "{}: {rise} instead of {told}", tensor.name);
    }
}
