//! `deep-jammer compare`: generated music beside real music, and what it has copied.

mod known;
mod table;

use super::Outcome;
use super::output_args::picture_format;
use anyhow::{Context, bail};
use deep_jammer::atomic_file::{self, AtomicFileError, Existing};
use deep_jammer::corpus::{self, Piece, PublishedSplit};
use deep_jammer::originality::{Match, Originality, TrainingMusic};
use deep_jammer::picture;
use deep_jammer::roll::Roll;
use deep_jammer::statistic::{self, Breakdowns, Comparison, Distribution, Passage, Statistic};
use rayon::prelude::*;
use serde::Serialize;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Compare generated music with real music, in numbers, and find what it has copied.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Each statistic of a generated piece stands beside the range in which nine in ten real passages of
the same length lie; what lies outside is marked. For all generated pieces together:
  overlap   the area that the densities of generated and real passages have in common, 0 to 1
  distance  how far apart they are (1-Wasserstein), in standard deviations of the real ones
Beside each, in brackets, what real music keeps to in 19 of 20 comparisons with other real music:
so many passages of one random half of the real pieces beside the other half.

A run in common is a stretch of steps in which the same keys sound and are struck as in a piece that
was learned from, at any transposition. 32 steps or more are called a copy.

A passage has broken down while it is silent, stuck (two different keys at most), crowded (eleven
keys at once or more) or in circles (each step as it was a measure before, or less); the longest
are told in measures. Docs: docs/statistics.md")]
pub struct Compare {
    /// The generated pieces: MIDI files, and folders to search for them.
    #[arg(required = true, value_name = "GENERATED")]
    generated: Vec<PathBuf>,
    /// The real pieces: MIDI files and folders, or a training run or model for what it has learned
    /// from. If not given, that of --model.
    #[arg(long, value_name = "REAL", num_args = 1.., required_unless_present = "model")]
    with: Vec<PathBuf>,
    /// The run or model whose copying is looked for; if not given, runs are looked for in the real
    /// pieces.
    #[arg(long, value_name = "FILE-OR-RUN")]
    model: Option<PathBuf>,
    /// Draw the distributions side by side.
    #[arg(short, long, value_name = "FILE.svg|png")]
    output: Option<PathBuf>,
    /// Replace the picture if it is there already.
    #[arg(long)]
    force: bool,
    /// Print one JSON document, for programs.
    #[arg(long)]
    json: bool,
}

/// Decides how the real pieces are divided for the yardstick.
const SEED: u64 = 1;

/// All that is found.
#[derive(Debug, Serialize)]
struct Report {
    #[serde(flatten)]
    comparison: Comparison,
    /// What the generated pieces have in common with what was learned from.
    originality: Copies,
    /// Whether they hold up from beginning to end.
    whole_pieces: Wholes,
}

/// Pieces from beginning to end.
#[derive(Debug, Serialize)]
struct Wholes {
    /// The share of bars that repeat an earlier one, in the mean of the real pieces.
    real_repeated_bars: Option<f64>,
    /// In the order of the generated pieces.
    generated: Vec<Whole>,
}

/// One piece from beginning to end.
#[derive(Debug, Serialize)]
struct Whole {
    name: String,
    /// The longest passages that have broken down, in measures.
    #[serde(flatten)]
    breakdowns: Breakdowns,
    repeated_bars: Option<f64>,
}

/// The longest run of each generated piece.
#[derive(Debug, Serialize)]
struct Copies {
    /// Where they were looked for.
    #[serde(rename = "repertoire")]
    training_music: String,
    /// How many pieces that is.
    pieces: usize,
    /// In the order of the generated pieces.
    generated: Vec<Longest>,
}

/// The longest run of one piece.
#[derive(Debug, Serialize)]
struct Longest {
    name: String,
    copy: bool,
    run: Option<Match>,
}

