//! `deep-jammer plot`: the pictures of a training.

use super::Outcome;
use anyhow::Context;
use deep_jammer::run::plots::plots;
use std::io::Write;
use std::path::PathBuf;

/// Draw how a network learns: its loss, and the music that it composes on the way.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Two pictures, each as SVG (sharp at any size) and as PNG:
  loss    how surprising the music still is to the network, epoch by epoch; less is better.
          Blue is the music it learns from, orange the pieces it has never heard
  growth  piano rolls of what it composes after so many epochs: time to the right, high notes
          above low ones. There is one if the training has left samples

A training may be plotted while it goes on. Earlier pictures are replaced.")]
pub struct Plot {
    /// The folder of the training: what was given to `train` as --run.
    run: PathBuf,
    /// The folder for the pictures, instead of the run's own folder `plots`.
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
}

/// Draws, and prints the names of the files.
pub fn run(command: &Plot) -> anyhow::Result<Outcome> {
    let plots = plots(&command.run, command.output.as_deref())?;
    for damaged in &plots.damaged {
        eprintln!("not shown: {damaged}");
    }
    let mut out = std::io::stdout().lock();
    for path in &plots.written {
        writeln!(out, "{}", path.display()).context("standard output")?;
    }
    Ok(Outcome::Done)
}
