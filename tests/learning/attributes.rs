//! The wide layout agrees with a slow second version, written key by key from the documentation of each
//! block.

use deep_jammer::attribute::{Block, Layout, StepAttributes};
use deep_jammer::roll::{KEYS, Keys, LOWEST_PITCH, Roll, Step};
use deep_jammer::segment::Segment;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Chords of few notes with rests, so that silences, gaps and long ages come.
fn piece(metres: [&str; 2], seed: u64) -> Roll {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut roll = Roll::new(metres[0].parse().unwrap());
    let mut play = Keys::NONE;
    for step in 0..260 {
        if step == 100 {
            roll.change_metre(metres[1].parse().unwrap());
        }
        let mut articulate = Keys::NONE;
        for key in play.iter() {
            match random.next_u32() % 6 {
                0 | 1 => play.remove(key),
                2 => articulate.insert(key),
                _ => {}
            }
        }
        if random.next_u32().is_multiple_of(3) {
            play.insert(random.next_u32() as usize % KEYS);
        }
        // Some bars of silence.
        if (150..175).contains(&step) {
            play = Keys::NONE;
        }
        roll.push(Step { play, articulate });
    }
    roll
}

fn class(key: usize) -> usize {
    (key + usize::from(LOWEST_PITCH)) % 12
}

fn one_hot(place: Option<usize>, width: usize) -> Vec<f32> {
    (0..width).map(|index| f32::from(Some(index) == place)).collect()
}

/// What a key did at a step of a piece, given as a distance back from `now`.
fn did(roll: &Roll, now: usize, back: usize, key: Option<usize>) -> [f32; 2] {
    let step = now.checked_sub(back).filter(|_| back > 0).map(|at| roll.steps()[at]);
    match (step, key.filter(|&key| key < KEYS)) {
        (Some(step), Some(key)) => {
            [f32::from(step.play.contains(key)), f32::from(step.articulate.contains(key))]
        }
        _ => [0.0, 0.0],
    }
}

/// One block of one key, before the step `now` of a piece.
fn expected(block: Block, roll: &Roll, now: usize, key: usize) -> Vec<f32> {
    let steps = &roll.steps()[..now];
    let last = steps.last().copied().unwrap_or(Step::SILENCE);
    let measure = roll.place(now).measure as usize;
    let above = |other: usize| (class(other) + 12 - class(key)) % 12;
    let recent = |count: usize| &steps[now.saturating_sub(count)..];
    match block {
        Block::Chroma => {
            let mut counts = vec![0.0; 12];
            last.play.iter().for_each(|other| counts[above(other)] += 1.0);
            counts
        }
        Block::Bass => one_hot(last.play.lowest().map(above), 12),
        Block::Tonality => {
            let mut counts = [0.0f32; 12];
            for step in recent(64) {
                step.articulate.iter().for_each(|other| counts[above(other)] += 1.0);
            }
            let all = counts.iter().sum::<f32>().max(1.0);
            counts.iter().map(|count| 4.0 * (count / all)).collect()
        }
        Block::MeasureLength => {
            let kind = match measure {
                ..=4 => 0,
                5..=6 => 1,
                7..=8 => 2,
                9..=12 => 3,
                13..=16 => 4,
                17..=18 => 5,
                19..=20 => 6,
                21..=24 => 7,
                _ => 8,
            };
            one_hot(Some(kind), 9)
        }
        Block::Echo => {
            let near = [-2, -1, 0, 1, 2].map(|semitones| {
                did(roll, now, measure, key.checked_add_signed(semitones as isize))
            });
            let own = |back| did(roll, now, back, Some(key));
            let later =
                [own(measure - 1), own(2 * measure), own(2 * measure - 1), own(4 * measure)];
            near.into_iter().chain(later).flatten().collect()
        }
        Block::Age => {
            let age = recent(64).iter().rev().position(|step| step.articulate.contains(key));
            let kind = age.map(|age| match age + 1 {
                age @ 1..=4 => age - 1,
                5..=6 => 4,
                7..=8 => 5,
                9..=12 => 6,
                13..=16 => 7,
                17..=32 => 8,
                _ => 9,
            });
            one_hot(kind, 10)
        }
        Block::Recall => {
            let own = |back| did(roll, now, back, Some(key));
            [2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128]
                .into_iter()
                .flat_map(|back| own(back).into_iter().chain(own(back - 1).into_iter().take(1)))
                .collect()
        }
        Block::Outline => {
            let octaves = |end: Option<usize>| {
                end.map_or(0.0, |end| ((key as f32 - end as f32) / 24.0).clamp(-2.0, 2.0))
            };
            let silent = steps.iter().rev().take_while(|step| step.play.is_empty()).count();
            vec![
                last.play.count() as f32 / 8.0,
                last.articulate.count() as f32 / 8.0,
                octaves(last.play.lowest()),
                octaves(last.play.highest()),
                (silent as f32 / 16.0).min(1.0),
            ]
        }
        _ => unreachable!("the article's blocks are tested where they are"),
    }
}

