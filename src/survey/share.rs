//! Shares of answers, with their confidence intervals.

use serde::Serialize;
use statrs::distribution::{Beta, ContinuousCDF};

/// How many of a number of answers are of some kind.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Share {
    /// How many are of that kind.
    pub count: usize,
    /// The total.
    pub of: usize,
    /// The share; `None` if the total is 0.
    pub share: Option<f64>,
    /// The exact 95 % confidence interval (Clopper and Pearson 1934). It treats the answers
    /// as independent.
    pub interval: [f64; 2],
}

impl Share {
    /// `count` answers of a total of `of`.
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
