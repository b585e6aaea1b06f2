//! `deep-jammer export`: a model to pass on.

use super::Outcome;
use anyhow::{Context, bail};
use deep_jammer::atomic_file::{self, Existing};
use deep_jammer::model;
use deep_jammer::originality::{Packed, TrainingMusic};
use deep_jammer::primer::openings;
use std::io::Write;
use std::path::PathBuf;

/// Write a trained model as one file to pass on.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The file composes wherever it is: compose --model FILE. It carries the music that was learned from, so
that copies can be told; whoever is given the file is given that music.")]
pub struct Export {
    /// The model: a file, or the folder of a training run.
    #[arg(long, value_name = "FILE-OR-RUN")]
    model: PathBuf,
    /// Keep the weights as 16-bit floats: half the size, and hardly different.
    #[arg(long)]
    half: bool,
    /// Leave out the music that was learned from.
    #[arg(long)]
    without_music: bool,
    /// Instead of its own primers give it so many short ones of 8 to 16 steps: how pieces that it has
    /// learned from begin, in several metres and both modes.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=1000))]
    openings: Option<u16>,
    /// The file to write.
    #[arg(short, long, value_name = "FILE.safetensors")]
    output: PathBuf,
    /// Replace the file if it is there already.
    #[arg(long)]
    force: bool,
}

/// Writes the file, and prints its name.
pub fn run(command: &Export) -> anyhow::Result<Outcome> {
    let mut model = super::model(&command.model)?;
    let music: Option<TrainingMusic> = match command.without_music && command.openings.is_none() {
        true => None,
        false => Some(super::learned(model.training_music.as_ref(), &command.model).context(
            "the music that it has learned from is to be in the file; --without-music leaves it out",
        )?),
    };
    if let (Some(count), Some(music)) = (command.openings, &music) {
        model.primers = openings(music, usize::from(count));
        if model.primers.is_empty() {
            bail!("no piece that it has learned from begins so that it could be gone on from");
        }
    }
    let music = music.filter(|_| !command.without_music);
    model.training_music = music.map(|music| Packed::of(&music)).transpose()?;
    let bytes = match command.half {
        true => model::to_half_bytes(&model).context("kept as 16-bit floats")?,
        false => model::to_bytes(&model),
    };
    let existing = if command.force { Existing::Replace } else { Existing::Keep };
    atomic_file::write(&command.output, &bytes, existing)?;
    let written = model::from_bytes(&bytes)?;
    eprintln!(
        "{} bytes, {} primers; {} has become {}",
        bytes.len(),
        written.primers.len(),
        model.fingerprint(),
        written.fingerprint()
    );
    writeln!(std::io::stdout().lock(), "{}", command.output.display())?;
    Ok(Outcome::Done)
}