/// Prints a table or JSON to standard output, and draws.
pub fn run(command: &Compare) -> anyhow::Result<Outcome> {
    let picture = command.output.as_deref().map(|path| (path, picture_format(path)));
    let picture = match picture {
        Some((path, format)) => Some((path, format?)),
        None => None,
    };
    if let Some((path, _)) = picture.filter(|(path, _)| path.exists() && !command.force) {
        return Err(AtomicFileError::Exists(path.to_owned()).into());
    }
    let generated = generated(&command.generated)?;
    let real = match &command.with[..] {
        [] => None,
        paths => Some(known::real(paths)?),
    };
    let learned = |path: &Path| super::learned(super::model(path)?.training_music.as_ref(), path);
    let learned = command.model.as_deref().map(learned).transpose();
    let learned =
        learned.context("what --model has learned from; real pieces can be given by --with")?;
    let label = match (&command.model, &command.with[..]) {
        (Some(model), _) => format!("what {} has learned from", model.display()),
        (None, paths) => names(paths),
    };
    let (real, known) = match (real, learned) {
        (Some(real), Some(learned)) => (Some(real), learned),
        (Some(only), None) | (None, Some(only)) => (None, only),
        (None, None) => bail!("give the real pieces with --with, or a --model"),
    };
    let report = report(&generated, real.as_ref(), known, label)?;
    if let Some((path, format)) = picture {
        let against = match &command.with[..] {
            [] => report.originality.training_music.clone(),
            paths => names(paths),
        };
        let title = format!("{} beside {against}", names(&command.generated));
        let bytes = picture::comparison(&report.comparison, &title, format);
        let existing = if command.force { Existing::Replace } else { Existing::Keep };
        atomic_file::write(path, &bytes, existing)?;
    }
    let mut out = BufWriter::new(io::stdout().lock());
    if command.json {
        serde_json::to_writer_pretty(&mut out, &report).map_err(io::Error::from)?;
        writeln!(out)?;
    } else {
        table::write(&mut out, &report)?;
    }
    out.flush()?;
    if let Some((path, _)) = picture {
        eprintln!("drawn in {}", path.display());
    }
    Ok(Outcome::Done)
}

/// `known` is what could have been copied; the real pieces, too, if they are not given.
fn report(
    generated: &[Piece],
    real: Option<&TrainingMusic>,
    known: TrainingMusic,
    label: String,
) -> anyhow::Result<Report> {
    let originality = Originality::new(known);
    let real = real.unwrap_or(originality.training_music());
    if real.is_empty() || originality.training_music().is_empty() {
        bail!("there are no pieces to compare with in {label}");
    }
    let rolls: Vec<_> = real.pieces.iter().map(|piece| &piece.roll).collect();
    let named: Vec<_> = generated.iter().map(|piece| (name(piece), piece.roll())).collect();
    let comparison = statistic::compare(&named, &rolls, SEED);
    let longest = |(name, roll): &(String, &Roll)| {
        let run = originality.longest_match(roll);
        Longest { name: name.clone(), copy: run.as_ref().is_some_and(Match::is_copy), run }
    };
    let copies = Copies {
        training_music: label,
        pieces: originality.training_music().pieces.len(),
        generated: named.par_iter().map(longest).collect(),
    };
    let repeated = |roll: &Roll| Statistic::RepeatedBars.of(&Passage::whole(roll));
    let whole = |(name, roll): &(String, &Roll)| Whole {
        name: name.clone(),
        breakdowns: Breakdowns::of(roll),
        repeated_bars: repeated(roll),
    };
    let shares: Vec<_> = rolls.iter().filter_map(|roll| repeated(roll)).collect();
    let wholes = Wholes {
        real_repeated_bars: Distribution::new(shares).mean(),
        generated: named.iter().map(whole).collect(),
    };
    Ok(Report { comparison, originality: copies, whole_pieces: wholes })
}

/// The generated pieces; what cannot be read is said.
fn generated(paths: &[PathBuf]) -> anyhow::Result<Vec<Piece>> {
    let corpus = corpus::read(paths)?;
    for failure in &corpus.failures {
        eprintln!("skipped {}", failure.reason);
    }
    let mut pieces = corpus.pieces;
    pieces.retain(|piece| !piece.roll().is_empty());
    if pieces.is_empty() {
        bail!("none of the generated pieces could be read");
    }
    Ok(pieces)
}

/// What a piece is called: its file, and its name where the file holds several.
fn name(piece: &Piece) -> String {
    match piece.published_split.map(PublishedSplit::name) {
        None => piece.path.display().to_string(),
        Some(_) => format!("{}, {}", piece.path.display(), piece.name),
    }
}

/// The last parts of some paths, as words.
fn names(paths: &[PathBuf]) -> String {
    let last = |path: &PathBuf| {
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.clone());
        absolute.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
    };
    match paths {
        [first, _, .., _] => format!("{} and {} more", last(first), paths.len() - 1),
        few => few.iter().map(last).collect::<Vec<_>>().join(" and "),
    }
}
