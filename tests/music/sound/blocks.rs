//! The sound is the same in blocks of any size, and on every machine.

use super::measure::{piano, score};
use deep_jammer::score::Score;
use deep_jammer::sound::{Performance, Rendering};
use sha2::{Digest, Sha256};

/// A short piece of all that a piano does: chords, a run, a repeated note, overlapping ones, the
/// pedal, from the lowest key to the highest.
fn study() -> Score {
    let mut notes = vec![(0, 700, 36, 70), (3, 650, 60, 64), (7, 640, 64, 90), (900, 901, 21, 50)];
    notes.extend(
        (0..24).map(|at| (200 + 37 * at, 300 + 37 * at, 60 + 2 * at as u8, 30 + 4 * at as u8)),
    );
    notes.extend((0..6).map(|at| (1000 + 60 * at, 1090 + 60 * at, 72, 127 - 20 * at as u8)));
    score(&notes, &[(150, true), (640, false), (660, true), (1400, false)])
}

/// All samples, left and right in turn.
fn rendered(block: usize) -> Vec<f32> {
    let mut rendering = Rendering::new(Performance::of(&study()).unwrap(), piano());
    let (mut left, mut right) = (vec![0.0; block], vec![0.0; block]);
    let mut samples = Vec::new();
    loop {
        let count = rendering.render(&mut left, &mut right);
        let frames = left[..count].iter().zip(&right[..count]);
        samples.extend(frames.flat_map(|(&left, &right)| [left, right]));
        if count == 0 {
            return samples;
        }
    }
}

#[test]
fn blocks_of_any_size_give_the_same_samples() {
    let whole = rendered(1 << 20);
    for block in [1, 64, 1000] {
        assert!(rendered(block) == whole, "blocks of {block}");
    }
}

/// The SHA-256 of the samples as little-endian bytes, as they were on x86-64 with AVX2. Another
/// machine must have the same; whoever changes the sound on purpose changes this.
#[test]
fn the_sound_has_the_same_bits_on_every_machine() {
    let bytes: Vec<u8> = rendered(4096).into_iter().flat_map(f32::to_le_bytes).collect();
    let digest: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(
        digest,
        "b500ca7def994ea17b0b2a4ea5887d0575364c477c57defdd8d98f0a0fcae9c6",
        "{} frames",
        bytes.len() / 8
    );
}
