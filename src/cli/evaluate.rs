//! `deep-jammer evaluate`: how well a network predicts music, beside three baselines.

mod music;
mod table;

use super::progress::{Progress, in_words};
use super::{Outcome, interruption};
use anyhow::bail;
use deep_jammer::baseline::{Baseline, Counts, Kind};
use deep_jammer::corpus::Piece;
use deep_jammer::evaluation::{
    Bootstrap, Difference, Ensemble, Entry, Evaluator, Exposure, PlayOnly, Report,
};
use deep_jammer::model::Model;
use deep_jammer::network::{Architecture, Cpu};
use deep_jammer::roll::Roll;
use music::Music;
use serde::Serialize;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Measure how well a network predicts music, beside three simple baselines.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The measure is the negative log-likelihood (NLL) in nats per step. Less is better. It is exact: it
covers whole pieces and all 88 keys, and the network predicts each step given all the real steps
before it (teacher forcing). A step of a MIDI file is a 16th. `play` is the part for which keys
sound (frames), and `artic.` the part for which of these are struck (onsets).

A note counts as predicted where its probability is over one half. Accuracy is TP / (TP + FP + FN),
as the field counts frames.

Three baselines are trained on the same pieces as the network:
  by itself     each note by how often it was played in those pieces
  last step     each note by what its key did one step before: silent, struck or held
  Markov chain  each note by the notes one step before (the chain of the Deep Jammer report)

In brackets are 95 % bootstrap confidence intervals: the pieces are resampled with replacement.

If you name a set with a published split (.json), its part `valid` is evaluated. Given to --learn,
its part `train` trains the baselines. More: docs/evaluation.md

Examples:
  Evaluate a network on the pieces that its run held out:
    deep-jammer evaluate --model my-run
  Evaluate it on other pieces:
    deep-jammer evaluate --model my-run my-music
  Evaluate two networks as an ensemble:
    deep-jammer evaluate --model run-1 --model run-2
  Find out which of two networks is better, and how certain that is:
    deep-jammer evaluate --model my-run --against built-in
  Evaluate the baselines alone:
    deep-jammer evaluate my-music --learn their-music")]
pub struct Evaluate {
    /// The network: a file, or the folder of a training run; may be given several times.
    ///
    /// "built-in" is the model that is part of the program. Several networks are evaluated as an
    /// ensemble: the mean of their probabilities, key by key.
    #[arg(long, value_name = "FILE-OR-RUN")]
    model: Vec<PathBuf>,
    /// Another network to compare with, piece by piece; may be given several times.
    ///
    /// This reports the mean difference, its 95 % interval (by a paired bootstrap), and on how many
    /// pieces the other network has the lower NLL. Several others form an ensemble.
    #[arg(long, value_name = "FILE-OR-RUN", requires = "model")]
    against: Vec<PathBuf>,
    /// MIDI files, and folders to search for them [default: the pieces that the run held out]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// MIDI files and folders to train the baselines on [default: those of the run]
    ///
    /// All paths after this option belong to it. Give the pieces to evaluate before it.
    #[arg(long, value_name = "PATH", num_args = 1..)]
    learn: Vec<PathBuf>,
    /// Evaluate the test pieces of a set with a published split.
    ///
    /// Otherwise its validation pieces are evaluated. Test pieces should be looked at once, at the
    /// end, after every choice has been made.
    #[arg(long)]
    test: bool,
    /// How many times the pieces are resampled for the intervals.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1000..=1_000_000))]
    resamples: u32,
    /// The seed of the resampling.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print one JSON document with everything, for programs.
    #[arg(long)]
    json: bool,
}

/// How long work may take before its progress is shown.
const PROGRESS_DELAY: Duration = Duration::from_secs(1);

/// The whole result, as `--json` prints it.
#[derive(Serialize)]
struct Evaluation {
    version: &'static str,
    /// The networks, averaged if there are several. Empty if only baselines are evaluated.
    models: Vec<ModelInfo>,
    /// The networks to compare with, averaged if there are several.
    against: Vec<ModelInfo>,
    evaluated: Amount,
    baselines: Baselines,
    bootstrap: Bootstrap,
    skipped: Vec<Skipped>,
    /// First that of the network, if there is one, then those it is compared with.
    reports: Vec<Report>,
    /// The difference of each of the others from the network. Empty without a network.
    differences: Vec<Difference>,
}

