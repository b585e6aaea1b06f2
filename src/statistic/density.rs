//! Kernel density estimation.

use super::Distribution;

/// The number of cells of a density.
const CELLS: usize = 512;

/// The distance from its centre at which a kernel is cut off, in standard deviations.
const REACH: f64 = 6.0;

/// The kernel density estimate of a distribution between two numbers.
///
/// The range is divided into 512 equal cells, and the result is the mass in each of them. The
/// kernel is Gaussian, and its bandwidth is Scott's n^(−1/5) standard deviations, as in scipy's
/// `gaussian_kde`. Mass beyond the two numbers is left out. `None` if there are no two different
/// values.
pub fn density(values: &Distribution, (from, to): (f64, f64)) -> Option<Vec<f64>> {
    let cell = (to - from) / CELLS as f64;
    let width = bandwidth(values)? / cell;
    if !(cell > 0.0 && width.is_finite()) {
        return None;
    }
    // Each value is shared between the two cells whose centres are nearest (linear binning).
    let mut weights = vec![0.0; CELLS];
    let last = (CELLS - 1) as f64;
    for value in values.values() {
        let place = ((value - from) / cell - 0.5).clamp(0.0, last);
        let below = place.floor();
        weights[below as usize] += 1.0 - (place - below);
        weights[(below + 1.0).min(last) as usize] += place - below;
    }
    let kernel = kernel(width);
    let mut masses = vec![0.0; CELLS];
    let count = values.values().len() as f64;
    for (middle, weight) in weights.into_iter().enumerate().filter(|&(_, weight)| weight > 0.0) {
        let first = middle.saturating_sub(kernel.len() - 1);
        let end = (middle + kernel.len()).min(CELLS);
        for (at, mass) in masses[first..end].iter_mut().enumerate() {
            *mass += weight / count * kernel[(first + at).abs_diff(middle)];
        }
    }
    Some(masses)
}

/// The area that two densities have in common (the overlapping coefficient).
pub(super) fn overlap(a: &Distribution, b: &Distribution) -> Option<f64> {
    let margin = REACH * bandwidth(a)?.max(bandwidth(b)?);
    let ends = [a.values(), b.values()].map(|values| (values[0], values[values.len() - 1]));
    let range = (ends[0].0.min(ends[1].0) - margin, ends[0].1.max(ends[1].1) + margin);
    let (a, b) = (density(a, range)?, density(b, range)?);
    Some(a.iter().zip(&b).map(|(a, b)| a.min(*b)).sum())
}

fn bandwidth(values: &Distribution) -> Option<f64> {
    let sd = values.sd().filter(|&sd| sd > 0.0)?;
    Some(sd * libm::pow(values.values().len() as f64, -0.2))
}

/// The mass of a normal distribution in the cell of its centre, in the next cell, and so on.
/// `width` is its standard deviation in cells.
fn kernel(width: f64) -> Vec<f64> {
    let below = |x: f64| 0.5 * libm::erfc(-x / width / std::f64::consts::SQRT_2);
    let reach = ((REACH * width).ceil() as usize + 1).min(CELLS);
    (0..reach).map(|cell| below(cell as f64 + 0.5) - below(cell as f64 - 0.5)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_density_is_one_in_all_and_highest_where_the_values_are() {
        let values = Distribution::new([1.0, 1.1, 0.9, 1.0, 5.0]);
        let masses = density(&values, (-20.0, 20.0)).unwrap();
        assert!((masses.iter().sum::<f64>() - 1.0).abs() < 1e-6);
        let highest = masses.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).unwrap().0;
        let place = -20.0 + (highest as f64 + 0.5) * 40.0 / 512.0;
        assert!((place - 1.0).abs() < 0.2, "{place}");
    }

    #[test]
    fn values_that_do_not_differ_have_no_density() {
        assert_eq!(density(&Distribution::new([2.0; 9]), (0.0, 4.0)), None);
        assert_eq!(density(&Distribution::new([2.0, 3.0]), (4.0, 4.0)), None);
    }

    #[test]
    fn nearly_equal_values_overlap_with_themselves_however_far_others_are() {
        let narrow = Distribution::new([1.0, 1.0 + 1e-9]);
        let wide = Distribution::new([-1e6, 1e6]);
        let shared = overlap(&narrow, &wide).unwrap();
        assert!((0.0..0.02).contains(&shared), "{shared}");
        assert!(overlap(&narrow, &narrow).unwrap() > 0.99);
    }
}
