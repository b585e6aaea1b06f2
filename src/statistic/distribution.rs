//! The distribution of the values of one statistic.

use super::density::overlap;

/// Values in ascending order, all of them finite.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Distribution {
    values: Vec<f64>,
}

impl Distribution {
    /// The distribution of some values. Those that are not finite are left out.
    pub fn new(values: impl IntoIterator<Item = f64>) -> Distribution {
        let mut values: Vec<_> = values.into_iter().filter(|value| value.is_finite()).collect();
        values.sort_by(f64::total_cmp);
        Distribution { values }
    }

    /// The values, ascending.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The mean, if there are values.
    pub fn mean(&self) -> Option<f64> {
        let count = self.values.len();
        (count > 0).then(|| self.values.iter().sum::<f64>() / count as f64)
    }

    /// The sample standard deviation (divided by n − 1); `None` for fewer than two values.
    pub fn sd(&self) -> Option<f64> {
        let mean = self.mean()?;
        let squares: f64 = self.values.iter().map(|value| (value - mean) * (value - mean)).sum();
        let count = self.values.len();
        (count > 1).then(|| (squares / (count - 1) as f64).sqrt())
    }

    /// The quantile for a share of 0 to 1, interpolated linearly between neighbours (numpy's
    /// default; type 7 of Hyndman and Fan, 1996).
    pub fn quantile(&self, share: f64) -> Option<f64> {
        let last = self.values.len().checked_sub(1)?;
        let place = share.clamp(0.0, 1.0) * last as f64;
        let below = place.floor() as usize;
        let (low, high) = (self.values[below], self.values[(below + 1).min(last)]);
        Some(low + (high - low) * (place - below as f64))
    }

    /// The range in which nine in ten values lie: the 5 % and 95 % quantiles.
    pub fn range(&self) -> Option<(f64, f64)> {
        Some((self.quantile(0.05)?, self.quantile(0.95)?))
    }

    /// The 1-Wasserstein (earth mover's) distance: how far values have to be moved, on average, to
    /// turn one distribution into the other. It is the area between the cumulative distributions,
    /// in the unit of the values.
    pub fn distance(&self, other: &Distribution) -> Option<f64> {
        let (a, b) = (&self.values, &other.values);
        if a.is_empty() || b.is_empty() {
            return None;
        }
        let (mut i, mut j, mut sum) = (0, 0, 0.0);
        let mut at = a[0].min(b[0]);
        while i < a.len() || j < b.len() {
            let next = match (a.get(i), b.get(j)) {
                (Some(a), Some(b)) => a.min(*b),
                (Some(value), None) | (None, Some(value)) => *value,
                (None, None) => break,
            };
            let apart = i as f64 / a.len() as f64 - j as f64 / b.len() as f64;
            sum += apart.abs() * (next - at);
            at = next;
            i += usize::from(a.get(i) == Some(&next));
            j += usize::from(b.get(j) == Some(&next));
        }
        Some(sum)
    }

    /// The overlapping coefficient: the area that both kernel density estimates
    /// ([`density`](super::density())) have in common, 0 to 1. `None` if all values of one
    /// distribution are equal.
    pub fn overlap(&self, other: &Distribution) -> Option<f64> {
        overlap(self, other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_near(found: Option<f64>, expected: f64, tolerance: f64) {
        let found = found.unwrap();
        assert!((found - expected).abs() <= tolerance, "{found}, expected {expected}");
    }

    // numpy 2.4 and scipy 1.17:
    //   import numpy as np
    //   from scipy.stats import gaussian_kde, wasserstein_distance
    //   a = np.array([0.2, 1.5, 1.5, 2.0, 3.7, 4.0]); b = np.array([1.0, 2.5, 2.6, 6.0])
    //   a.mean(), a.std(ddof=1), np.quantile(a, [.05, .3, .95]), wasserstein_distance(a, b)
    //   x = np.linspace(-20, 30, 2_000_001)
    //   np.trapezoid(np.minimum(gaussian_kde(a)(x), gaussian_kde(b)(x)), x)
    fn two() -> [Distribution; 2] {
        let a = Distribution::new([2.0, 0.2, 1.5, f64::NAN, 4.0, 1.5, 3.7]);
        [a, Distribution::new([1.0, 2.5, 6.0, 2.6])]
    }

    #[test]
    fn moments_and_quantiles_are_those_of_numpy() {
        let [a, _] = two();
        assert_near(a.mean(), 2.15, 1e-14);
        assert_near(a.sd(), 1.4487926007541592, 1e-14);
        assert_near(a.quantile(0.3), 1.5, 1e-14);
        let (low, high) = a.range().unwrap();
        assert_near(Some(low), 0.525, 1e-14);
        assert_near(Some(high), 3.925, 1e-14);
    }

    #[test]
    fn distance_and_overlap_are_those_of_scipy() {
        let [a, b] = two();
        assert_near(a.distance(&b), 1.1416666666666666, 1e-14);
        assert_near(b.distance(&a), 1.1416666666666666, 1e-14);
        assert_near(a.overlap(&b), 0.8119544900595268, 2e-3);
        assert_eq!(a.distance(&a), Some(0.0));
        assert_near(a.overlap(&a), 1.0, 1e-3);
    }

    #[test]
    fn a_distribution_that_is_moved_is_as_far_away_as_it_was_moved() {
        let [a, _] = two();
        for by in [-3.0, 0.25, 1e6] {
            let moved = Distribution::new(a.values().iter().map(|value| value + by));
            assert_near(a.distance(&moved), f64::abs(by), 1e-9);
        }
        let far = Distribution::new(a.values().iter().map(|value| value + 1e6));
        assert_near(a.overlap(&far), 0.0, 1e-9);
    }

    #[test]
    fn what_is_missing_has_no_numbers() {
        let (none, one) = (Distribution::default(), Distribution::new([3.0]));
        assert_eq!((none.mean(), none.quantile(0.5), none.distance(&one)), (None, None, None));
        assert_eq!((one.sd(), one.range(), one.overlap(&one)), (None, Some((3.0, 3.0)), None));
    }
}
