//! `deep-jammer evaluate`: how well a network knows music, beside the baselines.

mod music;
mod table;

use super::progress::{Progress, in_words};
use super::{Outcome, interruption};
use anyhow::bail;
use deep_jammer::baseline::{Baseline, Counts, Kind};
use deep_jammer::corpus::Piece;
use deep_jammer::evaluation::{
    Bootstrap, Difference, Entry, Evaluator, Exposure, Networks, OnlySounding, Report,
};
use deep_jammer::model::Model;
use deep_jammer::network::Architecture;
use deep_jammer::roll::Roll;
use music::Music;
use serde::Serialize;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Measure how surprising music is to a network, beside three simple baselines.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The negative log-likelihood is exact: of whole pieces, every step with all that was before it, in
nats a step (all 88 keys; MIDI files have 16ths); less is better. Its parts are what is played and, of that, what
is articulated. Notes are expected where their probability is over one half; accuracy is
TP / (TP + FP + FN), as the field counts frames.

Baselines, which learn from the same pieces as the network:
  by itself     each note as often as it was
  last step     each note by what it did itself one step before: silent, struck or held
  Markov chain  each note by the notes one step before (the Deep Jammer report's chain)

Intervals are where 95 % of the means lie when the pieces are drawn again and again. Of a set with a
published split (.json) the part `valid` is evaluated, and `train` is learned from.

  deep-jammer evaluate --model my-run               the pieces that the run held out
  deep-jammer evaluate --model my-run my-music      other pieces
  deep-jammer evaluate --model run-1 --model run-2  two networks together
  deep-jammer evaluate --model my-run --against built-in
                                                    which of two is the better, and how sure that is
  deep-jammer evaluate my-music --learn their-music the baselines alone")]
pub struct Evaluate {
    /// The network: the folder of a training run, or a model file; "built-in" for the one that is part
    /// of the program. Given several times, the networks
    /// together: the mean of their probabilities, key by key.
    #[arg(long, value_name = "FILE-OR-RUN")]
    model: Vec<PathBuf>,
    /// Another network to compare it with, on the same pieces: how much more or less surprised it is,
    /// and by how many of them. Given several times, those together.
    #[arg(long, value_name = "FILE-OR-RUN", requires = "model")]
    against: Vec<PathBuf>,
    /// MIDI files, and folders to search for them; if not given, the pieces that the run held out.
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// MIDI files and folders for the baselines to learn from, instead of those of the run.
    #[arg(long, value_name = "PATH", num_args = 1..)]
    learn: Vec<PathBuf>,
    /// Evaluate the test pieces of a set with a published split, which are to be looked at once, at
    /// the end; otherwise those to choose by.
    #[arg(long)]
    test: bool,
    /// How often pieces are drawn for the intervals.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1000..=1_000_000))]
    resamples: u32,
    /// The seed of these draws.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print one JSON document with everything, for programs.
    #[arg(long)]
    json: bool,
}

/// How long nothing need be said.
const PATIENCE: Duration = Duration::from_secs(1);

/// All that an evaluation says.
#[derive(Serialize)]
struct Evaluation {
    version: &'static str,
    /// None where only baselines are evaluated; several that are averaged.
    models: Vec<Subject>,
    /// Those that it is compared with; several that are averaged.
    against: Vec<Subject>,
    evaluated: Amount,
    baselines: Baselines,
    bootstrap: Bootstrap,
    skipped: Vec<Skipped>,
    /// The network first, where there is one, then what it is compared with.
    reports: Vec<Report>,
    /// How much more surprised than the network each of the others is; nothing without a network.
    differences: Vec<Difference>,
}

/// The network.
#[derive(Serialize)]
struct Subject {
    path: String,
    fingerprint: String,
    architecture: Architecture,
    epochs: u64,
}

/// A network, and where the user said that it is.
struct Named<'a> {
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

/// What the baselines have learned from, or why there are none.
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

/// Somebody who is evaluated.
struct Candidate {
    name: &'static str,
    about: String,
    listener: Box<dyn Evaluator>,
    heard: Vec<Exposure>,
}

/// Evaluates, and prints tables or JSON to standard output.
pub fn run(command: &Evaluate) -> anyhow::Result<Outcome> {
    // Quickly, what can fail at once.
    let models = Named::all(&command.model)?;
    let against = Named::all(&command.against)?;
    asked_the_same(&models, &against)?;
    let music = music::find(command, &models, &against)?;
    let mut candidates = Vec::new();
    if !models.is_empty() {
        let name = if models.len() == 1 { "network" } else { "networks" };
        candidates.push(Candidate::networks(name, &models, &music.heard));
    }
    if !against.is_empty() {
        let name = if against.len() == 1 { "the other" } else { "the others" };
        candidates.push(Candidate::networks(name, &against, &music.heard_by_others));
    }
    // Music from sets of sounding notes has nothing to say of strokes, and no network is asked.
    let articulation = match models.first() {
        Some(named) => named.model.architecture.articulation,
        None => music.evaluated.iter().any(|piece| piece.published_split.is_none()),
    };
    let baselines = baselines(&music, articulation, &mut candidates);
    interruption::listen("Leaving.")?;
    let bootstrap = Bootstrap { resamples: command.resamples as usize, seed: command.seed };
    let Some(reports) = measure(&candidates, &music.evaluated, &bootstrap) else {
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
        models: models.iter().map(Named::subject).collect(),
        against: against.iter().map(Named::subject).collect(),
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

impl<'a> Named<'a> {
    /// Reads networks.
    fn all(paths: &'a [PathBuf]) -> anyhow::Result<Vec<Named<'a>>> {
        paths.iter().map(|path| Ok(Named { path, model: super::model(path)? })).collect()
    }

    fn subject(&self) -> Subject {
        Subject {
            path: self.path.display().to_string(),
            fingerprint: self.model.fingerprint(),
            architecture: self.model.architecture.clone(),
            epochs: self.model.training.epochs,
        }
    }
}

impl Candidate {
    /// One network, or the mean of several; at least one.
    fn networks(name: &'static str, networks: &[Named], heard: &[Exposure]) -> Candidate {
        let shapes: Vec<_> =
            networks.iter().map(|named| named.model.architecture.to_string()).collect();
        let about = match &shapes[..] {
            [shape] => format!("the network {shape}"),
            several => format!("the mean of the networks {}", several.join(" and ")),
        };
        let listener = Box::new(Networks::new(networks.iter().map(|named| &named.model)));
        Candidate { name, about, listener, heard: heard.to_vec() }
    }
}

/// Networks that are averaged or compared must all be asked the same.
fn asked_the_same(models: &[Named], against: &[Named]) -> anyhow::Result<()> {
    let strokes = |named: &Named| named.model.architecture.articulation;
    let Some(first) = models.first() else { return Ok(()) };
    let mut others = models.iter().chain(against);
    if let Some(other) = others.find(|other| strokes(other) != strokes(first)) {
        bail!(
            "{} and {} cannot be averaged or compared: one of them predicts what is struck, the \
             other only what sounds",
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

/// Lets the baselines learn, if there is something to learn from.
fn baselines(music: &Music, articulation: bool, candidates: &mut Vec<Candidate>) -> Baselines {
    let learned = match &music.learned {
        Ok(learned) => learned,
        Err(why) => return Baselines::LeftOut(why.clone()),
    };
    let counts = Counts::of(learned.pieces.iter().map(Piece::roll));
    for kind in Kind::ALL {
        let baseline = Baseline::new(kind, &counts);
        candidates.push(Candidate {
            name: kind.name(),
            about: kind.in_words().to_owned(),
            listener: match articulation {
                true => Box::new(baseline),
                false => Box::new(OnlySounding(baseline)),
            },
            heard: learned.heard.clone(),
        });
    }
    Baselines::LearnedFrom(amount(learned.what, &learned.pieces))
}

/// Measures everybody on all pieces; nothing, if the user asks for an end.
fn measure(
    candidates: &[Candidate],
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
    for Candidate { name, about, listener, heard } in candidates {
        let (done, progress) = (AtomicU64::new(0), Mutex::new(Progress::new(steps, "steps")));
        let begun = Instant::now();
        let go_on = |steps: usize| {
            let done = done.fetch_add(steps as u64, Ordering::Relaxed);
            // What is done at once needs no bar.
            let long = begun.elapsed() > PATIENCE;
            if let Some(mut progress) = long.then(|| progress.try_lock().ok()).flatten() {
                progress.show(done, name);
            }
            !interruption::asked()
        };
        let measures = listener.evaluate(&rolls, &go_on);
        if let Ok(progress) = progress.lock() {
            progress.finish();
        }
        reports.push(Report::new((name, about), &entries, &measures?, heard, bootstrap));
    }
    eprintln!("evaluated in {}", in_words(start.elapsed().as_secs_f64()));
    Some(reports)
}
