//! Random rolls survive the way to MIDI and back, and damaged files never panic.

use crate::regions;
use deep_jammer::midi;
use deep_jammer::roll::{Keys, Losses, Roll, Step};
use deep_jammer::score::Metre;
use proptest::collection::vec;
use proptest::prelude::*;

/// Mostly a few keys; steps follow on each other so that notes are held.
fn step() -> impl Strategy<Value = Step> {
    let keys = prop_oneof![Just(0u128), any::<u128>(), vec(0usize..88, 0..5).prop_map(bits)];
    (keys, any::<u128>())
        .prop_map(|(play, articulate)| Step {
            play: Keys::from_bits(play),
            articulate: Keys::from_bits(play & articulate),
        })
        .boxed()
}

fn bits(keys: Vec<usize>) -> u128 {
    Keys::from_iter(keys).bits()
}

fn metre() -> impl Strategy<Value = Metre> {
    let usual = (1u8..13, 1u8..5);
    let any = (1u8..=255, 0u8..=31);
    prop_oneof![usual, any]
        .prop_map(|(numerator, denominator_power)| Metre { numerator, denominator_power })
}

/// A roll of several metres whose last step sounds.
fn roll() -> impl Strategy<Value = Roll> {
    let regions = vec((metre(), vec((step(), 1usize..4), 1..12)), 1..6);
    let key = prop::option::of((-7i8..=7, any::<bool>()));
    (regions, 1u32..1 << 24, key, 0usize..88).prop_map(|(regions, tempo, key, last)| {
        let mut roll = regions::roll(regions, tempo, key);
        roll.push(Step { play: Keys::from_iter([last]), articulate: Keys::NONE });
        roll
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn a_roll_written_as_midi_and_read_again_is_the_same(
        roll in roll(), title in ".{0,20}", rests in 0usize..40,
    ) {
        let texts = ["recipe: seed 7".to_owned()];
        let score = roll.to_score(Some(&title), &texts);
        let bytes = midi::write(&score);
        let reading = midi::read(&bytes).unwrap();
        prop_assert_eq!(&reading.warnings, &[]);
        prop_assert_eq!(&reading.score.texts, &texts);
        let again = Roll::from_score(&reading.score).unwrap();
        prop_assert_eq!((again.losses, again.off_grid), (Losses::default(), 0));
        prop_assert_eq!(&again.roll, &roll);
        // Of the score itself the rests at its end come back, too, be they all there is.
        let mut with_rests = roll.clone();
        (0..rests).for_each(|_| with_rests.push(Step::SILENCE));
        let again = Roll::from_score(&with_rests.to_score(None, &[])).unwrap();
        prop_assert_eq!(again.roll, with_rests);
        let mut silent = Roll::new(roll.metre_at(0).metre);
        silent.copy_tempos(&roll);
        silent.truncate(0);
        silent.key = roll.key;
        (0..=rests).for_each(|_| silent.push(Step::SILENCE));
        prop_assert_eq!(Roll::from_score(&silent.to_score(None, &[])).unwrap().roll, silent);
        // The same score gives the same bytes.
        prop_assert_eq!(midi::write(&score), bytes);
    }

    #[test]
    fn arbitrary_bytes_never_bring_the_reader_down(bytes in vec(any::<u8>(), 0..400)) {
        read_and_write_back(&bytes);
        // Behind a valid header more of them are looked at.
        let header = b"MThd\0\0\0\x06\0\x01\0\x01\0\x60MTrk\0\0\0\xFF";
        read_and_write_back(&[&header[..], &bytes].concat());
    }

    #[test]
    fn damaged_files_never_bring_the_reader_down(
        roll in roll(),
        damages in vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = midi::write(&roll.to_score(None, &[]));
        for (at, byte) in damages {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        read_and_write_back(&bytes);
        bytes.truncate(cut.index(bytes.len()));
        read_and_write_back(&bytes);
    }
}

/// What can be read can be transcribed or is refused, and can be written and read again.
fn read_and_write_back(bytes: &[u8]) {
    let Ok(reading) = midi::read(bytes) else { return };
    let again = midi::read(&midi::write(&reading.score)).unwrap().score;
    assert_eq!(again.tempos, reading.score.tempos);
    assert_eq!(again.metres, reading.score.metres);
    if let Ok(found) = Roll::from_score(&reading.score) {
        assert_eq!(found.notes + found.losses.out_of_range, reading.score.notes.len());
        let bytes = midi::write(&found.roll.to_score(None, &[]));
        let again = Roll::from_score(&midi::read(&bytes).unwrap().score).unwrap();
        assert_eq!(again.roll, found.roll);
    }
}
