//! Confidence intervals of means, by a bootstrap over pieces.

use crate::random::below;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use serde::Serialize;

/// The share of the resampled means within an [`Interval`].
const WITHIN: f64 = 0.95;

/// A confidence interval: 95 % of the resampled means lie within it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// 2.5 % of the means are lower.
    pub low: f64,
    /// 2.5 % of the means are higher.
    pub high: f64,
}

/// How intervals are computed: pieces are resampled with replacement, as many as there are, and the
/// mean is taken; after many repetitions the middle 95 % of the means are the interval (Efron's
/// percentile interval). Pieces are resampled and not steps, because the steps of one piece are too
/// similar.
///
/// An interval tells how the mean would vary with other pieces of the same kind. It tells nothing
/// about other trainings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Bootstrap {
    /// The number of repetitions.
    pub resamples: usize,
    /// The seed. Everything that is evaluated on the same pieces has the same resamples.
    pub seed: u64,
}

impl Default for Bootstrap {
    fn default() -> Self {
        Bootstrap { resamples: 10_000, seed: 1 }
    }
}

/// The intervals of the two means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Intervals {
    /// Of the mean over all steps.
    pub(super) over_steps: Interval,
    /// Of the mean of the pieces' means.
    pub(super) over_pieces: Interval,
}

impl Bootstrap {
    /// The intervals for pieces, each given by a sum over its steps and their number, at least one.
    /// With fewer than two pieces there is no interval.
    pub(super) fn intervals(&self, pieces: &[(f64, usize)]) -> Option<Intervals> {
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        let mut draw = || below(&mut random, pieces.len());
        (pieces.len() > 1).then(|| intervals(pieces, self.resamples, &mut draw))
    }
}

fn intervals(
    pieces: &[(f64, usize)],
    resamples: usize,
    draw: &mut dyn FnMut() -> usize,
) -> Intervals {
    let (mut over_steps, mut over_pieces) = (Vec::new(), Vec::new());
    for _ in 0..resamples {
        let (mut sum, mut steps, mut means) = (0.0, 0, 0.0);
        for _ in pieces {
            let (of_piece, steps_of_piece) = pieces[draw()];
            sum += of_piece;
            steps += steps_of_piece;
            means += of_piece / steps_of_piece as f64;
        }
        over_steps.push(sum / steps as f64);
        over_pieces.push(means / pieces.len() as f64);
    }
    Intervals { over_steps: middle(over_steps), over_pieces: middle(over_pieces) }
}

fn middle(mut values: Vec<f64>) -> Interval {
    values.sort_by(f64::total_cmp);
    let outside = (1.0 - WITHIN) / 2.0;
    Interval { low: quantile(&values, outside), high: quantile(&values, 1.0 - outside) }
}

/// A quantile of sorted values, interpolated linearly as numpy does.
fn quantile(values: &[f64], share: f64) -> f64 {
    let place = share * (values.len() - 1) as f64;
    let below = values[place as usize];
    let above = values[(place as usize + 1).min(values.len() - 1)];
    below + (above - below) * place.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIECES: [(f64, usize); 6] =
        [(700.5, 200), (128.25, 40), (2100.0, 480), (90.0, 64), (1000.75, 333), (512.0, 128)];

    /// numpy 2.4.6 gives the same for the same draws:
    ///
    /// ```python
    /// import numpy as np
    /// sums = np.array([700.5, 128.25, 2100.0, 90.0, 1000.75, 512.0])
    /// steps = np.array([200, 40, 480, 64, 333, 128])
    /// x, draws = 42, []
    /// for _ in range(1000 * 6):
    ///     x = (1103515245 * x + 12345) % 2**31
    ///     draws.append((x >> 16) % 6)
    /// i = np.array(draws).reshape(1000, 6)
    /// print(np.percentile(sums[i].sum(1) / steps[i].sum(1), [2.5, 97.5]).tolist())
    /// print(np.percentile((sums / steps)[i].mean(1), [2.5, 97.5]).tolist())
    /// ```
    #[test]
    fn the_intervals_are_those_of_numpy() {
        let mut x = 42u64;
        let mut draw = || {
            x = (1_103_515_245 * x + 12_345) % (1 << 31);
            (x >> 16) as usize % 6
        };
        let found = intervals(&PIECES, 1000, &mut draw);
        let near = |interval: Interval, expected: [f64; 2]| {
            let error = (interval.low - expected[0]).abs().max((interval.high - expected[1]).abs());
            assert!(error < 1e-12, "{interval:?}, expected {expected:?}");
        };
        near(found.over_steps, [2.8367609254498714, 4.1572931705927045]);
        near(found.over_pieces, [2.4050425425425423, 3.918926707957958]);
    }

    /// Of 200 000 resamples with numpy's own random numbers, by the script above with `i =
    /// np.random.default_rng(1).integers(0, 6, (200_000, 6))`: the seeded draws are uniform. Six
    /// pieces have few means, and at one end there are two to choose from, 0.013 apart.
    #[test]
    fn the_seeded_draws_agree_with_numpys_generator() {
        let found = Bootstrap { resamples: 200_000, seed: 9 }.intervals(&PIECES).unwrap();
        let near = |interval: Interval, expected: [f64; 2]| {
            let error = (interval.low - expected[0]).abs().max((interval.high - expected[1]).abs());
            assert!(error < 0.02, "{interval:?}, expected {expected:?}");
        };
        near(found.over_steps, [2.8368, 4.1733]);
        near(found.over_pieces, [2.434, 3.9098]);
    }

    #[test]
    fn the_same_seed_gives_the_same_interval_and_one_piece_gives_none() {
        let bootstrap = Bootstrap::default();
        assert!(bootstrap.resamples >= 1000);
        assert_eq!(bootstrap.intervals(&PIECES), bootstrap.intervals(&PIECES));
        let other = Bootstrap { seed: 2, ..bootstrap };
        assert_ne!(bootstrap.intervals(&PIECES), other.intervals(&PIECES));
        assert_eq!(bootstrap.intervals(&PIECES[..1]), None);
        assert_eq!(bootstrap.intervals(&[]), None);
    }
}
