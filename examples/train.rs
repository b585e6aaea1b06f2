//! Trains a small network on a folder of MIDI files, and composes with it. Without a folder it is trained on the
//! three pieces in `pieces/`, which takes about a minute and teaches it little.
//!
//! This is the loop alone. `deep_jammer::run` has what a training of hours needs besides: held-out pieces,
//! checkpoints, samples.
//!
//! ```sh
//! cargo run --release --example train -- path/to/midi
//! ```

use deep_jammer::atomic_file::{self, Existing};
use deep_jammer::composing::{Composer, Recipe};
use deep_jammer::network::{Cpu, Preset};
use deep_jammer::training::{OptimiserSettings, SegmentSampler, Start, Trainer, TrainingSettings};
use deep_jammer::{corpus, midi};
use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).unwrap_or("pieces".to_owned());
    let pieces = corpus::read(&[folder])?.pieces;

    let settings = TrainingSettings {
        segment: 32,
        optimiser: OptimiserSettings::adam(0.004),
        ..TrainingSettings::article()
    };
    let sampler = SegmentSampler::new(&pieces, settings.segment);
    let architecture = Preset::Small.architecture();
    let mut trainer =
        Trainer::new(architecture, settings, sampler, Start::FromScratch, Cpu::for_training);
    for epoch in 1..=300 {
        let progress = trainer.epoch();
        if epoch % 50 == 0 {
            println!("epoch {epoch}: {:.2} nats per step", progress.nats.total());
        }
    }

    let composer = Composer::new(&trainer.model());
    let piece = composer.compose(&Recipe::new(1).bars(8))?;
    let bytes = midi::write(&piece.score());
    atomic_file::write(Path::new("learned.mid"), &bytes, Existing::Replace)?;
    println!("learned.mid");
    Ok(())
}
