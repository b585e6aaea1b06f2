//! How much the participants agree on the order of the excerpts.

use serde::Serialize;
use statrs::distribution::{ChiSquared, ContinuousCDF};

/// Kendall's coefficient of concordance W, corrected for ties (Kendall 1948; Siegel and Castellan
/// 1988, section 9.3).
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Agreement {
    /// How many participants have rated everything.
    pub participants: usize,
    /// How many excerpts they have rated.
    pub excerpts: usize,
    /// W: 0 for no agreement at all, 1 for identical orders.
    pub w: f64,
    /// The p value: the probability of at least this much agreement by chance, from χ² =
    /// m(n − 1)W with n − 1 degrees of freedom. It is rough for fewer than eight excerpts.
    pub p: f64,
}

impl Agreement {
    /// From the ratings of those who have rated everything, each in the order of the
    /// excerpts. `None` for fewer than two participants or excerpts, or if every
    /// participant rated all excerpts alike.
    pub fn of(ratings: &[Vec<f64>]) -> Option<Agreement> {
        let (m, n) = (ratings.len(), ratings.first()?.len());
        if m < 2 || n < 2 {
            return None;
        }
        let mut sums = vec![0.0; n];
        let mut ties = 0.0;
        for of_one in ratings {
            let (ranks, tied) = ranks(of_one);
            sums.iter_mut().zip(ranks).for_each(|(sum, rank)| *sum += rank);
            ties += tied;
        }
        let (participants, excerpts) = (m as f64, n as f64);
        let mean = participants * (excerpts + 1.0) / 2.0;
        let squares: f64 = sums.iter().map(|sum| (sum - mean) * (sum - mean)).sum();
        let most =
            participants * participants * (excerpts.powi(3) - excerpts) - participants * ties;
        if most <= 0.0 {
            return None;
        }
        let w = 12.0 * squares / most;
        let chi = participants * (excerpts - 1.0) * w;
        let p = ChiSquared::new(excerpts - 1.0).expect("one degree of freedom at least").sf(chi);
        Some(Agreement { participants: m, excerpts: n, w, p })
    }
}

/// The ranks of some numbers, the smallest first, ties at their mean rank; and the sum of t³ −
/// t over all groups of t ties.
fn ranks(numbers: &[f64]) -> (Vec<f64>, f64) {
    let mut ties = 0.0;
    let rank = |number: &f64| {
        let less = numbers.iter().filter(|other| *other < number).count() as f64;
        let same = numbers.iter().filter(|other| *other == number).count() as f64;
        // Each member of the group adds its part.
        ties += same * same - 1.0;
        less + (same + 1.0) / 2.0
    };
    let ranks = numbers.iter().map(rank).collect();
    (ranks, ties)
}