#[test]
fn the_wide_layout_says_what_its_words_say() {
    for (metres, seed) in [(["4/4", "3/4"], 1), (["1/16", "2/16"], 2), (["9/8", "12/8"], 3)] {
        assert_as_documented(Layout::WIDE, &piece(metres, seed));
    }
}

#[test]
fn the_unmeasured_layout_says_what_its_words_say() {
    assert_as_documented(Layout::UNMEASURED, &piece(["4/4", "3/4"], 7));
}

/// Every block, but for those of the article, at every step.
fn assert_as_documented(layout: Layout, roll: &Roll) {
    for now in 0..roll.len() {
        let mut attributes = StepAttributes::default();
        layout.describe(&roll.steps()[..now], None, roll.place(now), &mut attributes);
        for key in (0..KEYS).step_by(3) {
            let row = attributes.dense_of_key(key, layout.width());
            let mut first = 0;
            for block in layout.blocks {
                let found = &row[first..first + block.width()];
                if !Layout::ARTICLE.blocks.contains(block) {
                    let expected = expected(*block, roll, now, key);
                    assert_eq!(found, expected, "{} of key {key} at {now}", block.name());
                }
                first += block.width();
            }
            assert_eq!(first, row.len());
        }
    }
}

#[test]
fn the_unmeasured_layout_does_not_ask_where_the_measures_lie() {
    let roll = piece(["4/4", "3/4"], 8);
    let describe = |place| {
        let mut attributes = StepAttributes::default();
        Layout::UNMEASURED.describe(&roll.steps()[..90], None, place, &mut attributes);
        attributes
    };
    // The 91st step is within 4/4, the 131st within 3/4 and elsewhere in its measure.
    assert_ne!(roll.place(90), roll.place(130));
    assert_eq!(describe(roll.place(90)), describe(roll.place(130)));
}

#[test]
fn the_wide_layout_begins_with_the_articles() {
    let roll = piece(["4/4", "3/4"], 4);
    let describe = |layout: Layout| {
        let mut attributes = StepAttributes::default();
        layout.describe(&roll.steps()[..77], None, roll.place(77), &mut attributes);
        (0..KEYS).map(|key| attributes.dense_of_key(key, layout.width())).collect::<Vec<_>>()
    };
    for (wide, article) in describe(Layout::WIDE).iter().zip(describe(Layout::ARTICLE)) {
        assert_eq!(wide[..78], article);
    }
}

#[test]
fn an_excerpt_is_told_what_the_whole_piece_is_told() {
    // However far back an attribute looks, training on excerpts and composing on and on agree.
    let roll = piece(["12/8", "6/4"], 5);
    for start in [0, 1, 60, 128, 200] {
        let segment = Segment::new(&roll, start, 50);
        for step in 0..50 {
            let describe = |past: &[Step]| {
                let mut attributes = StepAttributes::default();
                Layout::WIDE.describe(past, None, segment.place(step), &mut attributes);
                attributes
            };
            let whole = describe(&roll.steps()[..start + step]);
            assert!(describe(segment.past(step)) == whole, "step {step} from {start}");
        }
    }
}

#[test]
fn transposed_music_is_told_the_same_of_transposed_keys() {
    let roll = piece(["4/4", "3/4"], 6);
    let moved: Vec<Step> = roll.steps().iter().map(|step| step.transposed(5)).collect();
    let describe = |past: &[Step]| {
        let mut attributes = StepAttributes::default();
        Layout::WIDE.describe(past, None, roll.place(120), &mut attributes);
        attributes
    };
    // Keys far enough from either end that none has been lost.
    let lost = roll.steps().iter().any(|step| step.play.highest() > Some(82));
    assert!(lost, "the piece reaches the end of the keyboard");
    let inside: Vec<Step> = roll
        .steps()
        .iter()
        .map(|step| {
            let keys = |keys: Keys| keys.iter().filter(|&key| key <= 82).collect::<Keys>();
            Step { play: keys(step.play), articulate: keys(step.articulate) }
        })
        .collect();
    let (here, there) = (describe(&inside[..120]), describe(&moved[..120]));
    for key in 14..69 {
        let row = here.dense_of_key(key, Layout::WIDE.width());
        let other = there.dense_of_key(key + 5, Layout::WIDE.width());
        assert_eq!(row[13..], other[13..], "all but position and pitch class of key {key}");
    }
}
