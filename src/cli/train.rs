//! `deep-jammer train`: learn from a folder of MIDI files.

use super::progress::{Progress, in_words};
use super::{Outcome, interruption};
use anyhow::{Context, bail};
use deep_jammer::corpus::{self, Corpus};
use deep_jammer::model;
use deep_jammer::network::{Architecture, Preset};
use deep_jammer::segment::SEGMENT_STEPS;
use deep_jammer::training::{self, Excerpts, OptimiserSettings, Start, Trainer, TrainingSettings};
use deep_jammer::writing::Existing;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// The name of the model in a run's folder.
pub const MODEL_FILE: &str = "model.safetensors";

/// The name of the loss of every epoch in a run's folder.
const METRICS_FILE: &str = "metrics.csv";

/// Learn from piano music: a network that can compose afterwards.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
An epoch is one batch of random segments of 128 steps (16ths). The loss is in nats a step: how
surprising a step of music still is; less is better. Press Ctrl-C to stop early: the model is saved.

The run's folder then holds model.safetensors, for `compose --model`, and metrics.csv.")]
pub struct Train {
    /// MIDI files, and folders to search for them at any depth.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The folder for the model; it is made if it is not there.
    #[arg(long, value_name = "DIR")]
    run: PathBuf,
    /// The size of the network: large, medium, small, or dropout (large, with dropout of one half).
    #[arg(long, default_value = "large")]
    preset: Preset,
    /// Units of the time layers, instead of the preset's, as 300,300.
    #[arg(long, value_name = "UNITS", value_delimiter = ',')]
    time: Option<Vec<usize>>,
    /// Units of the note layers, instead of the preset's, as 100,50.
    #[arg(long, value_name = "UNITS", value_delimiter = ',')]
    note: Option<Vec<usize>>,
    /// Units of hidden dense layers, which the presets do not have.
    #[arg(long, value_name = "UNITS", value_delimiter = ',')]
    dense: Option<Vec<usize>>,
    /// The share of each LSTM layer's outputs that is dropped in training, instead of the preset's.
    #[arg(long, value_name = "SHARE")]
    dropout: Option<f32>,
    /// How many batches to learn from.
    #[arg(long, default_value_t = 5000, value_parser = clap::value_parser!(u64).range(1..))]
    epochs: u64,
    /// Segments to a batch.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
    batch: u16,
    /// The seed of all random numbers: the same seed and the same files give the same network.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How to follow the gradient: adadelta, as the article, or adam.
    #[arg(long, default_value = "adadelta")]
    optimiser: String,
    /// The optimiser's rate: 1 for adadelta and 0.001 for adam, unless given.
    #[arg(long, value_name = "RATE")]
    rate: Option<f32>,
    /// The greatest norm that a tensor's gradient may have.
    #[arg(long, default_value_t = 5.0, value_name = "NORM")]
    clip: f32,
    /// How many threads to use, instead of all processors. It changes nothing in the result.
    #[arg(long)]
    threads: Option<usize>,
    /// Replace the model that the run's folder holds already.
    #[arg(long)]
    force: bool,
}

