//! Scores as sound: a piano of our own, or one from a SoundFont, in stereo at 44.1 kHz.
//!
//! A score becomes a [`Performance`], events at frames. An [`Instrument`] takes events and fills the
//! caller's buffers, as much at a time as the caller likes: [`Piano`], the strings of which are
//! computed, or [`SoundFontPiano`], those of which were recorded. A [`Rendering`] is the one played
//! on the other, and [`write_wav()`] makes a file of it.
//!
//! Within the piano the sound goes from the hammer to the strings, whose vibration is computed
//! partial by partial, with the knock of key and hammer, into the room. It has the same bits on
//! every machine: nothing but additions, multiplications, divisions and square roots,
//! in one order, and functions of `libm`.

mod clip;
mod hammer;
mod instrument;
mod knock;
mod performance;
mod piano;
mod rendering;
mod reverb;
mod soundfont;
mod strings;
mod vibration;
mod wav;

pub use clip::Clip;
pub use instrument::{Event, Instrument};
pub use performance::{LONGEST, Performance, TooLong};
pub use piano::Piano;
pub use rendering::Rendering;
pub use soundfont::{SoundFont, SoundFontError, SoundFontPiano};
pub use wav::{LOUDNESS, Measured, PEAK, WavError, write_wav};

/// Frames (a sample for the left and one for the right ear) in a second.
pub const SAMPLE_RATE: u32 = 44_100;

/// A number from 0 up to 1 that looks drawn at random, and is always the same for the same two:
/// where pianos differ from string to string, ours does, and yet every piano of ours is the same.
fn scattered(which: u32, salt: u32) -> f64 {
    // Two rounds of the finaliser of MurmurHash3.
    let mut bits = which.wrapping_mul(0x9E37_79B9) ^ salt.wrapping_mul(0x85EB_CA6B);
    for _ in 0..2 {
        bits = (bits ^ (bits >> 16)).wrapping_mul(0x85EB_CA6B);
        bits = (bits ^ (bits >> 13)).wrapping_mul(0xC2B2_AE35);
        bits ^= bits >> 16;
    }
    f64::from(bits) / 4_294_967_296.0
}
