//! Finds duplicates: pieces that are the same music as another one.

use rayon::prelude::*;

use crate::roll::{Keys, Roll};

/// The containment from which two pieces count as the same music: the share of the shorter piece's
/// windows that are in the other.
///
/// A transposed copy contains all windows, whatever its tempo and the length of its notes. So does
/// a trimmed copy, which is the shorter piece. Copies of the 302 pieces of piano-midi.de were made
/// whose onsets stray by up to 15 of 480 ticks, so that some fall on another 16th. In the median
/// they still contain 97 % of the windows, and 293 of them contain half. Different pieces there
/// share 6.2 % at most, even if they are movements of one work.
pub const CONTAINMENT: f64 = 1.0 / 3.0;

/// The number of successive chords in a window: one to two measures. Shorter windows are scales and
/// broken chords, which all pieces share. Longer ones miss copies with small differences.
const WINDOW: usize = 6;

/// The number of windows that two pieces must share, if they do not share all. A scale is a single
/// window, and many pieces contain one.
const ENOUGH: usize = 8;

/// What is compared of a roll: its windows, each as a hash of its intervals and its rhythm, in order
/// and without repetitions. It takes a sixth of the memory of the roll.
///
/// A roll with too few chords for a window is one window.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Windows(Vec<u64>);

impl Windows {
    pub(super) fn of(roll: &Roll) -> Windows {
        let steps = roll.steps().iter().enumerate();
        let chords: Vec<(usize, Keys)> = steps
            .filter(|(_, step)| !step.articulate.is_empty())
            .map(|(at, step)| (at, step.articulate))
            .collect();
        let windows = chords.windows(WINDOW.min(chords.len()).max(1));
        let mut windows: Vec<u64> = windows.map(fingerprint).collect();
        windows.sort_unstable();
        windows.dedup();
        windows.shrink_to_fit();
        Windows(windows)
    }

    fn of_all(rolls: &[&Roll]) -> Vec<Windows> {
        rolls.par_iter().map(|roll| Windows::of(roll)).collect()
    }
}

/// For each roll, the index of the earlier roll that it duplicates, if any. Two rolls are
/// duplicates if they are the same music, whatever the key, tempo, metre and leading rests, whole
/// or trimmed.
///
/// A roll is compared only with rolls that are not duplicates themselves. So one copy of each music
/// is left when all duplicates are removed.
pub fn duplicate_of(rolls: &[&Roll]) -> Vec<Option<usize>> {
    originals(Windows::of_all(rolls))
}

/// The same for rolls of which only the windows are known.
pub(super) fn originals(rolls: Vec<Windows>) -> Vec<Option<usize>> {
    let mut originals: Vec<Option<usize>> = Vec::with_capacity(rolls.len());
    for earlier in similarities(rolls) {
        // The most similar one; of equals, the earliest.
        let candidates = earlier.into_iter().filter(|(other, _)| originals[*other].is_none()).rev();
        let original = candidates.max_by(|a, b| a.1.total_cmp(&b.1));
        originals.push(original.map(|(other, _)| other));
    }
    originals
}

/// For each roll, all earlier rolls that are the same music, by the rule of [`duplicate_of`],
/// including those that are duplicates themselves.
pub fn all_duplicates(rolls: &[&Roll]) -> Vec<Vec<usize>> {
    let numbers =
        |earlier: Vec<(usize, f64)>| earlier.into_iter().map(|(other, _)| other).collect();
    similarities(Windows::of_all(rolls)).into_iter().map(numbers).collect()
}

/// For each roll, the earlier rolls that are the same music, in order, each with its containment:
/// the share of the shorter piece's windows that are in the other.
///
/// The comparison looks at the chords that are struck: at their intervals, and at the proportions
/// of the steps between them, in all windows of six chords.
fn similarities(rolls: Vec<Windows>) -> Vec<Vec<(usize, f64)>> {
    let sizes: Vec<usize> = rolls.iter().map(|Windows(windows)| windows.len()).collect();
    // One list of all windows, in which those of one hash stand side by side, in the order of the
    // rolls. A map from hashes to lists would take several times as much memory.
    let mut all: Vec<(u64, u32)> = Vec::with_capacity(sizes.iter().sum());
    for (roll, Windows(windows)) in rolls.into_iter().enumerate() {
        all.extend(windows.into_iter().map(|window| (window, roll as u32)));
    }
    all.par_sort_unstable();
    // For each roll, where in that list the earlier rolls stand that share a window with it.
    let mut sharing = vec![Vec::new(); sizes.len()];
    let mut start = 0;
    for same in all.chunk_by(|a, b| a.0 == b.0) {
        for (place, &(_, roll)) in same.iter().enumerate().skip(1) {
            sharing[roll as usize].push(start..start + place);
        }
        start += same.len();
    }
    let mut shared = vec![0usize; sizes.len()];
    let similar_to = |(roll, places): (usize, Vec<std::ops::Range<usize>>)| {
        let mut others = Vec::new();
        for &(_, other) in places.into_iter().flat_map(|place| &all[place]) {
            let shared = &mut shared[other as usize];
            if *shared == 0 {
                others.push(other as usize);
            }
            *shared += 1;
        }
        others.sort_unstable();
        let similarity = |earlier: usize| {
            let shared = std::mem::take(&mut shared[earlier]);
            let (smaller, larger) =
                (sizes[roll].min(sizes[earlier]), sizes[roll].max(sizes[earlier]));
            let containment = shared as f64 / smaller.max(1) as f64;
            let same = shared >= ENOUGH.min(larger) && containment >= CONTAINMENT;
            same.then_some((earlier, containment))
        };
        others.into_iter().filter_map(similarity).collect()
    };
    sharing.into_iter().enumerate().map(similar_to).collect()
}

