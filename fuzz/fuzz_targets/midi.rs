//! No bytes bring the reader down, and what it reads survives being written.
//!
//! Run with `cargo +nightly fuzz run midi fuzz/corpus/midi FOLDER`, where FOLDER holds MIDI files
//! to begin with.
#![no_main]

use deep_jammer::midi;
use deep_jammer::roll::Roll;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(reading) = midi::read(bytes) else { return };
    let again = midi::read(&midi::write(&reading.score)).expect("what we write can be read");
    assert_eq!(again.warnings, []);
    assert_eq!(again.score.tempos, reading.score.tempos);
    assert_eq!(again.score.metres, reading.score.metres);
    let Ok(found) = Roll::from_score(&reading.score) else { return };
    let bytes = midi::write(&found.roll.to_score(None, &[]));
    let again = midi::read(&bytes).expect("what we write can be read");
    // A key that lies for a thousand quarters is shortened, and said to be.
    if again.warnings.is_empty() {
        assert_eq!(Roll::from_score(&again.score).expect("a roll can be a roll again").roll, found.roll);
    }
});
