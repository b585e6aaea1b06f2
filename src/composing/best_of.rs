//! The best of several pieces.

use super::{
    Choice, Composer, Criterion, LivePiece, PreparedPrimers, Recipe, RecipeError, Verdict,
};
use rayon::prelude::*;

/// Of how many pieces the best is kept, unless somebody says otherwise.
pub const USUAL_CANDIDATES: u32 = 2;

/// Composes the pieces of some recipes, and keeps the one that a criterion judges best; among equals
/// the first.
///
/// The recipes have the [seeds of candidates](candidate_seed), and there is at least one. The piece
/// that is kept has the seed of the first, and its recipe says how it was [chosen](Choice). Pieces
/// are composed in parallel, and any number of threads gives the same result. `go_on` is called
/// after every step that is heard or composed, and breaks off if it is false.
pub fn best_of(
    composer: &Composer,
    primers: &PreparedPrimers,
    candidates: Vec<Recipe>,
    criterion: &Criterion,
    go_on: &(dyn Fn() -> bool + Sync),
) -> Result<LivePiece, RecipeError> {
    let (of, seed) = (candidates.len() as u32, candidates[0].seed);
    let judged = candidates.into_par_iter().map(|recipe| {
        let mut piece = primers.begin(composer, recipe, go_on)?;
        piece.finish(composer, go_on)?;
        let (music, rests) = piece.new_music();
        let verdict = criterion.judge(&music, rests);
        Ok((verdict, piece))
    });
    let judged: Vec<(Verdict, LivePiece)> = judged.collect::<Result<_, RecipeError>>()?;
    let best = judged.into_iter().min_by(|a, b| a.0.compare(&b.0));
    let (verdict, mut piece) = best.expect("there is at least one candidate");
    piece.choose(seed, |winner| Choice { of, seed: winner, verdict: verdict.to_string() });
    Ok(piece)
}

/// The seed of one of several candidates for a seed: of the first the seed itself, of the others
/// numbers below 10⁹ (SplitMix64 of seed and number; Steele, Lea and Flood 2014).
pub fn candidate_seed(seed: u64, number: u32) -> u64 {
    if number == 0 {
        return seed;
    }
    let golden = 0x9e37_79b9_7f4a_7c15_u64;
    let mut mixed = seed.wrapping_add(golden.wrapping_mul(u64::from(number)));
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ mixed >> 31) % 1_000_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_of_neighbouring_seeds_are_different_and_the_first_is_the_seed() {
        let seeds = (1..=50).flat_map(|seed| (0..20).map(move |n| candidate_seed(seed, n)));
        let different: std::collections::BTreeSet<_> = seeds.collect();
        assert_eq!(different.len(), 1000);
        assert_eq!(candidate_seed(u64::MAX, 0), u64::MAX);
        // SplitMix64 of seed 1234567 begins with 6457827717110365317.
        assert_eq!(candidate_seed(1_234_567, 1), 6_457_827_717_110_365_317 % 1_000_000_000);
    }
}
