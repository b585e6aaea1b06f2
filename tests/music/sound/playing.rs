//! Dampers, the pedal, chords and the end of a piece sound right.

use super::measure::{level, listen, peak, piano, score};
use deep_jammer::sound::{Event, Instrument, Performance, Piano, Rendering};

fn strike(piano: &mut Piano, pitch: u8) {
    piano.play(Event::Strike { pitch, velocity: 80 });
}

#[test]
fn a_released_key_is_damped_at_once_and_the_top_of_the_keyboard_never() {
    // How much is left a third of a second after the release, in decibels.
    let left = |pitch| {
        let mut piano = piano();
        strike(&mut piano, pitch);
        let before = level(&listen(&mut piano, 0.25), 0.15, 0.25);
        piano.play(Event::Release { pitch });
        level(&listen(&mut piano, 0.5), 0.3, 0.4) - before
    };
    let lost = [36, 48, 60, 72, 84].map(left);
    assert!(lost.iter().all(|&level| level < -25.0), "{lost:.1?}");
    let held = |pitch| {
        let mut piano = piano();
        strike(&mut piano, pitch);
        let sound = listen(&mut piano, 0.75);
        level(&sound, 0.55, 0.65) - level(&sound, 0.15, 0.25)
    };
    for pitch in [90, 96, 108] {
        assert!((left(pitch) - held(pitch)).abs() < 0.01, "pitch {pitch} has no damper");
    }
}

#[test]
fn the_pedal_holds_what_is_released_and_lets_it_go() {
    let mut piano = piano();
    strike(&mut piano, 60);
    let before = level(&listen(&mut piano, 0.3), 0.2, 0.3);
    piano.play(Event::Pedal { down: true });
    piano.play(Event::Release { pitch: 60 });
    let held = level(&listen(&mut piano, 0.5), 0.4, 0.5);
    assert!(held > before - 8.0, "{before:.1} dB, then {held:.1} dB");
    piano.play(Event::Pedal { down: false });
    let gone = level(&listen(&mut piano, 0.5), 0.4, 0.5);
    assert!(gone < held - 30.0, "{held:.1} dB, then {gone:.1} dB");
}

#[test]
fn a_key_that_two_voices_hold_sounds_until_both_have_left_it() {
    let mut piano = piano();
    strike(&mut piano, 60);
    strike(&mut piano, 60);
    piano.play(Event::Release { pitch: 60 });
    let sound = listen(&mut piano, 0.6);
    assert!(level(&sound, 0.5, 0.6) > level(&sound, 0.1, 0.2) - 10.0);
    piano.play(Event::Release { pitch: 60 });
    assert!(level(&listen(&mut piano, 0.5), 0.4, 0.5) < level(&sound, 0.5, 0.6) - 25.0);
}

#[test]
fn ten_keys_at_their_loudest_again_and_again_below_the_pedal_stay_below_full_scale() {
    let mut piano = piano();
    piano.play(Event::Pedal { down: true });
    let mut most = 0f32;
    for round in 0..12 {
        for pitch in [24, 31, 36, 40, 43, 60, 64, 67, 72, 76] {
            piano.play(Event::Strike { pitch: pitch + round % 3, velocity: 127 });
        }
        most = most.max(peak(&listen(&mut piano, [0.05, 0.4, 0.013][round as usize % 3])));
    }
    eprintln!("at most {most:.2}");
    assert!(most > 0.3 && most < 1.0, "{most}");
}

#[test]
fn when_all_is_over_there_is_silence_and_the_next_note_is_as_the_first() {
    // Whole multiples of the 32 frames on which events are heard.
    let quanta = |count: u32| f64::from(32 * count) / 44_100.0 + 1e-9;
    let mut piano = piano();
    let play = |piano: &mut Piano| {
        [50, 95].into_iter().for_each(|pitch| strike(piano, pitch));
        let sound = listen(piano, quanta(700));
        [50, 95].into_iter().for_each(|pitch| piano.play(Event::Release { pitch }));
        sound
    };
    let first = play(&mut piano);
    assert!(!piano.is_silent());
    listen(&mut piano, quanta(8000));
    assert!(piano.is_silent());
    let sound = listen(&mut piano, quanta(500));
    assert!(sound.iter().flatten().all(|&sample| sample == 0.0));
    assert!(play(&mut piano) == first);
}

#[test]
fn a_rendering_ends_when_the_last_sound_has_died_away_even_if_the_pedal_stays_down() {
    let length = |pedal: &[(u64, bool)]| {
        let score = score(&[(0, 400, 60, 70), (200, 500, 67, 70)], pedal);
        let mut rendering = Rendering::new(Performance::of(&score).unwrap(), piano());
        let (mut left, mut right) = (vec![1.0; 500_000], vec![1.0; 500_000]);
        let count = rendering.render(&mut left, &mut right);
        assert!(rendering.is_over() && count < left.len());
        let end = left[count - 2000..].iter().chain(&right[count - 2000..]);
        assert!(end.into_iter().all(|x| x.abs() < 2e-6), "-114 dB");
        assert_eq!((left[count - 1], left[count], right[count]), (0.0, 0.0, 0.0));
        assert_eq!(rendering.render(&mut left, &mut right), 0);
        count as f64 / 44_100.0
    };
    let (dry, wet) = (length(&[]), length(&[(100, true)]));
    assert!(dry > 1.0 && dry < 3.0, "{dry:.2} s");
    // Half a second of music, four of pedal, and the end.
    assert!(wet > 4.5 && wet < 7.5, "{wet:.2} s");
}
