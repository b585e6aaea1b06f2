//! Random draws that every module makes in the same way, so that a seed gives the same result for years.

use rand_chacha::rand_core::Rng;

/// A whole number from 0 to `count` - 1, each equally likely to within `count` / 2³².
///
/// Takes one number of 32 bits from the generator. `count` is at least 1.
pub fn below(random: &mut impl Rng, count: usize) -> usize {
    ((u64::from(random.next_u32()) * count as u64) >> 32) as usize
}

/// Shuffles a slice (Fisher–Yates): every order is equally likely.
pub fn shuffle<T>(things: &mut [T], random: &mut impl Rng) {
    for last in (1..things.len()).rev() {
        let chosen = below(random, last + 1);
        things.swap(last, chosen);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;
    use std::collections::BTreeMap;

    #[test]
    fn every_order_comes_about_as_often_as_any_other() {
        let mut random = ChaCha8Rng::seed_from_u64(3);
        let mut counts: BTreeMap<[u8; 3], usize> = BTreeMap::new();
        for _ in 0..6000 {
            let mut order = [0, 1, 2];
            shuffle(&mut order, &mut random);
            *counts.entry(order).or_default() += 1;
        }
        assert_eq!(counts.len(), 6);
        assert!(counts.values().all(|count| (850..1150).contains(count)), "{counts:?}");
    }
}