/// Trains, and saves the model now and then, at the end, and after Ctrl-C.
pub fn run(command: &Train) -> anyhow::Result<Outcome> {
    let architecture = architecture(command);
    architecture.check()?;
    if command.rate.is_some_and(|rate| !(rate.is_finite() && rate > 0.0)) {
        bail!("--rate must be more than 0");
    }
    if command.clip.is_nan() || command.clip <= 0.0 {
        bail!("--clip must be more than 0");
    }
    // A wrong name must not be noticed only after the corpus has been read.
    let optimiser = OptimiserSettings::named(&command.optimiser)?;
    let model_file = command.run.join(MODEL_FILE);
    for file in [&model_file, &command.run.join(METRICS_FILE)] {
        if file.exists() && !command.force {
            bail!(
                "{} is there already; choose another --run, or replace it with --force",
                file.display()
            );
        }
    }
    if let Some(threads) = command.threads {
        rayon::ThreadPoolBuilder::new().num_threads(threads).build_global()?;
    }
    let corpus = read(&command.paths)?;
    let excerpts = Excerpts::new(&corpus.pieces, SEGMENT_STEPS);
    if excerpts.pieces() == 0 {
        bail!(
            "none of the {} pieces is as long as a segment, {SEGMENT_STEPS} steps (eight measures \
             of 4/4); give longer pieces",
            corpus.pieces.len()
        );
    }
    fs::create_dir_all(&command.run)
        .with_context(|| format!("cannot make the folder {}", command.run.display()))?;
    eprintln!(
        "learning from {} pieces, {} steps; {} are too short for a segment of {SEGMENT_STEPS}",
        excerpts.pieces(),
        excerpts.steps(),
        corpus.pieces.len() - excerpts.pieces(),
    );
    let settings = TrainingSettings {
        batch: usize::from(command.batch),
        seed: command.seed,
        clip: command.clip,
        optimiser: optimiser.with_rate(command.rate.unwrap_or(optimiser.rate())),
        ..TrainingSettings::article()
    };
    let shape = architecture.to_string();
    let trainer = Trainer::new(architecture, settings, excerpts, Start::Anew);
    eprintln!(
        "a network of {shape} units, {} values; seed {}, {} threads",
        trainer.size(),
        command.seed,
        rayon::current_num_threads(),
    );
    interruption::listen("Finishing this step and saving the model.")?;
    learn(command, trainer, &model_file)
}

/// How many epochs pass between two savings of the model.
const SAVED_EVERY: u64 = 100;

fn learn(command: &Train, mut trainer: Trainer<'_>, model_file: &Path) -> anyhow::Result<Outcome> {
    let metrics_file = command.run.join(METRICS_FILE);
    let in_metrics = || format!("cannot write {}", metrics_file.display());
    let mut metrics = File::create(&metrics_file).with_context(in_metrics)?;
    writeln!(metrics, "epoch,play_nats,articulate_nats,nats,seconds").with_context(in_metrics)?;
    let start = Instant::now();
    let mut progress = Progress::new(command.epochs, "epochs");
    let mut shown = None;
    for epoch in 1..=command.epochs {
        let now = trainer.epoch();
        let training::Progress { nats, mean, .. } = now;
        if !nats.total().is_finite() {
            bail!(
                "the loss of epoch {epoch} is no number; try a smaller --rate or --clip (the last \
                 saved model, if one was, is {})",
                model_file.display()
            );
        }
        let seconds = start.elapsed().as_secs_f64();
        let (play, articulate, total) = (nats.play, nats.articulate, nats.total());
        writeln!(metrics, "{epoch},{play},{articulate},{total},{seconds:.3}")
            .with_context(in_metrics)?;
        let speed = epoch as f64 / seconds;
        progress.show(epoch, &format!("{mean:.3} nats a step  {speed:.2} epochs a second"));
        shown = Some(now);
        let interrupted = interruption::asked();
        if epoch % SAVED_EVERY == 0 || epoch == command.epochs || interrupted {
            model::write(model_file, &trainer.model(), Existing::Replace)?;
        }
        if interrupted {
            break;
        }
    }
    progress.finish();
    let shown = shown.expect("at least one epoch");
    eprintln!(
        "{} epochs in {}; {:.3} nats a step",
        shown.epoch,
        in_words(start.elapsed().as_secs_f64()),
        shown.mean
    );
    println!("{}", model_file.display());
    eprintln!("compose with it: deep-jammer compose --model {}", command.run.display());
    Ok(match shown.epoch < command.epochs {
        true => Outcome::Interrupted,
        false => Outcome::Done,
    })
}

fn architecture(command: &Train) -> Architecture {
    let preset = command.preset.architecture();
    Architecture {
        time: command.time.clone().unwrap_or(preset.time),
        note: command.note.clone().unwrap_or(preset.note),
        dense: command.dense.clone().unwrap_or(preset.dense),
        dropout: command.dropout.unwrap_or(preset.dropout),
        layout: preset.layout,
    }
}

/// Reads the corpus, and says which files give no piece.
fn read(paths: &[PathBuf]) -> anyhow::Result<Corpus> {
    let corpus = corpus::read(paths)?;
    for failure in &corpus.failures {
        eprintln!("skipped {}", failure.reason);
    }
    if corpus.pieces.is_empty() {
        bail!("none of the {} files could be read", corpus.failures.len());
    }
    Ok(corpus)
}
