//! Checks the match model against a plain search through all earlier places.

use deep_jammer::match_model::{
    Continuations, LOCAL_REACHES, LONGEST_LOCAL, MatchModel, Matches, REMEMBERED_STEPS,
    SHORTEST_EXACT, SHORTEST_LOCAL, SHORTEST_TRANSPOSED,
};
use deep_jammer::roll::{KEYS, Keys, Step};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Music that repeats itself: some motifs again and again, at other pitches too, with a wrong note now
/// and then. All keys stay away from both ends of the keyboard.
fn piece(steps: usize, seed: u64) -> Vec<Step> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut below = |limit: u32| (random.next_u32() % limit) as usize;
    let mut piece: Vec<Step> = Vec::new();
    while piece.len() < steps {
        let motif = 3 + below(30);
        if piece.len() > motif && below(3) > 0 {
            let from = below((piece.len() - motif) as u32);
            let semitones = [0, 0, 0, 2, -3][below(5)];
            for step in from..from + motif {
                let mut step = piece[step].transposed(semitones);
                if below(40) == 0 {
                    step.play.insert(30 + below(20));
                }
                let inside = step.play.iter().filter(|key| (15..73).contains(key)).collect();
                step = Step { play: inside, articulate: step.articulate.and(inside) };
                piece.push(step);
            }
        } else {
            for _ in 0..motif {
                let play: Keys = (0..below(4)).map(|_| 30 + below(20)).collect();
                let articulate: Keys = play.iter().filter(|_| below(2) == 0).collect();
                piece.push(Step { play, articulate });
            }
        }
    }
    piece.truncate(steps);
    piece
}

/// For how many steps before two places `same` holds.
fn agreement(now: usize, then: usize, same: impl Fn(usize, usize) -> bool) -> usize {
    (1..=then).take_while(|back| same(now - back, then - back)).count()
}

fn around(step: Step, key: usize, reach: usize) -> Vec<(bool, bool)> {
    let keys = key as i32 - reach as i32..=key as i32 + reach as i32;
    let keys = keys.map(|key| usize::try_from(key).unwrap_or(KEYS));
    keys.map(|key| (step.play.contains(key), step.articulate.contains(key))).collect()
}

#[test]
fn the_longest_match_of_all_keys_is_found_and_the_latest_of_several() {
    let steps = piece(400, 1);
    let matches = MatchModel::matches_of(&steps);
    let mut found = 0;
    for (now, told) in matches.iter().enumerate() {
        let length = |then: usize| agreement(now, then, |a, b| steps[a] == steps[b]);
        let lengths: Vec<usize> = (0..now).map(length).collect();
        let long = |then: &usize| lengths[*then] >= usize::from(SHORTEST_EXACT);
        let best = (0..now).filter(long).max_by_key(|&then| (lengths[then], then));
        let Matches { exact, occurrences, otherwise, .. } = *told;
        let Some(best) = best else {
            assert_eq!((exact.length, occurrences, otherwise.length), (0, 0, 0), "{now}");
            continue;
        };
        found += 1;
        assert_eq!((exact.source as usize, exact.length as usize), (best, lengths[best]), "{now}");
        let sure = lengths[best].min(16);
        let often = (0..now).filter(long).filter(|&then| lengths[then] >= sure).count();
        assert_eq!(usize::from(occurrences), often.min(255), "{now}");
        let others = (0..now).filter(long).filter(|&then| steps[then] != steps[best]);
        let other = others.max_by_key(|&then| (lengths[then], then));
        let other = other.map_or((0, 0), |then| (then, lengths[then]));
        assert_eq!((otherwise.source as usize, otherwise.length as usize), other, "{now}");
    }
    assert!(found > 100, "{found} of 400");
}

#[test]
fn the_longest_match_at_another_pitch_is_found() {
    let steps = piece(300, 2);
    let matches = MatchModel::matches_of(&steps);
    let mut found = 0;
    for now in 0..steps.len() {
        let mut best = (0, 0, 0);
        for then in 0..now {
            for semitones in (-40..=40).filter(|&semitones| semitones != 0) {
                let same = |a: usize, b: usize| {
                    steps[a] == steps[b].transposed(semitones)
                        && steps[a].play.count() == steps[b].play.count()
                };
                let length = agreement(now, then, same);
                let sounds = steps[now - length..now].iter().any(|step| !step.play.is_empty());
                if sounds && length >= usize::from(SHORTEST_TRANSPOSED) {
                    best = best.max((length, then, semitones));
                }
            }
        }
        let transposed = matches[now].transposed;
        assert_eq!(usize::from(transposed.at.length), best.0, "{now}");
        if best.0 > 0 {
            found += 1;
            assert_eq!(transposed.at.source as usize, best.1, "{now}");
            assert_eq!(i32::from(transposed.semitones), best.2, "{now}");
        }
    }
    assert!(found > 10, "{found} of 300");
}

