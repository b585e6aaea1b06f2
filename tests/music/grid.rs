//! Steps are counted from the beginning of a piece, whatever its time signatures.

use deep_jammer::roll::{LOWEST_PITCH, Roll, RollNote, Transcription};
use deep_jammer::score::{At, Metre, Note, Score};
use proptest::collection::vec;
use proptest::prelude::*;

fn score(ticks_per_quarter: u32, notes: Vec<Note>, metres: Vec<At<Metre>>) -> Score {
    Score {
        ticks_per_quarter,
        title: None,
        notes,
        tempos: Vec::new(),
        metres,
        keys: Vec::new(),
        pedal: Vec::new(),
        sostenuto: Vec::new(),
        soft: Vec::new(),
        texts: Vec::new(),
        length: 0,
    }
}

fn note(start: u64, length: u64, pitch: u8) -> Note {
    Note { start, pitch, length, velocity: 64 }
}

fn metre(tick: u64, text: &str) -> At<Metre> {
    At { tick, value: text.parse().unwrap() }
}

fn read(score: &Score) -> Transcription {
    Roll::from_score(score).unwrap()
}

/// The metres of a roll by step.
fn metres(roll: &Roll) -> Vec<(usize, String)> {
    roll.metres().iter().map(|change| (change.step, change.metre.to_string())).collect()
}

/// 128 quarters, each as long as it can be.
fn quarters(ticks_per_quarter: u32) -> Vec<Note> {
    let quarter = u64::from(ticks_per_quarter);
    (0..128).map(|nth| note(nth * quarter, quarter, 60 + (nth % 12) as u8)).collect()
}

#[test]
fn a_metre_said_again_at_any_distance_changes_nothing() {
    for ticks_per_quarter in [24, 96, 480, 960, 1000] {
        let plain = score(ticks_per_quarter, quarters(ticks_per_quarter), Vec::new());
        let plain = read(&plain);
        assert_eq!((plain.roll.len(), plain.roll.seconds()), (512, 64.0));
        let end = 128 * u64::from(ticks_per_quarter);
        for distance in [1, 7, 50, 59, 60, 61, 100, 119, 120, 121, 479, 480, 481, 1920, 4799] {
            let again = (0..).map(|nth| nth * distance).take_while(|&tick| tick < end + 5000);
            let again = again.map(|tick| metre(tick, "4/4")).collect();
            let found = read(&score(ticks_per_quarter, quarters(ticks_per_quarter), again));
            assert_eq!(found, plain, "every {distance} of {ticks_per_quarter} ticks");
        }
    }
}

#[test]
fn no_number_of_different_metres_shortens_or_lengthens_a_piece() {
    for distance in [1, 7, 50, 59, 60, 61, 100, 119, 121, 250, 480] {
        let names = ["4/4", "3/4", "5/8", "7/16"];
        let changes = (0..61_440 / distance).zip(names.into_iter().cycle());
        let changes = changes.map(|(nth, name)| metre(nth * distance, name)).collect();
        let found = read(&score(480, quarters(480), changes));
        assert_eq!((found.roll.len(), found.off_grid), (512, 0), "every {distance} ticks");
        let starts: Vec<_> = found.roll.notes().iter().map(|note| note.start).collect();
        assert_eq!(starts, (0..512).step_by(4).collect::<Vec<_>>(), "every {distance} ticks");
    }
}

#[test]
fn a_change_of_metre_within_a_16th_begins_a_measure_at_the_nearest_one() {
    // A 16th has 120 ticks. Of several changes in one step the last counts.
    let changes = |changes: &[(u64, &str)]| {
        let changes = changes.iter().map(|&(tick, text)| metre(tick, text)).collect();
        let found = read(&score(480, quarters(480), changes));
        assert_eq!((found.roll.len(), found.off_grid), (512, 0));
        metres(&found.roll)
    };
    let named = |metres: &[(usize, &str)]| -> Vec<(usize, String)> {
        metres.iter().map(|&(step, text)| (step, text.to_owned())).collect()
    };
    assert_eq!(changes(&[(0, "3/4"), (1499, "2/4")]), named(&[(0, "3/4"), (12, "2/4")]));
    assert_eq!(changes(&[(0, "3/4"), (1500, "2/4")]), named(&[(0, "3/4"), (13, "2/4")]));
    let thrice = [(0, "3/4"), (1410, "2/4"), (1440, "6/8"), (1490, "3/8"), (1600, "3/8")];
    assert_eq!(changes(&thrice), named(&[(0, "3/4"), (12, "3/8")]));
    let back = [(0, "3/4"), (1430, "2/4"), (1450, "3/4")];
    assert_eq!(changes(&back), named(&[(0, "3/4")]), "it is the metre that held before");
    assert_eq!(changes(&[(50, "3/4")]), named(&[(0, "3/4")]));
    // Where no metre is given it is 4/4.
    assert_eq!(changes(&[(480, "4/4")]), named(&[(0, "4/4")]));
}

