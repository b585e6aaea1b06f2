//! `deep-jammer compare`: generated music beside real music, and what it copied.

mod real_music;
mod table;

use super::Outcome;
use super::output_args::picture_format;
use crate::cli::skipped::report_skipped;
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

/// Compare generated music with real music, and look for copies.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Each statistic of a generated piece stands beside the range (5 to 95 %) of real passages of the same
length. Values outside it are marked `below` or `above`. For all generated pieces together:
  inside    how many generated passages are inside that range
  overlap   the area that the densities of generated and real passages share, 0 to 1
  distance  how far apart they are (1-Wasserstein), in standard deviations of the real passages
Overlap and distance have a real-vs-real baseline in brackets: the limit that real music keeps in 19
of 20 comparisons with other real music. Values beyond it are marked `unlike`.

A match is a passage in which the same keys sound and are struck as in a piece of the training
music, at any transposition. A match of 32 steps (16ths) or more is called a copy.

The longest passages that have broken down are given in measures. A passage has broken down while
it is silent, stuck (at most two different keys), crowded (eleven keys or more at once) or going in
circles (each step repeats one a measure or less before). More: docs/statistics.md

Examples:
  Compare a new piece with the training music of your model, and look for copies:
    deep-jammer compare new.mid --model my-run
  Compare two folders, and draw the comparison:
    deep-jammer compare new-pieces --with real-pieces -o comparison.svg")]
pub struct Compare {
    /// The generated pieces: MIDI files, and folders to search for them.
    #[arg(required = true, value_name = "GENERATED")]
    generated: Vec<PathBuf>,
    /// The real pieces: MIDI files and folders [default: the training music of --model]
    ///
    /// A training run or a model stands for its training music.
    #[arg(long, value_name = "REAL", num_args = 1.., required_unless_present = "model")]
    with: Vec<PathBuf>,
    /// The model to check for copies: a file, or the folder of a training run.
    ///
    /// Copies are looked for in its training music. Without --model, they are looked for in the real
    /// pieces. "built-in" is the model that is part of the program.
    #[arg(long, value_name = "FILE-OR-RUN")]
    model: Option<PathBuf>,
    /// Draw the distributions of the statistics side by side.
    #[arg(short, long, value_name = "FILE.svg|png")]
    output: Option<PathBuf>,
    /// Replace the picture if it already exists.
    #[arg(long)]
    force: bool,
    /// Print one JSON document, for programs.
    #[arg(long)]
    json: bool,
}

/// Decides how the real pieces are divided for the real-vs-real baseline.
const SEED: u64 = 1;

/// The whole result, as `--json` prints it.
#[derive(Debug, Serialize)]
struct Report {
    #[serde(flatten)]
    comparison: Comparison,
    /// What the generated pieces have in common with the training music.
    originality: Copies,
    /// Whether they hold up from beginning to end.
    whole_pieces: WholePieces,
}

/// Pieces from beginning to end.
#[derive(Debug, Serialize)]
struct WholePieces {
    /// The share of bars that repeat an earlier one, on average over the real pieces.
    real_repeated_bars: Option<f64>,
    /// In the order of the generated pieces.
    generated: Vec<WholePiece>,
}

/// One piece from beginning to end.
#[derive(Debug, Serialize)]
struct WholePiece {
    name: String,
    /// The longest passages that have broken down, in measures.
    #[serde(flatten)]
    breakdowns: Breakdowns,
    repeated_bars: Option<f64>,
}

/// The longest match of each generated piece.
#[derive(Debug, Serialize)]
struct Copies {
    /// Where matches were looked for.
    #[serde(rename = "repertoire")]
    training_music: String,
    /// How many pieces it has.
    pieces: usize,
    /// In the order of the generated pieces.
    generated: Vec<LongestMatch>,
}

/// The longest match of one piece.
#[derive(Debug, Serialize)]
struct LongestMatch {
    name: String,
    copy: bool,
    #[serde(rename = "run")]
    found: Option<Match>,
}

/// Prints a table, or JSON, to standard output, and draws the picture.
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
        paths => Some(real_music::read(paths)?),
    };
    let learned = |path: &Path| super::learned(super::model(path)?.training_music.as_ref(), path);
    let learned = command.model.as_deref().map(learned).transpose();
    let learned = learned
        .context("no training music of --model; give the real pieces with --with instead")?;
    let label = match (&command.model, &command.with[..]) {
        (Some(model), _) => format!("the training music of {}", model.display()),
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
        eprintln!("drew {}", path.display());
    }
    Ok(Outcome::Done)
}

/// `known` is the music that could have been copied. It is also the real music if `real` is not given.
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
        let found = originality.longest_match(roll);
        LongestMatch { name: name.clone(), copy: found.as_ref().is_some_and(Match::is_copy), found }
    };
    let copies = Copies {
        training_music: label,
        pieces: originality.training_music().pieces.len(),
        generated: named.par_iter().map(longest).collect(),
    };
    let repeated = |roll: &Roll| Statistic::RepeatedBars.of(&Passage::whole(roll));
    let whole = |(name, roll): &(String, &Roll)| WholePiece {
        name: name.clone(),
        breakdowns: Breakdowns::of(roll),
        repeated_bars: repeated(roll),
    };
    let shares: Vec<_> = rolls.iter().filter_map(|roll| repeated(roll)).collect();
    let whole_pieces = WholePieces {
        real_repeated_bars: Distribution::new(shares).mean(),
        generated: named.iter().map(whole).collect(),
    };
    Ok(Report { comparison, originality: copies, whole_pieces })
}

/// Reads the generated pieces. Prints the files that it cannot read.
fn generated(paths: &[PathBuf]) -> anyhow::Result<Vec<Piece>> {
    let corpus = corpus::read(paths)?;
    report_skipped(&corpus.failures);
    let mut pieces = corpus.pieces;
    pieces.retain(|piece| !piece.roll().is_empty());
    if pieces.is_empty() {
        bail!("none of the generated pieces could be read");
    }
    Ok(pieces)
}

/// The name of a piece: its file, and its own name if the file has several pieces.
fn name(piece: &Piece) -> String {
    match piece.published_split.map(PublishedSplit::name) {
        None => piece.path.display().to_string(),
        Some(_) => format!("{}, {}", piece.path.display(), piece.name),
    }
}

/// The file names of some paths, in words.
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
