//! Shares of answers, and how sure they are.

use serde::Serialize;
use statrs::distribution::{Beta, ContinuousCDF};

/// How many of some answers are of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Share {
    /// How many are.
    pub count: usize,
    /// Of how many.
    pub of: usize,
    /// Their share; nothing of nothing.
    pub share: Option<f64>,
    /// The exact 95 % interval (Clopper and Pearson 1934), which takes the answers for independent.
    pub interval: [f64; 2],
}

impl Share {
    /// So many of so many.
    pub fn new(count: usize, of: usize) -> Share {
        assert!(count <= of);
        let quantile = |p: f64, a: usize, b: usize| {
            Beta::new(a as f64, b as f64).expect("both are positive").inverse_cdf(p)
        };
        let lower = if count == 0 { 0.0 } else { quantile(0.025, count, of - count + 1) };
        let upper = if count == of { 1.0 } else { quantile(0.975, count + 1, of - count) };
        let share = (of > 0).then(|| count as f64 / of as f64);
        Share { count, of, share, interval: [lower, upper] }
    }
}
