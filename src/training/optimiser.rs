//! How parameters follow their gradient.

use crate::network::{Parameters, Tensor};
use std::fmt;

/// A rule by which parameters follow their gradient, with all that it remembers.
#[derive(Debug, Clone, PartialEq)]
pub enum Optimiser {
    /// The article's.
    Adadelta(Adadelta),
    /// The other choice.
    Adam(Adam),
}

/// Zeiler 2012 (arXiv 1212.5701): a step is as large as steps have been, by the size that the
/// gradient has had.
#[derive(Debug, Clone, PartialEq)]
pub struct Adadelta {
    /// How much of the past is kept from step to step; the article's 0.95.
    pub rho: f32,
    /// What keeps the first steps from being none at all; the article's 1e-6.
    pub epsilon: f32,
    /// A factor on every step. The article names 0.01, but its library's Adadelta has none: 1.
    pub rate: f32,
    squared_gradient: Vec<f32>,
    squared_step: Vec<f32>,
}

/// Kingma and Ba 2015 (arXiv 1412.6980).
#[derive(Debug, Clone, PartialEq)]
pub struct Adam {
    /// The size of a step.
    pub rate: f32,
    /// How much of the mean gradient is kept.
    pub beta1: f32,
    /// How much of the mean squared gradient is kept.
    pub beta2: f32,
    /// What keeps a step finite where there is no gradient.
    pub epsilon: f32,
    steps: i32,
    mean: Vec<f32>,
    squared: Vec<f32>,
}

/// An unknown optimiser.
#[derive(Debug, thiserror::Error)]
#[error("there is no optimiser \"{0}\"; choose adadelta or adam")]
pub struct OptimiserError(String);

impl Adadelta {
    /// The article's settings, for so many values.
    pub fn new(values: usize) -> Adadelta {
        let zeros = vec![0.0; values];
        let squared_step = zeros.clone();
        Adadelta { rho: 0.95, epsilon: 1e-6, rate: 1.0, squared_gradient: zeros, squared_step }
    }

    fn step(&mut self, values: &mut [f32], gradient: &[f32]) {
        let Adadelta { rho, epsilon, rate, squared_gradient, squared_step } = self;
        let memory = squared_gradient.iter_mut().zip(squared_step);
        for ((value, &g), (g2, s2)) in values.iter_mut().zip(gradient).zip(memory) {
            *g2 = *rho * *g2 + (1.0 - *rho) * g * g;
            let step = (*s2 + *epsilon).sqrt() / (*g2 + *epsilon).sqrt() * g;
            *s2 = *rho * *s2 + (1.0 - *rho) * step * step;
            *value -= *rate * step;
        }
    }
}

impl Adam {
    /// The paper's settings but for the rate, for so many values.
    pub fn new(rate: f32, values: usize) -> Adam {
        let zeros = vec![0.0; values];
        let squared = zeros.clone();
        Adam { rate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, steps: 0, mean: zeros, squared }
    }

    fn step(&mut self, values: &mut [f32], gradient: &[f32]) {
        self.steps += 1;
        let Adam { rate, beta1, beta2, epsilon, steps, mean, squared } = self;
        // Not the system's power function, whose last bits differ from machine to machine.
        let power = |base: f32| libm::pow(f64::from(base), f64::from(*steps));
        let correction1 = (1.0 - power(*beta1)) as f32;
        let correction2 = (1.0 - power(*beta2)).sqrt() as f32;
        let memory = mean.iter_mut().zip(squared);
        for ((value, &g), (m, v)) in values.iter_mut().zip(gradient).zip(memory) {
            *m = *beta1 * *m + (1.0 - *beta1) * g;
            *v = *beta2 * *v + (1.0 - *beta2) * g * g;
            *value -= *rate / correction1 * *m / (v.sqrt() / correction2 + *epsilon);
        }
    }
}

impl Optimiser {
    /// Moves the parameters one step along a gradient.
    pub fn step(&mut self, parameters: &mut Parameters, gradient: &Parameters) {
        match self {
            Optimiser::Adadelta(rule) => rule.step(&mut parameters.values, &gradient.values),
            Optimiser::Adam(rule) => rule.step(&mut parameters.values, &gradient.values),
        }
    }

    /// The optimiser of that name with its usual settings, and the rate if one is given.
    pub fn named(
        name: &str,
        rate: Option<f32>,
        values: usize,
    ) -> Result<Optimiser, OptimiserError> {
        match name {
            "adadelta" => {
                let rule = Adadelta::new(values);
                Ok(Optimiser::Adadelta(Adadelta { rate: rate.unwrap_or(rule.rate), ..rule }))
            }
            "adam" => Ok(Optimiser::Adam(Adam::new(rate.unwrap_or(1e-3), values))),
            _ => Err(OptimiserError(name.to_owned())),
        }
    }
}

impl fmt::Display for Optimiser {
    /// Name and settings, for the record.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Optimiser::Adadelta(Adadelta { rho, epsilon, rate, .. }) => {
                write!(f, "adadelta(rho {rho}, epsilon {epsilon:e}, rate {rate})")
            }
            Optimiser::Adam(Adam { rate, beta1, beta2, epsilon, .. }) => {
                write!(f, "adam(rate {rate}, betas {beta1} {beta2}, epsilon {epsilon:e})")
            }
        }
    }
}

/// Shortens the gradient of each tensor that is longer than `limit` (the Euclidean norm) to that
/// length, as the authors' program does with 5.
pub fn clip(gradient: &mut Parameters, limit: f32) {
    let ranges: Vec<_> = gradient.layers.tensors.iter().map(Tensor::range).collect();
    for range in ranges {
        let tensor = &mut gradient.values[range];
        let norm = tensor.iter().map(|&g| f64::from(g) * f64::from(g)).sum::<f64>().sqrt();
        if norm > f64::from(limit) {
            let factor = (f64::from(limit) / norm) as f32;
            tensor.iter_mut().for_each(|g| *g *= factor);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Layers, Preset};

    #[test]
    fn the_first_step_of_adadelta_is_the_papers() {
        // √ε / √(0.05 g² + ε) · g, computed by hand for g = 0.02: 0.00436436.
        let mut rule = Adadelta::new(1);
        let mut values = [1.0];
        rule.step(&mut values, &[0.02]);
        assert!((values[0] - (1.0 - 0.004_364_358)).abs() < 1e-7, "{}", values[0]);
    }

    #[test]
    fn the_first_step_of_adam_is_its_rate() {
        for gradient in [0.3, -25.0] {
            let mut rule = Adam::new(0.01, 1);
            let mut values = [1.0];
            rule.step(&mut values, &[gradient]);
            assert!((1.0 - values[0] - 0.01 * gradient.signum()).abs() < 1e-6);
        }
    }

    #[test]
    fn clipping_shortens_only_what_is_too_long() {
        let architecture = Preset::Small.architecture();
        let layers = Layers::new(&architecture, &architecture.check().unwrap());
        let mut gradient = Parameters::zeros(&layers);
        gradient.tensor_mut(0)[..2].copy_from_slice(&[30.0, 40.0]);
        gradient.tensor_mut(1)[..2].copy_from_slice(&[3.0, 4.0]);
        clip(&mut gradient, 5.0);
        assert_eq!(gradient.tensor(0)[..2], [3.0, 4.0]);
        assert_eq!(gradient.tensor(1)[..2], [3.0, 4.0]);
    }

    #[test]
    fn an_unknown_optimiser_is_refused_with_those_that_are_known() {
        let error = Optimiser::named("sgd", None, 1).unwrap_err().to_string();
        assert!(error.contains("adadelta or adam"), "{error}");
    }
}