fn fingerprint(chords: &[(usize, Keys)]) -> u64 {
    let mut hash = chords.len() as u64;
    let (mut last_step, mut last_lowest) = match chords.first() {
        Some((step, keys)) => (*step, keys.lowest().unwrap_or(0)),
        None => return hash,
    };
    // Rhythms are compared by their proportions, so a copy in halved or doubled values has the same
    // hash.
    let gaps = chords.windows(2).map(|pair| pair[1].0 - pair[0].0);
    let unit = gaps.fold(0, greatest_common_divisor).max(1);
    for &(step, keys) in chords {
        let lowest = keys.lowest().unwrap_or(0);
        let intervals = keys.bits() >> lowest;
        let leap = lowest as i64 - last_lowest as i64;
        for word in [
            ((step - last_step) / unit) as u64,
            leap as u64,
            intervals as u64,
            (intervals >> 64) as u64,
        ] {
            hash = mix(hash ^ word);
        }
        (last_step, last_lowest) = (step, lowest);
    }
    hash
}

fn greatest_common_divisor(a: usize, b: usize) -> usize {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

/// Spreads every bit over all others: the finaliser of SplitMix64 (Steele, Lea and Flood).
fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roll::Step;
    use crate::score::Metre;

    /// Random music, determined by `seed`.
    fn music(seed: u64, steps: usize) -> Roll {
        let mut roll = Roll::new(Metre::COMMON);
        for step in 0..steps as u64 {
            let random = mix(mix(seed) ^ step);
            let keys =
                Keys::from_iter([20 + (random % 12) as usize, 40 + (random >> 8) as usize % 20]);
            let articulate = if random >> 60 < 10 { keys } else { Keys::NONE };
            roll.push(Step { play: articulate, articulate });
        }
        roll
    }

    fn changed(roll: &Roll, rests: usize, range: std::ops::Range<usize>, semitones: i32) -> Roll {
        let mut other = Roll::new("3/4".parse().unwrap());
        (0..rests).for_each(|_| other.push(Step::SILENCE));
        roll.steps()[range].iter().for_each(|step| other.push(step.transposed(semitones)));
        other
    }

    #[test]
    fn a_piece_transposed_delayed_and_trimmed_is_a_repeat() {
        let (piece, other) = (music(1, 600), music(2, 600));
        let transposed = changed(&piece, 0, 0..600, 5);
        let delayed = changed(&piece, 7, 0..600, 0);
        let trimmed = changed(&piece, 3, 200..400, -4);
        let rolls = [&other, &piece, &transposed, &delayed, &trimmed];
        assert_eq!(duplicate_of(&rolls), [None, None, Some(1), Some(1), Some(1)]);
    }

    #[test]
    fn a_piece_in_doubled_values_is_a_repeat() {
        let piece = music(1, 600);
        let mut doubled = Roll::new(Metre::COMMON);
        for step in piece.steps() {
            doubled.push(*step);
            doubled.push(Step { play: step.play, articulate: Keys::NONE });
        }
        assert_eq!(duplicate_of(&[&piece, &doubled]), [None, Some(0)]);
    }

    #[test]
    fn a_quotation_is_no_repeat() {
        let (piece, mut other) = (music(1, 600), music(2, 600));
        changed(&piece, 0, 0..120, 0).steps().iter().for_each(|&step| other.push(step));
        assert_eq!(duplicate_of(&[&piece, &other]), [None, None]);
    }

    #[test]
    fn what_repeats_a_repeat_is_compared_with_the_original() {
        let whole = music(1, 900);
        let start = changed(&whole, 0, 0..300, 0);
        let end = changed(&whole, 0, 600..900, 0);
        // The whole is a duplicate of its start and would be removed; no other piece contains the
        // end.
        assert_eq!(duplicate_of(&[&start, &whole, &end]), [None, Some(0), None]);
        // But the end is the same music as the whole.
        assert_eq!(all_duplicates(&[&start, &whole, &end]), [vec![], vec![0], vec![1]]);
    }

    #[test]
    fn pieces_of_a_few_notes_are_compared_as_wholes() {
        let piece = music(1, 6);
        assert_eq!(duplicate_of(&[&piece, &changed(&piece, 2, 0..6, 1)]), [None, Some(0)]);
        assert_eq!(duplicate_of(&[&piece, &music(2, 6)]), [None, None]);
    }

    #[test]
    fn a_scale_is_no_repeat_of_a_piece_with_a_scale_in_it() {
        let mut scale = Roll::new(Metre::COMMON);
        for key in 20..60 {
            let keys = Keys::from_iter([key]);
            scale.push(Step { play: keys, articulate: keys });
        }
        let mut piece = music(1, 600);
        scale.steps().iter().for_each(|&step| piece.push(step));
        assert_eq!(duplicate_of(&[&piece, &scale]), [None, None]);
    }

    #[test]
    fn a_fingerprint_knows_intervals_but_not_keys() {
        let chords = [(0, Keys::from_iter([3, 7])), (2, Keys::from_iter([5]))];
        assert_eq!(
            fingerprint(&chords),
            fingerprint(&chords.map(|(s, k)| (s + 9, k.transposed(4))))
        );
        assert_ne!(fingerprint(&chords), fingerprint(&chords[..1]));
    }
}
