//! Continues a tune of your own: reads a MIDI file, composes 16 more measures, and writes both as one piece.
//!
//! ```sh
//! cargo run --release --example continue_tune -- pieces/minuet-in-g.mid
//! ```

use deep_jammer::atomic_file::{self, Existing};
use deep_jammer::composing::{Composer, LeadIn, Recipe};
use deep_jammer::corpus::Piece;
use deep_jammer::primer::Primer;
use deep_jammer::{midi, model};
use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("give a MIDI file")?;
    let tune = Piece::read(Path::new(&path))?;
    println!("{}: {} measures", tune.name, tune.roll().measures().len());

    // The composer hears all of the tune, and stays in its metre, key and tempo.
    let primer = Primer { source: tune.name, roll: tune.transcription.roll };
    let composer = Composer::new(&model::built_in());
    let recipe = Recipe { lead_in: LeadIn::Whole, ..Recipe::new(1).after(&primer).bars(16) };
    let piece = composer.compose(&recipe)?;

    let bytes = midi::write(&piece.score());
    atomic_file::write(Path::new("continued.mid"), &bytes, Existing::Replace)?;
    println!("continued.mid: {} measures", piece.roll().measures().len());
    Ok(())
}