#[test]
fn after_a_measure_that_is_no_whole_number_of_16ths_the_music_is_on_the_grid_again() {
    // Ticks of the first measure, and its steps: 3/32 are one and a half 16ths, 13/64 three and a
    // quarter, 11/64 two and three quarters.
    for (text, ticks, steps) in
        [("3/32", 180, 2), ("1/32", 60, 1), ("13/64", 390, 3), ("11/64", 330, 3)]
    {
        let (numerator, denominator) = text.split_once('/').unwrap();
        let value = Metre {
            numerator: numerator.parse().unwrap(),
            denominator_power: denominator.parse::<u32>().unwrap().trailing_zeros() as u8,
        };
        let mut notes = vec![note(0, ticks, 72)];
        notes.extend((0..64).map(|nth| note(ticks + 120 * nth, 120, 60 + (nth % 12) as u8)));
        let first = vec![At { tick: 0, value }, metre(ticks, "4/4")];
        let found = read(&score(480, notes, first));
        assert_eq!((found.roll.len(), found.off_grid), (steps + 64, 0), "{text}");
        assert_eq!(metres(&found.roll)[1], (steps, "4/4".to_owned()));
        let starts: Vec<_> = found.roll.notes().iter().skip(1).map(|note| note.start).collect();
        assert_eq!(starts, (steps..steps + 64).collect::<Vec<_>>(), "{text}");
    }
}

#[test]
fn odd_measures_again_and_again_do_not_add_up() {
    // 1/32 and 4/4 in turn: after a hundred of each the piece has 100 × 16.5 16ths.
    let (mut notes, mut changes, mut tick) = (Vec::new(), Vec::new(), 0);
    for _ in 0..100 {
        changes.push(metre(tick, "1/32"));
        changes.push(metre(tick + 60, "4/4"));
        notes.extend((0..16).map(|nth| note(tick + 60 + 120 * nth, 120, 50 + nth as u8)));
        tick += 60 + 1920;
    }
    let found = read(&score(480, notes.clone(), changes));
    assert_eq!(found.roll.len().abs_diff(1650), 0);
    for (note, exact) in found.roll.notes().iter().zip(&notes) {
        assert!((120 * note.start as u64).abs_diff(exact.start) <= 60, "{note:?} {exact:?}");
    }
}

#[test]
fn a_metre_that_begins_anew_in_a_roll_is_written_so_that_it_is_read() {
    let mut roll = Roll::new("4/4".parse().unwrap());
    let keys = deep_jammer::roll::Keys::from_iter([40]);
    let step = deep_jammer::roll::Step { play: keys, articulate: keys };
    for steps in [5, 16, 35, 20] {
        roll.change_metre("4/4".parse().unwrap());
        (0..steps).for_each(|_| roll.push(step));
    }
    assert_eq!(roll.measures(), [0, 5, 21, 37, 53, 56, 72]);
    let again = Roll::from_score(&roll.to_score(None, &[])).unwrap().roll;
    assert_eq!((again.steps(), again.measures()), (roll.steps(), roll.measures()));
    assert_eq!(metres(&again)[0], (0, "5/16".to_owned()));
}

/// A tune of at most 80 notes that rises key by key, so that each is found again; none is short
/// enough to be a grace note.
fn tune() -> impl Strategy<Value = Vec<Note>> {
    vec((1u64..400, 250u64..900), 2..80).prop_map(|notes| {
        let mut tick = 0;
        let place = |(key, (gap, length)): (usize, (u64, u64))| {
            let start = tick;
            tick += gap;
            note(start, length, LOWEST_PITCH + key as u8)
        };
        notes.into_iter().enumerate().map(place).collect()
    })
}

fn signatures() -> impl Strategy<Value = Vec<At<Metre>>> {
    vec((1u64..700, 1u8..9, 0u8..7), 0..60).prop_map(|changes| {
        let mut tick = 0;
        let change = |(gap, numerator, denominator_power)| {
            tick += gap;
            At { tick: tick - gap % 2, value: Metre { numerator, denominator_power } }
        };
        changes.into_iter().map(change).collect()
    })
}

fn by_key(mut notes: Vec<RollNote>) -> Vec<RollNote> {
    notes.sort_by_key(|note| note.key);
    notes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_metres_notes_stay_in_order_and_within_a_step_of_their_places(
        notes in tune(), metres in signatures(), quarter in 100u32..1000,
    ) {
        let end = notes.iter().map(Note::end).max().unwrap();
        let with = read(&score(quarter, notes.clone(), metres));
        let sixteenth = f64::from(quarter) / 4.0;
        let found = by_key(with.roll.notes());
        prop_assert_eq!(found.len(), notes.len());
        for (found, exact) in found.iter().zip(&notes) {
            let place = exact.start as f64 / sixteenth;
            prop_assert!((found.start as f64 - place).abs() <= 1.0, "{found:?} at {place}");
        }
        prop_assert!(found.windows(2).all(|pair| pair[0].start <= pair[1].start));
        let length = end as f64 / sixteenth;
        // The last note may have to be lengthened to a step.
        prop_assert!((with.roll.len() as f64 - length).abs() <= 2.0, "{} {length}", with.roll.len());
    }

    #[test]
    fn whatever_the_metres_saying_them_again_changes_nothing(
        notes in tune(), metres in signatures(), again in vec(0u64..40_000, 0..80), quarter in 100u32..1000,
    ) {
        let once = read(&score(quarter, notes.clone(), metres.clone()));
        let mut twice = metres.clone();
        let holds = |tick: u64| metres.iter().rev().find(|change| change.tick <= tick);
        twice.extend(again.iter().filter_map(|&tick| Some(At { tick, ..*holds(tick)? })));
        twice.sort_by_key(|change| change.tick);
        prop_assert_eq!(read(&score(quarter, notes, twice)), once);
    }

    #[test]
    fn without_changes_of_metre_each_note_is_at_its_nearest_step(
        notes in tune(), quarter in 100u32..1000,
    ) {
        let found = by_key(read(&score(quarter, notes.clone(), Vec::new())).roll.notes());
        for (found, exact) in found.iter().zip(&notes) {
            let nearest = (8 * exact.start + u64::from(quarter)) / (2 * u64::from(quarter));
            prop_assert_eq!(found.start as u64, nearest);
        }
    }
}
