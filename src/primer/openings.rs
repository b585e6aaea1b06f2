//! Primers from the beginnings of pieces.

use super::Primer;
use crate::originality::{TrainingMusic, TrainingPiece};
use crate::random::shuffle;
use crate::roll::{Keys, Roll};
use crate::score::Metre;
use crate::segment::SEGMENT_STEPS;
use crate::statistic::key_of;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// How many steps an opening has.
const STEPS: RangeInclusive<usize> = 8..=16;

/// An opening with fewer strokes, or on fewer keys, says too little.
const LEAST_STROKES: usize = 6;
const LEAST_KEYS: usize = 3;

/// How many pieces must begin in a metre for it to have primers.
const LEAST_PIECES: usize = 3;

/// The seed of the order in which they are chosen, which is always the same.
const SEED: u64 = 1;

/// The beginnings of some pieces as primers of 8 to 16 steps: whole measures from the first note on,
/// or the first twelve or sixteen steps of a longer measure.
///
/// Only beginnings with a few strokes count, and only if they are in the key of what follows. Every
/// metre in which three pieces or more begin gets two, one of each mode if possible. The rest go to
/// the metres in proportion to their pieces, from as many folders as possible. If the pieces have
/// fewer such beginnings than `count`, the result is shorter.
pub fn openings(training_music: &TrainingMusic, count: usize) -> Vec<Primer> {
    let mut random = ChaCha8Rng::seed_from_u64(SEED);
    let mut by_metre: BTreeMap<Metre, Vec<Primer>> = BTreeMap::new();
    for primer in training_music.pieces.iter().filter_map(opening) {
        by_metre.entry(primer.metre()).or_default().push(primer);
    }
    by_metre.retain(|_, primers| primers.len() >= LEAST_PIECES);
    by_metre.values_mut().for_each(|primers| shuffle(primers, &mut random));
    // For each metre, how many there are and how many are taken.
    let mut seats: BTreeMap<Metre, (usize, usize)> =
        by_metre.iter().map(|(&metre, primers)| (metre, (primers.len(), 0))).collect();
    let mut taken: Vec<Primer> = Vec::new();
    while taken.len() < count {
        // The first two before all others; then by the rule of D'Hondt.
        let due = |&(_, &(all, got)): &(&Metre, &(usize, usize))| {
            (got < 2, all as f64 / (got + 1) as f64)
        };
        let open = seats.iter().filter(|(metre, _)| !by_metre[metre].is_empty());
        let Some((&metre, _)) = open.max_by(|a, b| due(a).partial_cmp(&due(b)).expect("numbers"))
        else {
            break;
        };
        let primers = by_metre.get_mut(&metre).expect("a metre with primers");
        taken.push(primers.remove(next(primers, &taken)));
        seats.get_mut(&metre).expect("a metre with seats").1 += 1;
    }
    shuffle(&mut taken, &mut random);
    taken
}

/// Which of some primers of a metre comes next: one of the mode, then of the folder, from which
/// fewest are taken; among equals the first.
fn next(primers: &[Primer], taken: &[Primer]) -> usize {
    let folder = |primer: &Primer| primer.source.split('/').next().unwrap_or_default().to_owned();
    let minor = |primer: &Primer| primer.key().is_some_and(|key| key.minor);
    let used = |primer: &Primer| {
        let alike =
            |other: &&Primer| other.metre() == primer.metre() && minor(other) == minor(primer);
        let mode = taken.iter().filter(alike).count();
        (mode, taken.iter().filter(|other| folder(other) == folder(primer)).count())
    };
    (0..primers.len()).min_by_key(|&index| used(&primers[index])).expect("there are primers")
}

