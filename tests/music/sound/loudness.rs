//! WAV files have the right format, loudness and peaks.

use super::measure::{piano, score};
use deep_jammer::atomic_file::{AtomicFileError, Existing};
use deep_jammer::score::Score;
use deep_jammer::sound::{
    LOUDNESS, LoudnessReport, PEAK, Performance, Rendering, WavError, write_wav,
};
use ebur128::{EbuR128, Mode};
use std::path::Path;

fn write(score: &Score, path: &Path) -> LoudnessReport {
    let mut rendering = Rendering::new(Performance::of(score).unwrap(), piano());
    write_wav(path, &mut rendering, Existing::Keep, &mut |_| true).unwrap()
}

/// The samples of a file, its loudness in LUFS and its true peak in dBTP.
fn measured(path: &Path) -> (Vec<i16>, f64, f64) {
    let mut reader = hound::WavReader::open(path).unwrap();
    let spec = reader.spec();
    assert_eq!((spec.channels, spec.sample_rate, spec.bits_per_sample), (2, 44_100, 16));
    let samples: Vec<i16> = reader.samples().map(Result::unwrap).collect();
    let mut meter = EbuR128::new(2, 44_100, Mode::I | Mode::TRUE_PEAK).unwrap();
    meter.add_frames_i16(&samples).unwrap();
    let peak = meter.true_peak(0).unwrap().max(meter.true_peak(1).unwrap());
    (samples, meter.loudness_global().unwrap(), 20.0 * peak.log10())
}

/// Soft chords, one after the other: without high peaks.
fn chorale() -> Score {
    let chord = |at: u64| [48, 55, 60, 64].map(|pitch| (500 * at, 500 * at + 490, pitch, 50));
    let notes: Vec<_> = (0..6).flat_map(chord).collect();
    score(&notes, &[])
}

#[test]
fn a_file_is_as_loud_as_it_should_be() {
    let sandbox = tempfile::tempdir().unwrap();
    let path = sandbox.path().join("a.wav");
    let found = write(&chorale(), &path);
    let (samples, loudness, peak) = measured(&path);
    assert_eq!(samples.len() as u64, 2 * found.frames);
    assert!((loudness - LOUDNESS).abs() < 0.1, "{loudness:.2} LUFS");
    assert!(peak <= PEAK + 0.05, "{peak:.2} dBTP");
    assert!((found.loudness + found.gain - LOUDNESS).abs() < 0.02, "{found:?}");
    // The last twentieth of a second is silent, but for the dither.
    assert!(samples[samples.len() - 4410..].iter().all(|&sample| sample.abs() <= 1));
}

#[test]
fn a_piece_of_the_softest_notes_is_as_loud_as_any_other() {
    let sandbox = tempfile::tempdir().unwrap();
    for velocity in [1, 2, 5, 10] {
        let notes: Vec<_> =
            (0..4).map(|at| (500 * at, 500 * at + 500, 60 + at as u8, velocity)).collect();
        let path = sandbox.path().join(format!("{velocity}.wav"));
        let found = write(&score(&notes, &[]), &path);
        let (_, loudness, peak) = measured(&path);
        assert!((loudness - LOUDNESS).abs() < 0.3, "velocity {velocity}: {loudness:.2} LUFS");
        assert!(peak <= PEAK + 0.05, "velocity {velocity}: {peak:.2} dBTP");
        assert!(found.gain > 20.0, "{found:?}");
    }
    // One soft note alone. What nothing sounds in is silent still.
    let path = sandbox.path().join("alone.wav");
    write(&score(&[(0, 2000, 60, 1)], &[]), &path);
    let (_, loudness, peak) = measured(&path);
    assert!((loudness - LOUDNESS).abs() < 0.3 || (peak - PEAK).abs() < 0.1, "{loudness:.2} LUFS");
    let path = sandbox.path().join("silent.wav");
    write(&score(&[(0, 500, 127, 100)], &[]), &path);
    assert!(measured(&path).0.iter().all(|&sample| sample == 0));
}

#[test]
fn ten_keys_at_their_loudest_are_not_clipped() {
    let sandbox = tempfile::tempdir().unwrap();
    let chord = [24, 31, 36, 40, 43, 60, 64, 67, 72, 76];
    let chords = |count: u64, velocity: u8| -> Vec<_> {
        let at = |at: u64| chord.map(|pitch| (500 * at, 500 * at + 450, pitch, velocity));
        (0..count).flat_map(at).collect()
    };
    // Loud throughout, below the pedal; and one loud chord among softer ones, which would have to
    // be bent to be as loud.
    let surprise = [chords(1, 127), chords(40, 35)].concat();
    for (name, notes, bent) in [("all.wav", chords(5, 127), false), ("one.wav", surprise, true)] {
        let path = sandbox.path().join(name);
        let found = write(&score(&notes, &[(0, !bent)]), &path);
        let (samples, loudness, peak) = measured(&path);
        let most = samples.iter().map(|sample| sample.unsigned_abs()).max().unwrap();
        assert!(most < 29_500 && peak < PEAK + 0.05, "{name}: {most}, {peak:.2} dBTP");
        assert!(loudness < LOUDNESS + 0.1, "{name}: {loudness:.2} LUFS, {found:?}");
        let softer = peak > PEAK - 0.1 && loudness < LOUDNESS - 0.5;
        assert_eq!(softer, bent, "{name}: {loudness:.2} LUFS, {peak:.2} dBTP");
    }
}

#[test]
fn the_same_score_gives_the_same_file() {
    let sandbox = tempfile::tempdir().unwrap();
    let files = ["a.wav", "b.wav"].map(|name| sandbox.path().join(name));
    for path in &files {
        write(&chorale(), path);
    }
    let [one, other] = files.map(|path| std::fs::read(path).unwrap());
    assert!(one == other);
}

#[test]
fn a_file_that_is_there_is_kept_and_work_that_is_broken_off_leaves_nothing() {
    let sandbox = tempfile::tempdir().unwrap();
    let path = sandbox.path().join("a.wav");
    let rendering = || Rendering::new(Performance::of(&chorale()).unwrap(), piano());
    let mut shares = Vec::new();
    let broken = write_wav(&path, &mut rendering(), Existing::Keep, &mut |share| {
        shares.push(share);
        shares.len() < 5
    });
    assert!(matches!(broken, Err(WavError::Interrupted(_))), "{broken:?}");
    assert!(shares.is_sorted() && shares[0] > 0.0);
    assert_eq!(std::fs::read_dir(sandbox.path()).unwrap().count(), 0);

    std::fs::write(&path, "mine").unwrap();
    let refused = write_wav(&path, &mut rendering(), Existing::Keep, &mut |_| true);
    assert!(matches!(refused, Err(WavError::Writing(AtomicFileError::Exists(_)))), "{refused:?}");
    assert_eq!(std::fs::read(&path).unwrap(), b"mine");
    write_wav(&path, &mut rendering(), Existing::Replace, &mut |_| true).unwrap();
    assert!(std::fs::read(&path).unwrap().starts_with(b"RIFF"));
}
