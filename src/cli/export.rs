//! `deep-jammer export`: a model as one file to pass on.

use super::Outcome;
use anyhow::{Context, bail};
use deep_jammer::atomic_file::Existing;
use deep_jammer::model;
use deep_jammer::originality::{Packed, TrainingMusic};
use deep_jammer::primer::openings;
use std::io::Write;
use std::path::PathBuf;

/// Write a trained model as one file to pass on.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Anyone with this program can use the file: `compose --model FILE`. The file contains the training
music, so that `compose` and `compare` can find passages that are copied from it. If you pass on the
file, you pass on that music too. --without-music leaves it out.

Examples:
  Write the model of a run at half its size:
    deep-jammer export --model my-run --half -o my-model.safetensors
  Write it without the music that it was trained on:
    deep-jammer export --model my-run --without-music -o my-model.safetensors")]
pub struct Export {
    /// The model to write: a file, or the folder of a training run.
    #[arg(long, value_name = "FILE-OR-RUN")]
    model: PathBuf,
    /// Store the weights as 16-bit floats.
    ///
    /// This halves their size and hardly changes the model.
    #[arg(long)]
    half: bool,
    /// Leave out the training music.
    ///
    /// Then the model cannot tell what it copies, unless the music is given by other means.
    #[arg(long)]
    without_music: bool,
    /// Replace the model's primers by this many openings of training pieces.
    ///
    /// A primer is a short piece that `compose` continues. These have 8 to 16 steps (16ths) each, in
    /// several metres, in major and minor.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=1000))]
    openings: Option<u16>,
    /// The file to write.
    #[arg(short, long, value_name = "FILE.safetensors")]
    output: PathBuf,
    /// Replace the file if it already exists.
    #[arg(long)]
    force: bool,
}

/// Writes the file, and prints its name.
pub fn run(command: &Export) -> anyhow::Result<Outcome> {
    let mut model = super::model(&command.model)?;
    let music: Option<TrainingMusic> = match command.without_music && command.openings.is_none() {
        true => None,
        false => Some(super::learned(model.training_music.as_ref(), &command.model).context(
            "the file should contain the training music; to leave it out, add --without-music",
        )?),
    };
    if let (Some(count), Some(music)) = (command.openings, &music) {
        model.primers = openings(music, usize::from(count));
        if model.primers.is_empty() {
            bail!(
                "found no openings that can serve as primers: at least three training pieces must \
                 begin in the same metre"
            );
        }
    }
    let music = music.filter(|_| !command.without_music);
    model.training_music = music.map(|music| Packed::of(&music)).transpose()?;
    let bytes = match command.half {
        true => model::to_half_bytes(&model).context("storing the weights as 16-bit floats")?,
        false => model::to_bytes(&model),
    };
    let existing = if command.force { Existing::Replace } else { Existing::Keep };
    let written = model::write_bytes(&command.output, &bytes, existing)?;
    eprintln!(
        "{} bytes, {} primers; fingerprint {} became {}",
        bytes.len(),
        written.primers.len(),
        model.fingerprint(),
        written.fingerprint()
    );
    writeln!(std::io::stdout().lock(), "{}", command.output.display())?;
    Ok(Outcome::Done)
}
