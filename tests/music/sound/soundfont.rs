//! A SoundFont made byte by byte plays, and bad ones are refused.

use super::measure::{cents, frequency, level, listen, mono, tempered};
use crate::tiny_soundfont;
use deep_jammer::sound::{Event, Instrument, SoundFont, SoundFontError, SoundFontPiano};
use std::path::Path;

fn read(bytes: &[u8]) -> Result<SoundFont, SoundFontError> {
    let sandbox = tempfile::tempdir().unwrap();
    let path = sandbox.path().join("tiny.sf2");
    std::fs::write(&path, bytes).unwrap();
    SoundFont::read(&path)
}

#[test]
fn a_recorded_piano_plays_in_tune_and_stops() {
    let font = read(&tiny_soundfont::bytes(b"\0")).unwrap();
    for pitch in [57, 69, 76] {
        let mut piano = SoundFontPiano::new(&font);
        assert!(piano.is_silent());
        piano.play(Event::Strike { pitch, velocity: 100 });
        let sound = listen(&mut piano, 1.0);
        let found = frequency(&mono(&sound), tempered(pitch));
        assert!(cents(found, tempered(pitch)).abs() < 3.0, "{found} Hz for {pitch}");
        assert!(!piano.is_silent());
        piano.play(Event::Pedal { down: true });
        piano.play(Event::Release { pitch });
        let held = level(&listen(&mut piano, 0.5), 0.3, 0.5);
        assert!(held > level(&sound, 0.5, 1.0) - 3.0, "the pedal holds it");
        piano.play(Event::Pedal { down: false });
        listen(&mut piano, 5.0);
        assert!(piano.is_silent());
    }
}

#[test]
fn a_key_that_two_have_struck_sounds_until_both_have_let_it_go() {
    let font = read(&tiny_soundfont::bytes(b"\0")).unwrap();
    let mut piano = SoundFontPiano::new(&font);
    let strike = Event::Strike { pitch: 60, velocity: 100 };
    let release = Event::Release { pitch: 60 };
    [strike, strike, release].into_iter().for_each(|event| piano.play(event));
    listen(&mut piano, 5.0);
    assert!(!piano.is_silent());
    piano.play(release);
    listen(&mut piano, 5.0);
    assert!(piano.is_silent());
}

#[test]
fn the_pedals_of_a_recorded_piano_hold_and_damp() {
    let font = read(&tiny_soundfont::bytes(b"\0")).unwrap();
    let strike = Event::Strike { pitch: 60, velocity: 100 };
    let release = Event::Release { pitch: 60 };
    let (pedal, sostenuto) = (|down| Event::Pedal { down }, |down| Event::Sostenuto { down });
    // Whether it sounds five seconds after some events, which come half a second after others.
    let sounds = |first: &[Event], then: &[Event]| {
        let mut piano = SoundFontPiano::new(&font);
        first.iter().for_each(|&event| piano.play(event));
        listen(&mut piano, 0.5);
        then.iter().for_each(|&event| piano.play(event));
        listen(&mut piano, 5.0);
        !piano.is_silent()
    };
    assert!(sounds(&[pedal(true), strike], &[release]));
    // Up and down again at one moment.
    assert!(!sounds(&[pedal(true), strike, release], &[pedal(false), pedal(true)]));
    assert!(sounds(&[strike, sostenuto(true)], &[release]));
    assert!(!sounds(&[strike, sostenuto(true)], &[release, sostenuto(false)]));
    assert!(!sounds(&[sostenuto(true), strike], &[release]));
    assert!(sounds(&[sostenuto(true), strike], &[]));
}

#[test]
fn a_recorded_piano_plays_the_softest_notes_and_the_soft_pedal() {
    let font = read(&tiny_soundfont::bytes(b"\0")).unwrap();
    let loudness = |velocity, soft| {
        let mut piano = SoundFontPiano::new(&font);
        piano.play(Event::Soft { down: soft });
        piano.play(Event::Strike { pitch: 60, velocity });
        level(&listen(&mut piano, 0.5), 0.1, 0.5)
    };
    assert!(loudness(1, false) > -100.0 && loudness(1, true) > -100.0);
    let softer = loudness(90, false) - loudness(90, true);
    assert!((1.0..6.0).contains(&softer), "{softer:.1} dB");
}

#[test]
fn compressed_samples_are_refused_with_a_clear_word() {
    let error = read(&tiny_soundfont::bytes(b"OggS")).unwrap_err();
    assert!(matches!(error, SoundFontError::Compressed(_)), "{error}");
    assert!(error.to_string().contains("SF3"), "{error}");
}

#[test]
fn what_is_no_soundfont_is_named_and_never_panics() {
    let error = SoundFont::read(Path::new("nowhere.sf2")).unwrap_err().to_string();
    assert!(error.contains("nowhere.sf2: cannot be read"), "{error}");
    let error = SoundFont::read(&std::env::temp_dir()).unwrap_err();
    assert!(matches!(error, SoundFontError::Io { .. }), "{error}");
    let whole = tiny_soundfont::bytes(b"\0");
    for length in (0..whole.len()).step_by(7) {
        let error = read(&whole[..length]).unwrap_err().to_string();
        assert!(error.contains("tiny.sf2: not a SoundFont"), "{error}");
    }
}

#[test]
fn a_damaged_one_falls_silent_and_says_so() {
    let mut bytes = tiny_soundfont::bytes(b"\0");
    // The sample rate in the last but one of the headers of samples, which have 46 bytes.
    let rate = bytes.windows(4).rposition(|four| four == 44_100u32.to_le_bytes()).unwrap() - 46;
    bytes[rate..rate + 4].copy_from_slice(&i32::MIN.to_le_bytes());
    let mut piano = SoundFontPiano::new(&read(&bytes).unwrap());
    piano.play(Event::Strike { pitch: 100, velocity: 100 });
    let sound = listen(&mut piano, 0.5);
    assert!(piano.fault().is_some_and(|fault| fault.contains("damaged")) && piano.is_silent());
    assert!(sound.iter().flatten().all(|sample| sample.is_finite()));
}