#[test]
fn the_longest_match_around_a_key_is_found_among_the_latest_places() {
    let steps = piece(300, 3);
    let matches = MatchModel::matches_of(&steps);
    let mut found = 0;
    for (index, reach) in LOCAL_REACHES.into_iter().enumerate() {
        for now in (0..steps.len()).step_by(3) {
            for key in (0..KEYS).step_by(5) {
                let around: Vec<_> = steps.iter().map(|&step| around(step, key, reach)).collect();
                let silent = |of: &Vec<(bool, bool)>| of.iter().all(|&(play, _)| !play);
                let class = matches[now].local[index].class(key);
                if now < SHORTEST_LOCAL || around[now - SHORTEST_LOCAL..now].iter().all(silent) {
                    assert_eq!(class, None);
                    continue;
                }
                let length = |then: usize| agreement(now, then, |a, b| around[a] == around[b]);
                let places = (0..now).rev().filter(|&then| length(then) >= SHORTEST_LOCAL).take(6);
                let mut places: Vec<_> =
                    places.map(|then| (length(then).min(LONGEST_LOCAL), then)).collect();
                // Nothing is longer than the longest.
                if let Some(at) = places.iter().position(|&(length, _)| length == LONGEST_LOCAL) {
                    places.truncate(at + 1);
                }
                let Some(&(length, then)) = places.iter().max() else {
                    assert_eq!(class, None, "{now} {key}");
                    continue;
                };
                found += 1;
                let expected = [5, 8, 12, 16, 24, 47].iter().filter(|&&longest| longest < length);
                assert_eq!(class, Some(expected.count()), "{now} {key} {length}");
                let local = matches[now].local[index];
                let did = |then: usize| {
                    let step = steps[then];
                    (step.play.contains(key), step.articulate.contains(key))
                };
                assert_eq!(local.several.contains(key), places.len() > 1);
                let disputed = places.iter().any(|&(_, other)| did(other) != did(then));
                assert_eq!(local.disputed.contains(key), disputed, "{now} {key}");
                let followed = local.followed;
                assert_eq!(followed.play.contains(key), steps[then].play.contains(key));
                assert_eq!(followed.articulate.contains(key), steps[then].articulate.contains(key));
            }
        }
    }
    assert!(found > 300, "{found}");
}

#[test]
fn a_similar_place_is_found_where_one_hand_plays_on_and_the_other_something_new() {
    let mut random = ChaCha8Rng::seed_from_u64(4);
    let mut step = |keys: std::ops::Range<u32>| {
        let key = (keys.start + random.next_u32() % (keys.end - keys.start)) as usize;
        let play = Keys::from_iter([key, key + 4]);
        Step { play, articulate: play }
    };
    let bass: Vec<Step> = (0..64).map(|_| step(10..30)).collect();
    let steps: Vec<Step> = (0..128)
        .map(|now| {
            let (low, high) = (bass[now % 64], step(50..70));
            let both = |low: Keys, high: Keys| low.or(high);
            Step {
                play: both(low.play, high.play),
                articulate: both(low.articulate, high.articulate),
            }
        })
        .collect();
    let matches = MatchModel::matches_of(&steps);
    for (now, told) in matches.iter().enumerate().skip(80) {
        assert_eq!(told.similar.source as usize, now - 64);
        assert!(told.similar.similarity > 64);
        assert_eq!(told.exact.length, 0);
    }
}

#[test]
fn what_is_told_depends_on_earlier_steps_only_and_not_on_how_the_piece_is_read() {
    let steps = piece(700, 5);
    let whole = MatchModel::matches_of(&steps);
    let mut changed = steps.clone();
    changed[300..].iter_mut().for_each(|step| *step = step.transposed(1));
    assert_eq!(MatchModel::matches_of(&changed)[..=300], whole[..=300]);
    // Step by step, with copies that go elsewhere.
    let mut model = MatchModel::new();
    for (now, &step) in steps.iter().enumerate() {
        assert_eq!(model.matches(), whole[now]);
        assert_eq!(model.continuations(), Continuations::of(&whole[now], |at| steps[at]));
        if now % 100 == 50 {
            let mut copy = model.clone();
            steps[..60].iter().for_each(|&step| copy.push(step));
        }
        model.push(step);
    }
}

#[test]
fn in_a_transposed_piece_the_same_is_told_transposed() {
    let steps = piece(400, 6);
    for semitones in [-9, 7] {
        let moved: Vec<Step> = steps.iter().map(|step| step.transposed(semitones)).collect();
        let here = MatchModel::matches_of(&steps);
        let there = MatchModel::matches_of(&moved);
        for (here, there) in here.iter().zip(&there) {
            let here = Continuations::of(here, |at| steps[at]).transposed(semitones);
            assert_eq!(here, Continuations::of(there, |at| moved[at]));
        }
    }
}

#[test]
fn a_passage_that_comes_back_is_known_from_its_fourth_step_on() {
    let mut random = ChaCha8Rng::seed_from_u64(7);
    let once: Vec<Step> = (0..64)
        .map(|_| {
            let play = Keys::from_iter([20 + (random.next_u32() % 40) as usize]);
            Step { play, articulate: play }
        })
        .collect();
    let twice = [once.clone(), once.clone()].concat();
    let matches = MatchModel::matches_of(&twice);
    for now in 64 + 3..128 {
        let told = Continuations::of(&matches[now], |at| twice[at]);
        assert_eq!((told.exact.now, told.exact.distance), (twice[now], 64), "{now}");
        assert!(now == 127 || told.exact.later == twice[now + 1]);
    }
}

#[test]
fn an_endless_piece_is_remembered_within_a_bound() {
    let mut model = MatchModel::new();
    let steps = piece(3 * REMEMBERED_STEPS, 8);
    for &step in &steps {
        model.push(step);
        let Matches { step, exact, similar, .. } = model.matches();
        for source in [exact.source, similar.source].into_iter().filter(|&source| source > 0) {
            assert!((step - source) as usize <= REMEMBERED_STEPS + 128);
        }
    }
    assert!(model.remembered() <= REMEMBERED_STEPS + 128);
    // What went before makes no difference any more, beyond the longest match.
    let mut late = MatchModel::new();
    let first = steps.len() - model.remembered();
    steps[first..].iter().for_each(|&step| late.push(step));
    let (long, short) = (model.continuations(), late.continuations());
    assert_eq!(long.exact.now, short.exact.now);
    assert_eq!(long.local, short.local);
}