/// A network as the result describes it.
#[derive(Serialize)]
struct ModelInfo {
    path: String,
    fingerprint: String,
    architecture: Architecture,
    epochs: u64,
}

/// A network, and the path by which the user named it.
struct LoadedModel<'a> {
    path: &'a PathBuf,
    model: Model,
}

/// Some music.
#[derive(Serialize)]
struct Amount {
    what: &'static str,
    pieces: usize,
    steps: u64,
}

/// What the baselines were trained on, or why there are none.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum Baselines {
    LearnedFrom(Amount),
    LeftOut(String),
}

/// A file that was not evaluated.
#[derive(Serialize)]
struct Skipped {
    path: String,
    reason: String,
}

/// A network, an ensemble or a baseline that is evaluated.
struct NamedEvaluator {
    name: &'static str,
    about: String,
    evaluator: Box<dyn Evaluator>,
    /// Whether it was trained on each piece.
    exposure: Vec<Exposure>,
}

/// Evaluates, and prints tables or JSON to standard output.
pub fn run(command: &Evaluate) -> anyhow::Result<Outcome> {
    // First whatever can fail at once.
    let models = LoadedModel::read_all(&command.model)?;
    let against = LoadedModel::read_all(&command.against)?;
    check_same_outputs(&models, &against)?;
    let music = music::find(command, &models, &against)?;
    let mut evaluators = Vec::new();
    if !models.is_empty() {
        let name = if models.len() == 1 { "network" } else { "networks" };
        evaluators.push(NamedEvaluator::networks(name, &models, &music.exposure));
    }
    if !against.is_empty() {
        let name = if against.len() == 1 { "the other" } else { "the others" };
        evaluators.push(NamedEvaluator::networks(name, &against, &music.exposure_of_others));
    }
    // Without a network, the music decides: sets contain only sounding notes, no onsets.
    let articulation = match models.first() {
        Some(named) => named.model.architecture.articulation,
        None => music.evaluated.iter().any(|piece| piece.published_split.is_none()),
    };
    let baselines = add_baselines(&music, articulation, &mut evaluators);
    interruption::handle_ctrl_c("Stopping.")?;
    let bootstrap = Bootstrap { resamples: command.resamples as usize, seed: command.seed };
    let Some(reports) = measure(&evaluators, &music.evaluated, &bootstrap) else {
        return Ok(Outcome::Interrupted);
    };
    let differences = match reports.split_first() {
        Some((first, others)) if !models.is_empty() => {
            others.iter().map(|other| Difference::between(first, other, &bootstrap)).collect()
        }
        _ => Vec::new(),
    };
    let skipped = music.skipped.iter().map(|failure| Skipped {
        path: failure.path.display().to_string(),
        reason: failure.reason.reason(),
    });
    let evaluation = Evaluation {
        version: env!("CARGO_PKG_VERSION"),
        models: models.iter().map(LoadedModel::info).collect(),
        against: against.iter().map(LoadedModel::info).collect(),
        evaluated: amount(music.what, &music.evaluated),
        baselines,
        bootstrap,
        skipped: skipped.collect(),
        reports,
        differences,
    };
    let mut out = BufWriter::new(io::stdout().lock());
    if command.json {
        serde_json::to_writer_pretty(&mut out, &evaluation).map_err(io::Error::from)?;
        writeln!(out)?;
    } else {
        table::write(&mut out, &evaluation)?;
    }
    out.flush()?;
    Ok(Outcome::Done)
}

