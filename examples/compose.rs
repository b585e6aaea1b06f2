//! Composes a short waltz with the model that is part of the program, and writes it as MIDI and as sheet music.
//!
//! ```sh
//! cargo run --release --example compose
//! ```

use deep_jammer::atomic_file::Existing;
use deep_jammer::composing::{Composer, Recipe};
use deep_jammer::model;
use deep_jammer::output::Output;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let composer = Composer::new(&model::built_in());
    // What a recipe does not say is as it is for `deep-jammer compose`. Another seed gives another piece.
    let waltz = Recipe {
        key: Some("F minor".parse()?),
        metre: Some("3/4".parse()?),
        tempo: Some(160.0),
        ..Recipe::new(7).bars(16)
    };
    let piece = composer.compose(&waltz)?;
    let title = piece.recipe().title();
    for name in ["waltz.mid", "waltz.musicxml"] {
        // The extension says what is written.
        let output = Output::new(name.into())?;
        output.write(&piece.score(), &title, None, Existing::Replace, &mut |_| true)?;
        println!("{name}");
    }
    Ok(())
}
