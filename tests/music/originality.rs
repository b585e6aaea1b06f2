//! Every match with the training music is found, and nothing else.

use deep_jammer::originality::{
    COPY_STEPS, LEAST_KEYS, LEAST_STROKES, Match, Originality, TrainingMusic, TrainingPiece,
};
use deep_jammer::roll::{Keys, Roll, Step};
use deep_jammer::score::Metre;
use proptest::prelude::*;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

fn below(random: &mut ChaCha8Rng, bound: usize) -> usize {
    ((u64::from(random.next_u32()) * bound as u64) >> 32) as usize
}

/// Music of no sense: chords of one to four keys in the middle of the keyboard, rests, notes that
/// are held.
fn noise(seed: u64, steps: usize) -> Roll {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut roll = Roll::new("3/4".parse().unwrap());
    let mut held = Keys::NONE;
    for _ in 0..steps {
        let chord: Keys = (0..below(&mut random, 4)).map(|_| 30 + below(&mut random, 24)).collect();
        held = Keys::from_iter(held.iter().filter(|_| below(&mut random, 2) == 0));
        roll.push(Step { play: chord.or(held), articulate: chord });
        held = chord.or(held);
    }
    roll
}

fn of(rolls: Vec<Roll>) -> Originality {
    let heard = |(number, roll)| TrainingPiece { source: format!("piece {number}"), roll };
    Originality::new(TrainingMusic { pieces: rolls.into_iter().enumerate().map(heard).collect() })
}

/// Some steps of a piece, a semitone distance higher, within music of another kind. Before and after
/// it something stands that is not in the piece: the highest key is struck.
fn planted(seed: u64, before: usize, copied: &[Step], semitones: i32, after: usize) -> Roll {
    let mut roll = Roll::new(Metre::COMMON);
    let mark = Keys::from_iter([87]);
    let (head, tail) = (noise(seed, before), noise(seed + 1, after));
    head.steps().iter().for_each(|&step| roll.push(step));
    roll.push(Step { play: mark, articulate: mark });
    // A note that is held into the copy has to sound before it as well.
    let first = copied[0].transposed(semitones);
    roll.push(Step { play: first.held().or(mark), articulate: mark });
    copied.iter().for_each(|step| roll.push(step.transposed(semitones)));
    roll.push(Step { play: mark, articulate: mark });
    tail.steps().iter().for_each(|&step| roll.push(step));
    roll
}

#[test]
fn planted_copies_are_found_where_they_are_from_and_how_far_they_were_moved() {
    let pieces: Vec<Roll> = (0..12).map(|seed| noise(seed, 400)).collect();
    let originality = of(pieces.clone());
    let mut random = ChaCha8Rng::seed_from_u64(1);
    let mut held = 0;
    for (round, length) in (5..=100).chain(5..=40).enumerate() {
        let piece = below(&mut random, pieces.len());
        let from = below(&mut random, 400 - length);
        let copied = &pieces[piece].steps()[from..from + length];
        let sounds = |step: &Step| !step.play.is_empty();
        if !sounds(&copied[0]) || !sounds(&copied[length - 1]) {
            continue;
        }
        // Keys 30 to 53 have 30 semitones of room below and 33 above before the mark.
        let transposition = below(&mut random, 64) as i32 - 30;
        let before = below(&mut random, 60);
        let roll = planted(1000 + round as u64, before, copied, transposition, 50);
        let found = originality.longest_match(&roll);
        let strokes: usize = copied.iter().map(|step| step.articulate.count()).sum();
        let keys = copied.iter().fold(Keys::NONE, |all, step| all.or(step.articulate)).count();
        if strokes < LEAST_STROKES || keys < LEAST_KEYS || length < 7 {
            // Too little to count, or as short as what noise has in common with noise.
            assert!(found.as_ref().is_none_or(|run| run.steps < 8), "{length} steps: {found:?}");
            continue;
        }
        held += usize::from(!copied[0].held().is_empty());
        let expected = Match {
            steps: length,
            strokes,
            step: before + 2,
            bar: 1 + (before + 2) / 16,
            source: format!("piece {piece}"),
            source_step: from,
            source_bar: 1 + from / 12,
            transposition,
        };
        assert_eq!(found.as_ref(), Some(&expected));
        assert_eq!(expected.is_copy(), length >= COPY_STEPS);
    }
    assert!(held > 10, "some copies begin in the middle of a note");
}

/// How many steps there are without the silence at either end.
fn from_sound_to_sound(steps: &[Step]) -> usize {
    let sounds = |step: &Step| !step.play.is_empty();
    match (steps.iter().position(sounds), steps.iter().rposition(sounds)) {
        (Some(first), Some(last)) => last + 1 - first,
        _ => 0,
    }
}

