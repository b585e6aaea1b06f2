//! Plays a MIDI file on the program's own piano, into a WAV file.
//!
//! ```sh
//! cargo run --release --example render -- pieces/prelude-in-c.mid
//! ```

use deep_jammer::atomic_file::Existing;
use deep_jammer::midi;
use deep_jammer::sound::{Performance, Piano, Rendering, SAMPLE_RATE, write_wav};
use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("give a MIDI file")?;
    let score = midi::read_file(Path::new(&path))?.score;

    // A rendering is an instrument that plays a performance. Anything that is an `Instrument` will do, a
    // `SoundFontPiano` for example.
    let performance = Performance::of(&score)?;
    let mut rendering = Rendering::new(performance, Piano::default());
    let measured =
        write_wav(Path::new("rendered.wav"), &mut rendering, Existing::Replace, &mut |_| true)?;

    println!("rendered.wav: {:.1} s", measured.frames as f64 / f64::from(SAMPLE_RATE));
    println!("{:+.1} dB, from {:.1} LUFS", measured.gain, measured.loudness);
    Ok(())
}
