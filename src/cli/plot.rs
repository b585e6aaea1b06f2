//! `deep-jammer plot`: pictures of a training run.

use super::Outcome;
use anyhow::Context;
use deep_jammer::run::plots::plots;
use std::io::Write;
use std::path::PathBuf;

/// Draw how a network learns: its loss, and the samples it composed on the way.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Draws two pictures, each as SVG (sharp at any size) and as PNG:
  loss    how badly the network predicts the music, epoch by epoch, in nats per step. Less is
          better. Blue is the training music, orange the held-out pieces (validation loss)
  growth  piano rolls of the samples that the network composed at different epochs. Time runs to
          the right, high notes are above low ones. Needs samples (`train --sample-every`)

You can plot a training while it runs. Earlier pictures are replaced. A finished training has these
pictures already, in the folder `plots` of its run.

Examples:
  Draw the training in the folder my-run:
    deep-jammer plot my-run
  Put the pictures somewhere else:
    deep-jammer plot my-run -o pictures")]
pub struct Plot {
    /// The folder of the training run (`train --run`).
    run: PathBuf,
    /// The folder for the pictures [default: `plots` in the folder of the run]
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
}

/// Draws the pictures, and prints the names of the files.
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