#[test]
fn a_copy_in_which_one_key_is_altered_falls_in_two() {
    let pieces: Vec<Roll> = (0..4).map(|seed| noise(seed, 300)).collect();
    let originality = of(pieces.clone());
    let steps = pieces[2].steps();
    let whole = originality.longest_match(&pieces[2]).unwrap();
    let expected = (from_sound_to_sound(steps), "piece 2", 0);
    assert_eq!((whole.steps, whole.source.as_str(), whole.transposition), expected);
    for at in [0, 120, 200, 260, 299] {
        let mut roll = Roll::new("3/4".parse().unwrap());
        for (index, step) in pieces[2].steps().iter().enumerate() {
            let mut step = *step;
            if index == at {
                // One key more; it is struck, and does not sound on.
                step.play.insert(70);
                step.articulate.insert(70);
            }
            roll.push(step);
        }
        let run = originality.longest_match(&roll).unwrap();
        let parts = [&steps[..at], &steps[at + 1..]].map(from_sound_to_sound);
        assert_eq!(run.steps, parts[0].max(parts[1]), "{at}: {run:?}");
        assert!(!(run.step..run.step + run.steps).contains(&at), "{run:?}");
    }
}

#[test]
fn what_is_struck_again_is_not_what_is_held() {
    let piece = noise(5, 200);
    let mut roll = Roll::new(Metre::COMMON);
    let mut altered = 0;
    for (index, step) in piece.steps().iter().enumerate() {
        let mut step = *step;
        if index % 20 == 10 && !step.held().is_empty() {
            step.articulate = step.play;
            altered += 1;
        }
        roll.push(step);
    }
    assert!(altered > 5);
    let run = of(vec![piece]).longest_match(&roll).unwrap();
    assert!(run.steps < 100, "{run:?}");
}

#[test]
fn independent_noise_has_little_in_common() {
    let originality = of((0..50).map(|seed| noise(seed, 1000)).collect());
    for seed in 100..110 {
        let run = originality.longest_match(&noise(seed, 1400));
        assert!(run.as_ref().is_none_or(|run| run.steps <= 7), "{run:?}");
    }
}

#[test]
fn silence_held_chords_repeated_notes_and_trills_are_no_copies() {
    let trivial = |kind: usize| {
        let mut roll = Roll::new(Metre::COMMON);
        for step in 0..200 {
            let (play, articulate): (&[usize], &[usize]) = match kind {
                0 => (&[], &[]),
                1 => (&[20, 24, 27], &[]),
                2 => (&[40], &[40]),
                _ => [(&[40][..], &[40][..]), (&[42], &[42])][step % 2],
            };
            let keys = |keys: &[usize]| keys.iter().copied().collect();
            roll.push(Step { play: keys(play), articulate: keys(articulate) });
        }
        roll
    };
    let originality = of((0..4).map(trivial).collect());
    for kind in 0..4 {
        assert_eq!(originality.longest_match(&trivial(kind)), None, "{kind}");
    }
    assert_eq!(of(Vec::new()).longest_match(&noise(1, 100)), None);
    assert_eq!(originality.longest_match(&Roll::new(Metre::COMMON)), None);
}

/// The longest run by trying all places and all transpositions.
fn tried(roll: &Roll, pieces: &[Roll]) -> usize {
    let mut longest = 0;
    for piece in pieces {
        for semitones in -87..=87 {
            for start in 0..roll.len() {
                for from in 0..piece.len() {
                    let (ours, theirs) = (&roll.steps()[start..], &piece.steps()[from..]);
                    let same = |(a, b): &(&Step, &Step)| {
                        let moved = b.transposed(semitones);
                        **a == moved && moved.play.count() == b.play.count()
                    };
                    let run = ours.iter().zip(theirs).take_while(same).count();
                    let ours = &ours[..run];
                    let sounds = |step: &Step| !step.play.is_empty();
                    let Some(last) = ours.iter().rposition(sounds) else { continue };
                    let ours = &ours[..=last];
                    let keys = ours.iter().fold(Keys::NONE, |all, step| all.or(step.articulate));
                    let strokes: usize = ours.iter().map(|step| step.articulate.count()).sum();
                    if sounds(&ours[0]) && strokes >= LEAST_STROKES && keys.count() >= LEAST_KEYS {
                        longest = longest.max(ours.len());
                    }
                }
            }
        }
    }
    longest
}

/// Music of few keys and few shapes, in which much is repeated at other heights, near the ends of
/// the keyboard too.
fn narrow() -> impl Strategy<Value = Roll> {
    let step = prop_oneof![
        1 => Just((0u128, 0u128)),
        6 => (0u32..4, 0u128..8, 0u128..8).prop_map(|(height, play, articulate)| {
            let height = [0, 1, 5, 85][height as usize];
            (play << height, articulate << height)
        }),
    ];
    prop::collection::vec(step, 0..24).prop_map(|steps| {
        let mut roll = Roll::new(Metre::COMMON);
        for (play, articulate) in steps {
            let (play, articulate) = (Keys::from_bits(play), Keys::from_bits(articulate));
            roll.push(Step { play, articulate });
        }
        roll
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn trying_everything_finds_nothing_longer(
        head in narrow(), shared in narrow(), tail in narrow(), other in narrow(), by in -3i32..4,
    ) {
        // What both have in common, once as it is and once moved.
        let join = |parts: &[&Roll], by: i32| {
            let mut roll = Roll::new(Metre::COMMON);
            let steps = parts.iter().flat_map(|part| part.steps());
            steps.for_each(|step| roll.push(step.transposed(by)));
            roll
        };
        let pieces = vec![join(&[&head, &shared], 0), join(&[&other, &tail], 0)];
        let roll = join(&[&tail, &shared, &other], by);
        let found = of(pieces.clone()).longest_match(&roll);
        prop_assert_eq!(found.map_or(0, |run| run.steps), tried(&roll, &pieces));
    }
}
