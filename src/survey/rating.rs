//! The mean of ratings, with its confidence interval.

use serde::Serialize;
use statrs::distribution::{ContinuousCDF, StudentsT};

/// The mean of some ratings, 1 to 10.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Rating {
    /// How many ratings there are.
    pub answers: usize,
    /// The mean.
    pub mean: f64,
    /// The standard deviation (n − 1), if there are at least two ratings.
    pub sd: Option<f64>,
    /// The 95 % confidence interval of the mean by Student's t, if there are at least two
    /// participants. Ratings by one participant are not independent; where a participant
    /// gave several, this is the interval of the mean of the participants' means.
    pub interval: Option<[f64; 2]>,
}

impl Rating {
    /// From ratings by participant; `None` if there are none.
    pub fn of(by_participant: &[Vec<f64>]) -> Option<Rating> {
        let all: Vec<f64> = by_participant.iter().flatten().copied().collect();
        let means: Vec<f64> = by_participant.iter().filter_map(|ratings| mean(ratings)).collect();
        Some(Rating {
            answers: all.len(),
            mean: mean(&all)?,
            sd: deviation(&all),
            interval: interval(&means),
        })
    }
}

/// The mean of some numbers.
pub(super) fn mean(numbers: &[f64]) -> Option<f64> {
    (!numbers.is_empty()).then(|| numbers.iter().sum::<f64>() / numbers.len() as f64)
}

/// Their standard deviation.
fn deviation(numbers: &[f64]) -> Option<f64> {
    let mean = mean(numbers).filter(|_| numbers.len() > 1)?;
    let squares: f64 = numbers.iter().map(|number| (number - mean) * (number - mean)).sum();
    Some((squares / (numbers.len() - 1) as f64).sqrt())
}

/// The 95 % confidence interval of the mean.
fn interval(numbers: &[f64]) -> Option<[f64; 2]> {
    let (mean, deviation) = (mean(numbers)?, deviation(numbers)?);
    let freedom = (numbers.len() - 1) as f64;
    let student = StudentsT::new(0.0, 1.0, freedom).expect("one degree of freedom at least");
    let half = student.inverse_cdf(0.975) * deviation / (numbers.len() as f64).sqrt();
    Some([mean - half, mean + half])
}