/// The beginning of a piece, if it makes a primer.
fn opening(piece: &TrainingPiece) -> Option<Primer> {
    let TrainingPiece { source, roll } = piece;
    let first = roll.steps().iter().position(|step| !step.play.is_empty())?;
    let lines = roll.measures();
    let start = lines[lines.partition_point(|&line| line <= first) - 1];
    let (least, most) = (start + STEPS.start(), start + STEPS.end());
    let whole = lines.iter().copied().rfind(|line| (least..=most).contains(line));
    let into_measure = if roll.place(start).measure.is_multiple_of(12) { 12 } else { 16 };
    let end = whole.unwrap_or(start + into_measure);
    if end > roll.len() || roll.place(start).in_measure != 0 {
        return None;
    }
    let steps = &roll.steps()[start..end];
    let strokes: usize = steps.iter().map(|step| step.articulate.count()).sum();
    let keys = steps.iter().fold(Keys::NONE, |all, step| all.or(step.articulate));
    let sounding = steps.iter().filter(|step| !step.play.is_empty()).count();
    let says_enough =
        strokes >= LEAST_STROKES && keys.count() >= LEAST_KEYS && 2 * sounding >= steps.len();
    let further = &roll.steps()[start..roll.len().min(start + SEGMENT_STEPS)];
    let key = key_of(steps).filter(|&key| key_of(further) == Some(key))?;
    let mut opening: Roll = roll.excerpt(start, end);
    opening.key = Some(key);
    says_enough.then(|| Primer { source: source.clone(), roll: opening })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roll::Step;

    /// A piece of eight measures after a silent one, up and down a chord on a key.
    fn piece(name: &str, metre: &str, chord: [usize; 3]) -> TrainingPiece {
        let mut roll = Roll::new(metre.parse().unwrap());
        let measure = roll.place(0).measure as usize;
        (0..measure).for_each(|_| roll.push(Step::SILENCE));
        for step in 0..8 * measure {
            let keys = Keys::from_iter([chord[0] - 12, chord[step % 3]]);
            roll.push(Step { play: keys, articulate: keys });
        }
        TrainingPiece { source: name.to_owned(), roll }
    }

    const MAJOR: [usize; 3] = [39, 43, 46];
    const MINOR: [usize; 3] = [36, 39, 43];

    #[test]
    fn an_opening_is_whole_measures_from_the_first_that_sounds() {
        let lengths =
            [("4/4", 16), ("3/4", 12), ("2/4", 16), ("3/8", 12), ("5/8", 10), ("7/8", 14)];
        for (metre, steps) in lengths.into_iter().chain([("12/8", 12), ("5/4", 16)]) {
            let found = opening(&piece("x", metre, MAJOR)).unwrap();
            assert_eq!(found.roll.len(), steps, "{metre}");
            assert!(!found.roll.steps()[0].play.is_empty());
            assert_eq!(found.metre().to_string(), metre);
            assert_eq!(found.roll.key.unwrap().to_string(), "C major");
        }
    }

    #[test]
    fn what_says_too_little_is_no_opening() {
        let mut few = piece("x", "4/4", MAJOR);
        few.roll = few.roll.excerpt(0, 20);
        assert_eq!(opening(&few), None, "it is over before");
        let mut held = Roll::new(Metre::COMMON);
        let keys = Keys::from_iter(MAJOR);
        (0..64).for_each(|_| held.push(Step { play: keys, articulate: Keys::NONE }));
        assert_eq!(opening(&TrainingPiece { source: "x".to_owned(), roll: held }), None);
        let silence = TrainingPiece { source: "x".to_owned(), roll: Roll::new(Metre::COMMON) };
        assert_eq!(opening(&silence), None);
    }

    #[test]
    fn there_are_primers_in_all_metres_and_modes_and_the_more_the_more_pieces() {
        let mut pieces = Vec::new();
        for (metre, count) in [("4/4", 30), ("3/4", 12), ("6/8", 3), ("7/8", 2)] {
            for nth in 0..count {
                let chord = if nth % 3 == 0 { MINOR } else { MAJOR };
                pieces.push(piece(&format!("{}/{metre} {nth}", nth % 5), metre, chord));
            }
        }
        let primers = openings(&TrainingMusic { pieces: pieces.clone() }, 14);
        let minors = |metre: &str| -> Vec<bool> {
            let of = primers.iter().filter(|primer| primer.metre().to_string() == metre);
            of.map(|primer| primer.key().unwrap().minor).collect()
        };
        let counts = ["4/4", "3/4", "6/8", "7/8"].map(|metre| minors(metre).len());
        assert_eq!(counts, [9, 3, 2, 0]);
        for metre in ["4/4", "3/4", "6/8"] {
            let minors = minors(metre);
            assert!(minors.contains(&true) && minors.contains(&false), "{metre}");
        }
        let sources: std::collections::BTreeSet<_> = primers.iter().map(|p| &p.source).collect();
        assert_eq!(sources.len(), 14);
        assert_eq!(openings(&TrainingMusic { pieces }, 1000).len(), 45);
    }
}