impl<'a> LoadedModel<'a> {
    /// Reads networks.
    fn read_all(paths: &'a [PathBuf]) -> anyhow::Result<Vec<LoadedModel<'a>>> {
        paths.iter().map(|path| Ok(LoadedModel { path, model: super::model(path)? })).collect()
    }

    fn info(&self) -> ModelInfo {
        ModelInfo {
            path: self.path.display().to_string(),
            fingerprint: self.model.fingerprint(),
            architecture: self.model.architecture.clone(),
            epochs: self.model.training.epochs,
        }
    }
}

impl NamedEvaluator {
    /// One network, or an ensemble of several. There must be at least one.
    fn networks(
        name: &'static str,
        networks: &[LoadedModel],
        exposure: &[Exposure],
    ) -> NamedEvaluator {
        let shapes: Vec<_> =
            networks.iter().map(|network| network.model.architecture.to_string()).collect();
        let about = match &shapes[..] {
            [shape] => format!("the network {shape}"),
            several => format!("the mean of the networks {}", several.join(" and ")),
        };
        let models = networks.iter().map(|network| &network.model);
        let evaluator = Box::new(Ensemble::new(models, Cpu::for_inference));
        NamedEvaluator { name, about, evaluator, exposure: exposure.to_vec() }
    }
}

/// Checks that networks to be averaged or compared all predict the same outputs.
fn check_same_outputs(models: &[LoadedModel], against: &[LoadedModel]) -> anyhow::Result<()> {
    let onsets = |network: &LoadedModel| network.model.architecture.articulation;
    let Some(first) = models.first() else { return Ok(()) };
    let mut others = models.iter().chain(against);
    if let Some(other) = others.find(|other| onsets(other) != onsets(first)) {
        bail!(
            "{} and {} cannot be averaged or compared: one of them predicts which keys are struck, \
             the other only which keys sound",
            first.path.display(),
            other.path.display()
        );
    }
    Ok(())
}

fn amount(what: &'static str, pieces: &[Piece]) -> Amount {
    let steps = pieces.iter().map(|piece| piece.roll().len() as u64).sum();
    Amount { what, pieces: pieces.len(), steps }
}

/// Trains the baselines, if there is something to train on, and adds them to `evaluators`.
fn add_baselines(
    music: &Music,
    articulation: bool,
    evaluators: &mut Vec<NamedEvaluator>,
) -> Baselines {
    let learned = match &music.learned {
        Ok(learned) => learned,
        Err(why) => return Baselines::LeftOut(why.clone()),
    };
    let counts = Counts::of(learned.pieces.iter().map(Piece::roll));
    for kind in Kind::ALL {
        let baseline = Baseline::new(kind, &counts);
        evaluators.push(NamedEvaluator {
            name: kind.name(),
            about: kind.in_words().to_owned(),
            evaluator: match articulation {
                true => Box::new(baseline),
                false => Box::new(PlayOnly(baseline)),
            },
            exposure: learned.exposure.clone(),
        });
    }
    Baselines::LearnedFrom(amount(learned.what, &learned.pieces))
}

/// Evaluates all on all pieces. Returns nothing if the user stops it.
fn measure(
    evaluators: &[NamedEvaluator],
    pieces: &[Piece],
    bootstrap: &Bootstrap,
) -> Option<Vec<Report>> {
    let rolls: Vec<&Roll> = pieces.iter().map(Piece::roll).collect();
    let entry = |piece: &Piece| Entry {
        path: piece.path.display().to_string(),
        folder: piece.folder.clone(),
        name: piece.name.clone(),
    };
    let entries: Vec<_> = pieces.iter().map(entry).collect();
    let steps = rolls.iter().map(|roll| roll.len() as u64).sum();
    let start = Instant::now();
    let mut reports = Vec::new();
    for NamedEvaluator { name, about, evaluator, exposure } in evaluators {
        let (done, progress) = (AtomicU64::new(0), Mutex::new(Progress::new(steps, "steps")));
        let begun = Instant::now();
        let go_on = |steps: usize| {
            let done = done.fetch_add(steps as u64, Ordering::Relaxed);
            // Quick work needs no bar.
            let long = begun.elapsed() > PROGRESS_DELAY;
            if let Some(mut progress) = long.then(|| progress.try_lock().ok()).flatten() {
                progress.show(done, name);
            }
            !interruption::requested()
        };
        let scores = evaluator.evaluate(&rolls, &go_on);
        if let Ok(progress) = progress.lock() {
            progress.finish();
        }
        reports.push(Report::new((name, about), &entries, &scores?, exposure, bootstrap));
    }
    eprintln!("evaluated in {}", in_words(start.elapsed().as_secs_f64()));
    Some(reports)
}
