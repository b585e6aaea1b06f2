//! Optimisers, and the clipping of gradients.

use crate::network::{Parameters, Tensor};
use serde::{Deserialize, Serialize};
use std::fmt;

/// An optimiser and its settings.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "lowercase", deny_unknown_fields)]
pub enum OptimiserSettings {
    /// The optimiser of the article: Zeiler 2012 (arXiv 1212.5701).
    Adadelta {
        /// The decay of both running means; 0.95 in the article.
        rho: f32,
        /// Added under both roots, so that the first steps are not zero; 1e-6 in the article.
        epsilon: f32,
        /// A factor on every step. The article names 0.01, but the Adadelta of its library has no
        /// such factor, so the default is 1.
        rate: f32,
    },
    /// Kingma and Ba 2015 (arXiv 1412.6980).
    Adam {
        /// The learning rate.
        rate: f32,
        /// The decay of the mean gradient.
        beta1: f32,
        /// The decay of the mean squared gradient.
        beta2: f32,
        /// Added to the root, so that a step stays finite without a gradient.
        epsilon: f32,
    },
}

/// An unknown name of an optimiser.
#[derive(Debug, thiserror::Error)]
#[error("there is no optimiser \"{0}\"; choose adadelta or adam")]
pub struct OptimiserError(String);

impl OptimiserSettings {
    /// The article's settings.
    pub const ADADELTA: OptimiserSettings =
        OptimiserSettings::Adadelta { rho: 0.95, epsilon: 1e-6, rate: 1.0 };

    /// The settings of the paper, with another learning rate.
    pub fn adam(rate: f32) -> OptimiserSettings {
        OptimiserSettings::Adam { rate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }
    }

    /// The optimiser of that name, with its default settings.
    ///
    /// # Errors
    /// The name is unknown.
    pub fn named(name: &str) -> Result<OptimiserSettings, OptimiserError> {
        match name {
            "adadelta" => Ok(Self::ADADELTA),
            "adam" => Ok(Self::adam(1e-3)),
            _ => Err(OptimiserError(name.to_owned())),
        }
    }

    /// The learning rate; for Adadelta the factor on every step.
    pub fn rate(&self) -> f32 {
        match *self {
            OptimiserSettings::Adadelta { rate, .. } | OptimiserSettings::Adam { rate, .. } => rate,
        }
    }
}

impl fmt::Display for OptimiserSettings {
    /// Name and settings.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OptimiserSettings::Adadelta { rho, epsilon, rate } => {
                write!(f, "adadelta(rho {rho}, epsilon {epsilon:e}, rate {rate})")
            }
            OptimiserSettings::Adam { rate, beta1, beta2, epsilon } => {
                write!(f, "adam(rate {rate}, betas {beta1} {beta2}, epsilon {epsilon:e})")
            }
        }
    }
}

/// An optimiser with its state.
#[derive(Debug, Clone, PartialEq)]
pub struct Optimiser {
    settings: OptimiserSettings,
    steps: u64,
    /// Adadelta's squared gradient, or Adam's mean gradient.
    first: Vec<f32>,
    /// Adadelta's squared step, or Adam's mean squared gradient.
    second: Vec<f32>,
}

impl Optimiser {
    /// A new optimiser for `values` values.
    pub fn new(settings: OptimiserSettings, values: usize) -> Optimiser {
        Optimiser { settings, steps: 0, first: vec![0.0; values], second: vec![0.0; values] }
    }

    /// An optimiser that continues from the [state](Self::state) of another.
    pub fn resume(settings: OptimiserSettings, steps: u64, state: [Vec<f32>; 2]) -> Optimiser {
        let [first, second] = state;
        Optimiser { settings, steps, first, second }
    }

    /// The number of steps so far.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// Its two moments, each as long as the values.
    pub fn state(&self) -> [&[f32]; 2] {
        [&self.first, &self.second]
    }

    /// Changes the parameters by one step against their gradient, at `factor` times the learning
    /// rate.
    pub fn step(&mut self, parameters: &mut Parameters, gradient: &Parameters, factor: f32) {
        self.step_values(&mut parameters.values, &gradient.values, factor);
    }

