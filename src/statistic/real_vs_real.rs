//! The real-vs-real baseline: how far real music is from other real music.

use super::Distribution;
use crate::random::shuffle;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use serde::Serialize;

/// How often the real pieces are divided at random.
pub const ROUNDS: usize = 100;

/// The overlap and distance of real music and other real music, by which those of generated music
/// are judged.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RealVsReal {
    /// The median of the overlap over the rounds.
    pub overlap: Option<f64>,
    /// The 5 % quantile of the overlap: one round in twenty has less.
    pub least_overlap: Option<f64>,
    /// The median of the distance over the rounds, in standard deviations of all real passages.
    pub distance: f64,
    /// The 95 % quantile of the distance: one round in twenty has more.
    pub greatest_distance: f64,
}

/// One random division of the real pieces into two halves: a few passages of one half, which take
/// the part of generated passages, and all passages of the other half.
pub(super) struct Round {
    few: Vec<usize>,
    others: Vec<usize>,
}

/// Divides pieces into random halves, [`ROUNDS`] times. A round has `count` passages of one half,
/// from as many different pieces as possible, and all passages of the other half. `pieces` holds
/// the index of the piece of each passage.
pub(super) fn rounds(pieces: &[usize], count: usize, seed: u64) -> Vec<Round> {
    let mut of_piece: Vec<Vec<usize>> = Vec::new();
    for (passage, &piece) in pieces.iter().enumerate() {
        of_piece.resize(of_piece.len().max(piece + 1), Vec::new());
        of_piece[piece].push(passage);
    }
    of_piece.retain(|passages| !passages.is_empty());
    if of_piece.len() < 2 {
        return Vec::new();
    }
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let round = |_| {
        shuffle(&mut of_piece, &mut random);
        let middle = of_piece.len() / 2;
        let (half, others) = of_piece.split_at_mut(middle);
        half.iter_mut().for_each(|passages| shuffle(passages, &mut random));
        let longest = half.iter().map(Vec::len).max().unwrap_or(0);
        // The first passage of each piece, then the second passage of each, and so on.
        let in_turn = (0..longest).flat_map(|nth| half.iter().filter_map(move |of| of.get(nth)));
        Round {
            few: in_turn.copied().take(count).collect(),
            others: others.iter().flatten().copied().collect(),
        }
    };
    (0..ROUNDS).map(round).collect()
}

/// The baseline for one statistic. `values` are its values for the passages, and `sd` is the
/// standard deviation of all of them.
pub(super) fn real_vs_real(
    rounds: &[Round],
    values: &[Option<f64>],
    sd: Option<f64>,
) -> Option<RealVsReal> {
    let sd = sd.filter(|&sd| sd > 0.0)?;
    let of = |passages: &[usize]| {
        Distribution::new(passages.iter().filter_map(|&passage| values[passage]))
    };
    let (mut overlaps, mut distances) = (Vec::new(), Vec::new());
    for Round { few, others } in rounds {
        let (few, others) = (of(few), of(others));
        overlaps.extend(few.overlap(&others));
        distances.extend(few.distance(&others).map(|distance| distance / sd));
    }
    let (overlaps, distances) = (Distribution::new(overlaps), Distribution::new(distances));
    Some(RealVsReal {
        overlap: overlaps.quantile(0.5),
        least_overlap: overlaps.quantile(0.05),
        distance: distances.quantile(0.5)?,
        greatest_distance: distances.quantile(0.95)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::rand_core::Rng;

    #[test]
    fn no_piece_is_on_both_sides_and_as_many_pieces_speak_as_can() {
        let pieces = [0, 0, 0, 1, 1, 2, 3, 3, 3, 3, 5];
        for count in [1, 2, 4, 100] {
            for round in rounds(&pieces, count, 7) {
                let of = |passages: &[usize]| {
                    let mut of: Vec<_> = passages.iter().map(|&passage| pieces[passage]).collect();
                    of.dedup();
                    of.sort_unstable();
                    of
                };
                let (few, others) = (of(&round.few), of(&round.others));
                assert!(few.iter().all(|piece| !others.contains(piece)));
                assert!(round.few.len() <= count && !round.others.is_empty());
                assert!(round.few.len() >= count.min(2), "two of the five pieces are one half");
                let different: std::collections::BTreeSet<_> = few.iter().collect();
                assert_eq!(different.len(), count.min(2));
            }
        }
        assert!(rounds(&[4, 4, 4], 2, 7).is_empty(), "one piece has no halves");
    }

    #[test]
    fn pieces_that_are_all_of_one_kind_are_near_each_other() {
        // Two hundred pieces of five passages, all from one distribution, and a set far away from
        // it.
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let mut uniform = || f64::from(random.next_u32()) / 2f64.powi(32);
        let values: Vec<_> = (0..1000).map(|_| Some(uniform())).collect();
        let pieces: Vec<_> = (0..1000).map(|passage| passage / 5).collect();
        let all = Distribution::new(values.iter().flatten().copied());
        let found = real_vs_real(&rounds(&pieces, 50, 3), &values, all.sd()).unwrap();
        // The distance of fifty values of a uniform distribution from 500 others has a median of
        // 0.139 standard deviations and a 95 % quantile of 0.295, over 300 draws (scipy's
        // wasserstein_distance).
        assert!((found.distance - 0.139).abs() < 0.04, "{found:?}");
        assert!(
            (found.greatest_distance - 0.295).abs() < 0.1 && found.overlap.unwrap() > 0.8,
            "{found:?}"
        );
        let far = Distribution::new((0..50).map(|_| 1.0 + uniform()));
        assert!(far.distance(&all).unwrap() / all.sd().unwrap() > 10.0 * found.greatest_distance);
    }
}
