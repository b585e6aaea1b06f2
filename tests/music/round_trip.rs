//! Random rolls survive the way to MIDI and back, and damaged files never panic.

use crate::regions;
use deep_jammer::midi;
use deep_jammer::roll::{Keys, Losses, Roll, Step};
use deep_jammer::score::{At, Metre, Score};
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
    let any = (1u8..=255, 0u8..=7);
    prop_oneof![usual, any]
        .prop_map(|(numerator, denominator_power)| Metre { numerator, denominator_power })
        .prop_filter("plausible", |metre| metre.is_plausible())
}

/// A roll of several metres whose last step sounds.
fn roll() -> impl Strategy<Value = Roll> {
    let regions = vec((metre(), vec((step(), 1usize..4), 1..12)), 1..6);
    let key = prop::option::of((-7i8..=7, any::<bool>()));
    (regions, *Score::TEMPOS.start()..1 << 24, key, 0usize..88).prop_map(
        |(regions, tempo, key, last)| {
            let mut roll = regions::roll(regions, tempo, key);
            roll.push(Step { play: Keys::from_iter([last]), articulate: Keys::NONE });
            roll
        },
    )
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

    #[test]
    fn files_with_bytes_too_many_and_too_few_never_bring_the_reader_down(
        roll in roll(),
        mutations in vec((any::<prop::sample::Index>(), mutation()), 1..6),
    ) {
        let mut score = roll.to_score(Some("Étude"), &["recipe: seed 7".to_owned()]);
        let foot = (0..20).map(|at| At { tick: 240 * at, value: at % 2 == 0 });
        (score.pedal, score.soft) = (foot.clone().collect(), foot.collect());
        let mut bytes = midi::write(&score);
        for (at, mutation) in mutations {
            let at = at.index(bytes.len());
            mutated(&mut bytes, at, mutation);
            if bytes.is_empty() {
                break;
            }
            read_and_write_score(&bytes);
        }
    }
}

/// A change of the bytes of a file, as bad disks, bad programs and bad people make it.
#[derive(Debug, Clone)]
enum Mutation {
    Set(u8),
    Insert(Vec<u8>),
    Remove(usize),
    Repeat(usize),
    /// Four bytes become a number: a length, a count, or four data bytes.
    Number(u32),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let status = prop_oneof![0x80u8..=0xFF, Just(0xFF), Just(0xF0), any::<u8>()];
    let number = prop_oneof![Just(0), Just(u32::MAX), 0u32..1000, any::<u32>()];
    prop_oneof![
        status.prop_map(Mutation::Set),
        vec(any::<u8>(), 1..20).prop_map(Mutation::Insert),
        (1usize..40).prop_map(Mutation::Remove),
        (1usize..200).prop_map(Mutation::Repeat),
        number.prop_map(Mutation::Number),
    ]
}

fn mutated(bytes: &mut Vec<u8>, at: usize, mutation: Mutation) {
    let until = |length: usize| at..(at + length).min(bytes.len());
    match mutation {
        Mutation::Set(byte) => bytes[at] = byte,
        Mutation::Insert(more) => _ = bytes.splice(at..at, more),
        Mutation::Remove(length) => _ = bytes.drain(until(length)),
        Mutation::Repeat(length) => {
            let part = bytes[until(length)].to_vec();
            bytes.splice(at..at, part);
        }
        Mutation::Number(number) => {
            let range = until(4);
            let count = range.len();
            bytes[range].copy_from_slice(&number.to_be_bytes()[..count]);
        }
    }
}

/// What can be read can be written and read again, and can be transcribed or is refused.
fn read_and_write_score(bytes: &[u8]) -> Option<Score> {
    let reading = midi::read(bytes).ok()?;
    // A note takes three bytes at least: what is read is never much more than the file.
    assert!(3 * reading.score.notes.len() <= bytes.len());
    assert!(reading.score.metres.iter().all(|change| change.value.is_plausible()));
    assert!(reading.score.tempos.iter().all(|change| Score::is_plausible_tempo(change.value)));
    let again = midi::read(&midi::write(&reading.score)).unwrap();
    assert_eq!(again.warnings, []);
    let again = again.score;
    assert_eq!(again.tempos, reading.score.tempos);
    assert_eq!(again.metres, reading.score.metres);
    assert_eq!(again.pedal, reading.score.pedal);
    assert_eq!(again.soft, reading.score.soft);
    if let Ok(found) = Roll::from_score(&reading.score) {
        assert_eq!(found.notes + found.losses.out_of_range, reading.score.notes.len());
        assert_eq!(Roll::from_score(&again).unwrap().roll, found.roll);
    }
    Some(reading.score)
}

/// A roll that was read is the same after it was written and read again.
fn read_and_write_back(bytes: &[u8]) {
    let Some(score) = read_and_write_score(bytes) else { return };
    let Ok(found) = Roll::from_score(&score) else { return };
    let again = midi::read(&midi::write(&found.roll.to_score(None, &[]))).unwrap();
    // Where the roll has lost what sounded in between, a key may lie for a thousand quarters. The
    // reader shortens it and says so.
    if again.warnings.is_empty() {
        assert_eq!(Roll::from_score(&again.score).unwrap().roll, found.roll);
    }
}
