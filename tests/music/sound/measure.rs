//! Plays notes and measures the sound.

use deep_jammer::score::{At, Note, Score};
use deep_jammer::sound::{Event, Instrument, Piano, SAMPLE_RATE};
use std::f64::consts::{PI, TAU};
use std::sync::OnceLock;

/// A piano that nobody has touched.
pub fn piano() -> Piano {
    static PIANO: OnceLock<Piano> = OnceLock::new();
    PIANO.get_or_init(Piano::new).clone()
}

pub fn frames(seconds: f64) -> usize {
    (seconds * f64::from(SAMPLE_RATE)) as usize
}

/// The next seconds of an instrument, left and right.
pub fn listen(instrument: &mut impl Instrument, seconds: f64) -> [Vec<f32>; 2] {
    let mut sound = [vec![0.0; frames(seconds)], vec![0.0; frames(seconds)]];
    let [left, right] = &mut sound;
    instrument.render(left, right);
    sound
}

/// Both ears as one.
pub fn mono([left, right]: &[Vec<f32>; 2]) -> Vec<f64> {
    left.iter().zip(right).map(|(&l, &r)| 0.5 * (f64::from(l) + f64::from(r))).collect()
}

/// A key that is struck and held for some seconds.
pub fn held(pitch: u8, velocity: u8, seconds: f64) -> [Vec<f32>; 2] {
    let mut piano = piano();
    piano.play(Event::Strike { pitch, velocity });
    listen(&mut piano, seconds)
}

pub fn peak(sound: &[Vec<f32>; 2]) -> f32 {
    sound.iter().flatten().fold(0.0, |most, sample| most.max(sample.abs()))
}

/// The level of a part of a sound in decibels of full scale, between two times in seconds.
pub fn level(sound: &[Vec<f32>; 2], from: f64, to: f64) -> f64 {
    let part = |ear: &[f32]| -> f64 {
        ear[frames(from)..frames(to)].iter().map(|&x| f64::from(x) * f64::from(x)).sum()
    };
    let power = (part(&sound[0]) + part(&sound[1])) / (2 * (frames(to) - frames(from))) as f64;
    10.0 * (power + 1e-20).log10()
}

/// The equal-tempered frequency of a pitch.
pub fn tempered(pitch: u8) -> f64 {
    440.0 * 2f64.powf((f64::from(pitch) - 69.0) / 12.0)
}

/// How many cents one frequency is above another.
pub fn cents(frequency: f64, above: f64) -> f64 {
    1200.0 * (frequency / above).log2()
}

/// The spectrum at one frequency, real and imaginary, through a window of Hann.
fn line(sound: &[f64], frequency: f64) -> (f64, f64) {
    let (turn, length) = (TAU * frequency / f64::from(SAMPLE_RATE), sound.len() as f64);
    let (mut re, mut im) = (0.0, 0.0);
    for (at, sample) in sound.iter().enumerate() {
        let weight = sample * (0.5 - 0.5 * (TAU * at as f64 / length).cos());
        re += weight * (turn * at as f64).cos();
        im -= weight * (turn * at as f64).sin();
    }
    (re, im)
}

/// How strong a frequency is, in decibels of nothing in particular.
pub fn strength(sound: &[f64], frequency: f64) -> f64 {
    let (re, im) = line(sound, frequency);
    10.0 * (re * re + im * im + 1e-30).log10()
}

/// The exact frequency of a partial that lies within a few percent of `expected`: how far its
/// phase moves between two windows, first windows that begin eight of its periods apart, then
/// sixty-four. A window has forty periods at least, so that the partials beside it, and the knock
/// of the hammer, do not leak in.
pub fn frequency(sound: &[f64], expected: f64) -> f64 {
    let rate = f64::from(SAMPLE_RATE);
    [8.0, 64.0f64].into_iter().fold(expected, |expected, periods| {
        let window = ((40.0 / expected).max(0.15) * rate) as usize;
        let apart = (periods / expected * rate).round();
        let phase = |from: usize| {
            let (re, im) = line(&sound[from..from + window], expected);
            im.atan2(re)
        };
        // How far the phase goes beyond that of the expected frequency, within half a turn.
        let due = TAU * expected * apart / rate;
        let beyond = (phase(apart as usize) - phase(0) - due + PI).rem_euclid(TAU) - PI;
        expected + beyond * rate / (TAU * apart)
    })
}

/// The centre of gravity of a key's partials in Hz: what is heard as brightness.
pub fn brightness(sound: &[f64], pitch: u8) -> f64 {
    // Where partials lie: Rigaud, David and Daudet (2013).
    let key = f64::from(pitch);
    let stiffness = (-0.0847 * key - 5.82).exp() + (0.0926 * key - 13.64).exp();
    let (mut weighted, mut all) = (0.0, 0.0);
    for n in (1..=30).map(f64::from) {
        let stretch = ((1.0 + stiffness * n * n) / (1.0 + stiffness)).sqrt();
        let frequency = tempered(pitch) * n * stretch;
        let power = 10f64.powf(strength(sound, frequency) / 10.0);
        if frequency < 16_000.0 {
            weighted += frequency * power;
            all += power;
        }
    }
    weighted / all
}

/// A score of notes (start, end, pitch, velocity) in milliseconds.
pub fn score(notes: &[(u64, u64, u8, u8)], pedal: &[(u64, bool)]) -> Score {
    let mut notes: Vec<_> = notes
        .iter()
        .map(|&(start, end, pitch, velocity)| Note { start, length: end - start, pitch, velocity })
        .collect();
    notes.sort();
    Score {
        // 120 quarters a minute: a tick is a millisecond.
        ticks_per_quarter: 500,
        title: None,
        notes,
        tempos: Vec::new(),
        metres: Vec::new(),
        keys: Vec::new(),
        pedal: pedal.iter().map(|&(tick, value)| At { tick, value }).collect(),
        sostenuto: Vec::new(),
        soft: Vec::new(),
        texts: Vec::new(),
        length: 0,
    }
}

#[test]
fn the_frequency_of_a_partial_among_others_is_found_within_a_twentieth_of_a_cent() {
    for wanted in [27.6, 261.7, 4180.0f64] {
        let wave = |at: usize, partial: f64| {
            let seconds = at as f64 / f64::from(SAMPLE_RATE);
            (TAU * wanted * partial * seconds).sin() * (-3.0 * seconds).exp()
        };
        let sound: Vec<_> =
            (0..180_000).map(|at| wave(at, 1.0) + 9.0 * wave(at, 2.01) + wave(at, 3.03)).collect();
        let found = frequency(&sound, wanted * 0.99);
        assert!(cents(found, wanted).abs() < 0.05, "{found} for {wanted}");
    }
}
