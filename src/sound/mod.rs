//! Scores as sound: a synthesised piano, or one from a SoundFont, in stereo at 44.1 kHz.
//!
//! A [`Score`](crate::score::Score) becomes a [`Performance`], which is a list of events at frames.
//! An [`Instrument`] takes events and fills the caller's buffers, which may have any size. There
//! are two: [`Piano`], which computes its strings, and [`SoundFontPiano`], which plays recordings.
//! A [`Rendering`] plays a performance on an instrument, and [`write_wav()`] writes it to a file.
//! Start with [`Performance::of`] and [`Rendering`].
//!
//! The piano is made by modal synthesis: the hammer excites the modes of the strings, which are
//! computed one by one; hammer noise is added; and all of it goes through a reverb. The sound has
//! the same bits on every machine, because it uses only additions, multiplications, divisions and
//! square roots in a fixed order, and functions of `libm`.

mod clip;
mod hammer;
mod hammer_noise;
mod instrument;
mod loudness;
mod modal;
mod performance;
mod piano;
mod rendering;
mod reverb;
mod soundfont;
mod strings;
mod wav;

pub use clip::Clip;
pub use instrument::{Event, Instrument};
pub use performance::{LONGEST, Performance, TooLong};
pub use piano::Piano;
pub use rendering::Rendering;
pub use soundfont::{SoundFont, SoundFontError, SoundFontPiano};
pub use wav::{LOUDNESS, LoudnessReport, PEAK, WavError, write_wav};

/// Frames per second. A frame is a sample for the left and one for the right channel.
pub const SAMPLE_RATE: u32 = 44_100;

/// A pseudo-random number from 0 to 1 (exclusive), which depends only on the two arguments. With it
/// the strings differ from each other, as those of real pianos do, and still every [`Piano`] is the
/// same.
fn pseudo_random(which: u32, salt: u32) -> f64 {
    // Two rounds of the finaliser of MurmurHash3.
    let mut bits = which.wrapping_mul(0x9E37_79B9) ^ salt.wrapping_mul(0x85EB_CA6B);
    for _ in 0..2 {
        bits = (bits ^ (bits >> 16)).wrapping_mul(0x85EB_CA6B);
        bits = (bits ^ (bits >> 13)).wrapping_mul(0xC2B2_AE35);
        bits ^= bits >> 16;
    }
    f64::from(bits) / 4_294_967_296.0
}
