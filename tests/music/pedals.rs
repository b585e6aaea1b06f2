//! Pedals are read as they were played, survive being written, and are heard.

use crate::midi::{END, chunk, file, header, read_track};
use deep_jammer::midi;
use deep_jammer::score::{At, Score};
use deep_jammer::sound::{Performance, Piano, Rendering, SAMPLE_RATE};
use proptest::prelude::*;
use std::f64::consts::TAU;

fn moves(pedal: &[At<bool>]) -> Vec<(u64, bool)> {
    pedal.iter().map(|change| (change.tick, change.value)).collect()
}

/// C3 for half a second at 0, D4 for half a second at 2 s, and other events, all given in
/// milliseconds (96 ticks a quarter, 192 in a second, would be too coarse, so 500 are).
fn piece(others: &[(u32, [u8; 3])]) -> Score {
    let mut events = vec![
        (0, [0x90, 48, 90]),
        (500, [0x80, 48, 64]),
        (2000, [0x90, 62, 90]),
        (2500, [0x80, 62, 64]),
    ];
    // At one moment, other events come before a key that is struck, as a foot would.
    events.extend_from_slice(others);
    events.sort_by_key(|&(time, event)| (time, event[0] & 0xF0 == 0x90));
    let mut track = Vec::new();
    let mut now = 0;
    for (time, event) in events {
        let delta = time - now;
        track.extend([0x80 | (delta >> 7) as u8, (delta & 0x7F) as u8]);
        track.extend(event);
        now = time;
    }
    track.extend(END);
    midi::read(&[header(0, 1, 500), chunk(b"MTrk", &track)].concat()).unwrap().score
}

fn pedal(time: u32, down: bool) -> (u32, [u8; 3]) {
    (time, [0xB0, 64, if down { 127 } else { 0 }])
}

/// The level of C3's fundamental from 2.6 to 3.4 seconds, in decibels.
fn level_of_c3(score: &Score) -> f64 {
    let mut rendering = Rendering::new(Performance::of(score).unwrap(), Piano::new());
    let rate = f64::from(SAMPLE_RATE);
    let mut sound = [vec![0.0; (3.4 * rate) as usize], vec![0.0; (3.4 * rate) as usize]];
    let [left, right] = &mut sound;
    rendering.render(left, right);
    let part = &left[(2.6 * rate) as usize..];
    let (mut re, mut im) = (0.0, 0.0);
    for (at, &sample) in part.iter().enumerate() {
        // Blackman's window, so that the D does not leak into the result.
        let place = TAU * at as f64 / part.len() as f64;
        let window = 0.42 - 0.5 * place.cos() + 0.08 * (2.0 * place).cos();
        let turn = TAU * 130.813 * at as f64 / rate;
        re += window * f64::from(sample) * turn.cos();
        im += window * f64::from(sample) * turn.sin();
    }
    10.0 * ((re * re + im * im) / (0.42 * part.len() as f64 / 2.0).powi(2) + 1e-20).log10()
}

#[test]
fn a_change_of_pedal_damps_even_if_it_takes_no_time() {
    let change = |up: u32, down: u32| {
        piece(&[pedal(0, true), pedal(up, false), pedal(down, true), pedal(3900, false)])
    };
    let gap = level_of_c3(&change(1875, 2062));
    let stuck = level_of_c3(&piece(&[pedal(0, true)]));
    assert!(gap < stuck - 25.0, "{gap:.1} dB after a gap, {stuck:.1} dB without");
    // At one tick; within 1, 3, 20 and 100 milliseconds.
    for (up, down) in [(2000, 2000), (1999, 2000), (1997, 2000), (1980, 2000), (1950, 2050)] {
        let level = level_of_c3(&change(up, down));
        assert!((level - gap).abs() < 3.0, "{up} to {down} ms: {level:.1} dB, not {gap:.1} dB");
    }
}

#[test]
fn a_change_of_pedal_at_one_tick_is_kept_by_reading_and_writing() {
    let score = piece(&[pedal(0, true), pedal(2000, false), pedal(2000, true), pedal(3900, false)]);
    let expected = [(0, true), (2000, false), (2000, true), (3900, false)];
    assert_eq!(moves(&score.pedal), expected);
    assert_eq!(moves(&midi::read(&midi::write(&score)).unwrap().score.pedal), expected);
}