    fn step_values(&mut self, values: &mut [f32], gradient: &[f32], factor: f32) {
        self.steps += 1;
        let state = self.first.iter_mut().zip(&mut self.second);
        let all = values.iter_mut().zip(gradient).zip(state);
        match self.settings {
            OptimiserSettings::Adadelta { rho, epsilon, rate } => {
                let rate = rate * factor;
                for ((value, &g), (g2, s2)) in all {
                    *g2 = rho * *g2 + (1.0 - rho) * g * g;
                    let step = (*s2 + epsilon).sqrt() / (*g2 + epsilon).sqrt() * g;
                    *s2 = rho * *s2 + (1.0 - rho) * step * step;
                    *value -= rate * step;
                }
            }
            OptimiserSettings::Adam { rate, beta1, beta2, epsilon } => {
                // libm, because the last bits of the system's power function differ between
                // machines.
                let power = |base: f32| libm::pow(f64::from(base), self.steps as f64);
                let correction1 = (1.0 - power(beta1)) as f32;
                let correction2 = (1.0 - power(beta2)).sqrt() as f32;
                let rate = rate * factor;
                for ((value, &g), (m, v)) in all {
                    *m = beta1 * *m + (1.0 - beta1) * g;
                    *v = beta2 * *v + (1.0 - beta2) * g * g;
                    *value -= rate / correction1 * *m / (v.sqrt() / correction2 + epsilon);
                }
            }
        }
    }
}

/// Scales the gradient of each tensor whose Euclidean norm is above `limit` down to that norm, as
/// the authors' program does with 5. Returns the norm of the whole gradient before clipping.
pub fn clip(gradient: &mut Parameters, limit: f32) -> f64 {
    let mut whole = 0.0;
    let ranges: Vec<_> = gradient.layers.tensors.iter().map(Tensor::range).collect();
    for range in ranges {
        let tensor = &mut gradient.values[range];
        let square = tensor.iter().map(|&g| f64::from(g) * f64::from(g)).sum::<f64>();
        let norm = square.sqrt();
        whole += square;
        if norm > f64::from(limit) {
            let factor = (f64::from(limit) / norm) as f32;
            tensor.iter_mut().for_each(|g| *g *= factor);
        }
    }
    whole.sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Layers, Preset};

    #[test]
    fn the_first_step_of_adadelta_is_the_papers() {
        // √ε / √(0.05 g² + ε) · g, computed by hand for g = 0.02: 0.00436436.
        let mut optimiser = Optimiser::new(OptimiserSettings::ADADELTA, 1);
        let mut values = [1.0];
        optimiser.step_values(&mut values, &[0.02], 1.0);
        assert!((values[0] - (1.0 - 0.004_364_358)).abs() < 1e-7, "{}", values[0]);
    }

    #[test]
    fn the_first_step_of_adam_is_its_rate_times_the_factor() {
        for gradient in [0.3, -25.0] {
            let mut optimiser = Optimiser::new(OptimiserSettings::adam(0.02), 1);
            let mut values = [1.0];
            optimiser.step_values(&mut values, &[gradient], 0.5);
            assert!((1.0 - values[0] - 0.01 * gradient.signum()).abs() < 1e-6);
        }
    }

    #[test]
    fn an_optimiser_goes_on_from_its_memory_as_if_nothing_had_happened() {
        for settings in [OptimiserSettings::ADADELTA, OptimiserSettings::adam(0.01)] {
            let mut whole = Optimiser::new(settings, 2);
            let (mut one, mut other) = ([1.0, -1.0], [1.0, -1.0]);
            whole.step_values(&mut one, &[0.5, 0.1], 1.0);
            let mut begun = Optimiser::new(settings, 2);
            begun.step_values(&mut other, &[0.5, 0.1], 1.0);
            let state = begun.state().map(<[f32]>::to_vec);
            let mut resumed = Optimiser::resume(settings, begun.steps(), state);
            whole.step_values(&mut one, &[0.2, 0.3], 1.0);
            resumed.step_values(&mut other, &[0.2, 0.3], 1.0);
            assert_eq!((one, whole), (other, resumed));
        }
    }

    #[test]
    fn clipping_shortens_only_what_is_too_long() {
        let architecture = Preset::Small.architecture();
        let layers = Layers::new(&architecture, &architecture.check().unwrap());
        let mut gradient = Parameters::zeros(&layers);
        gradient.tensor_mut(0)[..2].copy_from_slice(&[30.0, 40.0]);
        gradient.tensor_mut(1)[..2].copy_from_slice(&[3.0, 4.0]);
        let norm = clip(&mut gradient, 5.0);
        assert!((norm - 2525f64.sqrt()).abs() < 1e-9, "{norm}");
        assert_eq!(gradient.tensor(0)[..2], [3.0, 4.0]);
        assert_eq!(gradient.tensor(1)[..2], [3.0, 4.0]);
    }

    #[test]
    fn an_unknown_optimiser_is_refused_with_those_that_are_known() {
        let error = OptimiserSettings::named("sgd").unwrap_err().to_string();
        assert!(error.contains("adadelta or adam"), "{error}");
    }
}
