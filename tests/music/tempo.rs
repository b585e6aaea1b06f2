//! A roll keeps the tempos of its piece.

use crate::real_pieces::corpus;
use deep_jammer::midi;
use deep_jammer::roll::{Keys, Roll, Step, TempoChange};
use deep_jammer::score::{At, Note, Score};
use deep_jammer::sound::{Performance, SAMPLE_RATE};
use proptest::collection::vec;
use proptest::prelude::*;

/// Quarters on one key, with tempos by tick in quarters per minute.
fn score(ticks_per_quarter: u32, quarters: u64, tempos: &[(u64, f64)]) -> Score {
    let length = u64::from(ticks_per_quarter);
    let note = |nth| Note { start: nth * length, pitch: 60, length, velocity: 64 };
    let tempo = |&(tick, tempo): &(u64, f64)| At { tick, value: (60e6 / tempo).round() as u32 };
    Score {
        ticks_per_quarter,
        title: None,
        notes: (0..quarters).map(note).collect(),
        tempos: tempos.iter().map(tempo).collect(),
        metres: Vec::new(),
        keys: Vec::new(),
        pedal: Vec::new(),
        sostenuto: Vec::new(),
        soft: Vec::new(),
        texts: Vec::new(),
        length: 0,
    }
}

/// Tempos by step, in quarters per minute.
fn rounded(tempos: &[TempoChange]) -> Vec<(usize, u32)> {
    tempos.iter().map(|at| (at.step, (60e6 / f64::from(at.tempo)).round() as u32)).collect()
}

#[test]
fn a_piece_that_ends_six_times_as_slowly_has_two_marks_and_goes_on_as_it_began() {
    for ticks_per_quarter in [96, 480, 1000] {
        let change = 28 * u64::from(ticks_per_quarter);
        let score = score(ticks_per_quarter, 32, &[(0, 120.0), (change, 20.0)]);
        let roll = Roll::from_score(&score).unwrap().roll;
        assert_eq!(rounded(&roll.marked_tempos()), [(0, 120), (112, 20)]);
        assert_eq!(rounded(roll.tempos()), [(0, 120), (112, 20)]);
        assert_eq!((roll.settled_tempo(), roll.seconds()), (500_000, 26.0));
        // The same in MIDI.
        let again = midi::read(&midi::write(&roll.to_score(None, &[]))).unwrap().score;
        let tempos = [At { tick: 0, value: 500_000 }, At { tick: 13_440, value: 3_000_000 }];
        assert_eq!(again.tempos, tempos);
    }
}

#[test]
fn a_roll_lasts_as_long_as_its_score_is_played() {
    let tempos = [(0, 77.0), (333, 130.0), (1500, 48.0), (1501, 240.0), (4000, 100.0)];
    for ticks_per_quarter in [97, 480] {
        let score = score(ticks_per_quarter, 24, &tempos);
        let seconds = Roll::from_score(&score).unwrap().roll.seconds();
        let frames = Performance::of(&score).unwrap().frames();
        let exact = frames as f64 / f64::from(SAMPLE_RATE);
        assert!((seconds - exact).abs() < 1e-3, "{seconds} {exact}");
    }
}

#[test]
fn the_tempos_of_real_pieces_are_those_that_their_scores_print() {
    let Some(corpus) = corpus() else { return };
    let marks = |name: &str| {
        let piece = corpus.pieces.iter().find(|piece| piece.name == name).unwrap();
        rounded(&piece.roll().marked_tempos())
    };
    let near = |found: &[(usize, u32)], expected: &[(usize, u32)]| {
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.0.abs_diff(expected.0) <= 16, "{found:?} {expected:?}");
            assert!(found.1.abs_diff(expected.1) <= expected.1 / 15, "{found:?} {expected:?}");
        }
    };
    // A prelude and its fugue.
    near(&marks("bach_850"), &[(0, 140), (560, 60)]);
    // Grave, Allegro di molto e con brio; both come back, and the Grave a third time.
    let pathetique = marks("pathetique_1");
    let tempos = [(0, 40), (324, 150), (2268, 39), (2404, 151), (3660, 39), (3796, 149)];
    near(&pathetique, &tempos);
    let counts: Vec<usize> =
        corpus.pieces.iter().map(|piece| piece.roll().marked_tempos().len()).collect();
    let one = counts.iter().filter(|&&count| count == 1).count();
    let many = counts.iter().filter(|&&count| count > 6).count();
    assert!(one > 150 && many < 25, "{one} pieces have one mark, and {many} more than six");
    for piece in &corpus.pieces {
        let (mean, own) = (piece.transcription.mean_tempo, piece.roll().mean_tempo());
        assert!(f64::from(mean.abs_diff(own)) < 0.01 * f64::from(mean), "{}", piece.name);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn a_tempo_map_survives_being_written_as_midi(
        tempos in vec((1usize..30, 1u32..1 << 24), 0..40), steps in 1usize..200,
    ) {
        let mut roll = Roll::new("3/4".parse().unwrap());
        let keys = Keys::from_iter([40]);
        (0..steps).for_each(|_| roll.push(Step { play: keys, articulate: keys }));
        let mut step = 0;
        for (gap, tempo) in tempos {
            if step < steps {
                roll.change_tempo(step, tempo);
            }
            step += gap;
        }
        let bytes = midi::write(&roll.to_score(None, &[]));
        let again = Roll::from_score(&midi::read(&bytes).unwrap().score).unwrap().roll;
        prop_assert_eq!(&again, &roll);
        prop_assert_eq!(again.seconds(), roll.seconds());
        // An excerpt has its part of it.
        let excerpt = roll.excerpt(steps / 3, steps);
        let begins = steps / 3 / 12 * 12;
        for step in 0..excerpt.len() {
            prop_assert_eq!(excerpt.tempo_at(step), roll.tempo_at(begins + step));
        }
    }
}