#[test]
fn the_pedal_of_a_channel_without_notes_has_no_say() {
    let own = [pedal(0, true), pedal(1000, false)];
    let others = [(0, [0xB3, 64, 127]), (0, [0xB9, 64, 127]), (500, [0xB1, 67, 127])];
    let with_others = piece(&[&own[..], &others].concat());
    assert_eq!(with_others, piece(&own));
    assert_eq!(moves(&with_others.pedal), [(0, true), (1000, false)]);
    let none = level_of_c3(&piece(&[]));
    assert!((level_of_c3(&piece(&others)) - none).abs() < 0.1);
    // A channel whose notes are in another track has one: the pedal may have its own track.
    let note = [&[0, 0x93, 60, 64, 96, 0x83, 60, 0][..], &END].concat();
    let foot = [&[48, 0xB3, 64, 127][..], &END].concat();
    let reading = midi::read(&file(&[&foot, &note])).unwrap();
    assert_eq!(moves(&reading.score.pedal), [(48, true)]);
}

#[test]
fn the_sostenuto_pedal_holds_the_keys_that_are_down_and_no_others() {
    let sostenuto = |time, down| (time, [0xB0, 66, if down { 127 } else { 0 }]);
    let score = piece(&[sostenuto(100, true), sostenuto(3900, false)]);
    assert_eq!(moves(&score.sostenuto), [(100, true), (3900, false)]);
    assert!(score.pedal.is_empty());
    let held = level_of_c3(&score);
    let by_sustain = level_of_c3(&piece(&[pedal(100, true), pedal(3900, false)]));
    assert!((held - by_sustain).abs() < 1.0, "{held:.1} dB, not {by_sustain:.1} dB");
    let none = level_of_c3(&piece(&[]));
    assert!(none < held - 60.0);
    // It goes down after the key has been released; it is let go a second later.
    for (down, up) in [(600, 3900), (100, 1000)] {
        let level = level_of_c3(&piece(&[sostenuto(down, true), sostenuto(up, false)]));
        assert!(level < held - 60.0, "{level:.1} dB");
    }
}

#[test]
fn the_soft_pedal_makes_what_is_struck_softer() {
    let soft = |time, down| (time, [0xB0, 67, if down { 127 } else { 0 }]);
    let long =
        |others: &[(u32, [u8; 3])]| level_of_c3(&piece(&[&[pedal(0, true)], others].concat()));
    let (plain, softened) = (long(&[]), long(&[soft(0, true), soft(1000, false)]));
    assert!((1.0..4.0).contains(&(plain - softened)), "{plain:.1} dB and {softened:.1} dB");
    // It comes too late.
    assert!((long(&[soft(100, true)]) - plain).abs() < 0.1);
}

#[test]
fn resetting_all_controllers_lifts_all_pedals() {
    let down = [0, 0xB0, 64, 127, 0, 66, 127, 0, 67, 127];
    let reading =
        read_track(&[&down[..], &[0, 0x90, 60, 64, 96, 0xB0, 121, 0, 0, 0x80, 60, 0]].concat());
    let score = reading.score;
    for pedal in [&score.pedal, &score.sostenuto, &score.soft] {
        assert_eq!(moves(pedal), [(0, true), (96, false)]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    /// All three pedals of a piece come back from a file as they were, changes at one tick included.
    #[test]
    fn pedals_survive_being_written(
        moves in prop::collection::vec((0u32..2000, 0usize..3, any::<bool>()), 0..40),
    ) {
        let moves: Vec<_> = moves
            .into_iter()
            .map(|(time, which, down)| (time, [0xB0, [64, 66, 67][which], if down { 127 } else { 0 }]))
            .collect();
        let score = piece(&moves);
        let again = midi::read(&midi::write(&score)).unwrap().score;
        prop_assert_eq!(&again.pedal, &score.pedal);
        prop_assert_eq!(&again.sostenuto, &score.sostenuto);
        prop_assert_eq!(&again.soft, &score.soft);
        for pedal in [&score.pedal, &score.sostenuto, &score.soft] {
            prop_assert!(pedal.windows(2).all(|pair| pair[0].tick <= pair[1].tick && pair[0].value != pair[1].value));
        }
    }
}
