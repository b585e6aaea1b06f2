//! `deep-jammer survey new`: chooses the pieces of a survey, and cuts its excerpts.

use super::super::{BUILT_IN, Outcome, model};
use super::{DisclosureArg, check_name, now};
use crate::cli::skipped::report_skipped;
use anyhow::{bail, ensure};
use deep_jammer::composing::{Composer, Recipe};
use deep_jammer::corpus;
use deep_jammer::primer::chosen;
use deep_jammer::random::below;
use deep_jammer::survey::{Source, Store, StoreError, Survey, excerpts};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The length of a composed piece, in lengths of an excerpt.
const COMPOSED_LENGTH: f64 = 2.0;

/// More would tire anyone.
const MAX_EXCERPTS: usize = 200;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  Compare five pieces by the built-in model with five real ones:
    deep-jammer survey new autumn --real my-midi-files --compose 5
  Compare two models of your own:
    deep-jammer survey new models --real my-midi-files --compose 5 --model large=run-1 small=run-2
  Use pieces that you have already:
    deep-jammer survey new winter --real my-midi-files --generated large=folder small=other-folder")]
pub struct New {
    /// A name for the survey; participants do not see it.
    ///
    /// `survey report` and `survey close` find the survey by this name.
    name: String,
    /// Generated pieces: MIDI files, and folders to search for them.
    ///
    /// NAME=PATH says which model composed them. Without NAME, it is the name of the folder.
    #[arg(long, value_name = "[NAME=]PATH", num_args = 1..)]
    generated: Vec<String>,
    /// Real pieces: MIDI files, and folders to search for them.
    ///
    /// NAME=PATH gives them a name in the report. Without NAME, it is "real".
    #[arg(long, value_name = "[NAME=]PATH", num_args = 1.., required = true)]
    real: Vec<String>,
    /// How many pieces to compose with each --model.
    #[arg(long, value_name = "PIECES", default_value_t = 0, value_parser = clap::value_parser!(u32).range(..=100))]
    compose: u32,
    /// The models that compose: files, or folders of training runs.
    ///
    /// "built-in" is the model that is part of the program. Give several to compare them.
    #[arg(long, value_name = "[NAME=]FILE-OR-RUN", num_args = 1.., default_value = BUILT_IN)]
    model: Vec<String>,
    /// At most this many pieces of each name.
    ///
    /// If there are more, the seed draws which of them are in the survey.
    #[arg(long, value_name = "PIECES", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    most: u32,
    /// The length of each excerpt in seconds.
    #[arg(long, default_value_t = 20.0)]
    seconds: f64,
    /// What participants are told about the excerpts before they listen.
    #[arg(long, value_enum, default_value_t = DisclosureArg::Mixed)]
    tell: DisclosureArg,
    /// The seed that draws pieces and passages, and composes music.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Makes a survey.
pub fn make(command: &New, store: &Path) -> anyhow::Result<Outcome> {
    check_name(&command.name)?;
    ensure!((1.0..=300.0).contains(&command.seconds), "--seconds must be 1 to 300");
    if command.generated.is_empty() && command.compose == 0 {
        bail!("give generated pieces with --generated, or compose some with --compose 5");
    }
    let mut store = Store::open_or_make(store)?;
    // Check before all the work.
    if store.surveys()?.iter().any(|survey| survey.name == command.name) {
        return Err(StoreError::Exists(command.name.clone()).into());
    }
    let mut sources = Vec::new();
    for argument in &command.generated {
        sources.extend(pieces(argument, false)?);
    }
    for argument in command.model.iter().filter(|_| command.compose > 0) {
        sources.extend(compose_pieces(argument, command)?);
    }
    for argument in &command.real {
        sources.extend(pieces(argument, true)?);
    }
    let sources = draw(sources, command);
    ensure!(
        sources.len() <= MAX_EXCERPTS,
        "{} excerpts are too many; a survey can have {MAX_EXCERPTS}",
        sources.len()
    );
    eprintln!("recording {} excerpts", sources.len());
    let made = excerpts(&sources, command.seconds, command.seed)?;
    let survey =
        Survey { name: &command.name, told: command.tell.into(), seconds: command.seconds };
    store.make(&survey, &made, now())?;
    for excerpt in &made {
        eprintln!("{}: {}", excerpt.model, excerpt.title);
    }
    println!(
        "{}: {} excerpts; `deep-jammer survey serve` shows the link",
        command.name,
        made.len()
    );
    Ok(Outcome::Done)
}

/// Splits NAME=PATH, unless a file has that whole name.
fn split_name(argument: &str) -> (Option<&str>, &Path) {
    match argument.split_once('=') {
        Some((name, path)) if !name.is_empty() && !Path::new(argument).exists() => {
            (Some(name), Path::new(path))
        }
        _ => (None, Path::new(argument)),
    }
}

/// Reads the pieces in files and folders.
fn pieces(argument: &str, real: bool) -> anyhow::Result<Vec<Source>> {
    let (name, path) = split_name(argument);
    let of_folder = |path: &Path| {
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let name = if path.is_dir() { absolute.file_name() } else { None };
        name.map_or("generated".to_owned(), |name| name.to_string_lossy().into_owned())
    };
    let model = match (name, real) {
        (Some(name), _) => name.to_owned(),
        (None, true) => "real".to_owned(),
        (None, false) => of_folder(path),
    };
    let corpus = corpus::read(&[PathBuf::from(path)])?;
    report_skipped(&corpus.failures);
    ensure!(!corpus.pieces.is_empty(), "{} contains no piece that can be read", path.display());
    let source = |piece: corpus::Piece| {
        let mut roll = piece.transcription.roll;
        roll.set_tempo(piece.transcription.mean_tempo);
        let title = format!("{}/{}", piece.folder, piece.name);
        Source { model: model.clone(), real, title, roll }
    };
    Ok(corpus.pieces.into_iter().map(source).collect())
}

/// Composes pieces with a model.
fn compose_pieces(argument: &str, command: &New) -> anyhow::Result<Vec<Source>> {
    let (name, path) = split_name(argument);
    let model = model(path)?;
    let name = name.map_or_else(|| path.display().to_string(), str::to_owned);
    ensure!(!model.primers.is_empty(), "{name} contains no primers to start from");
    let composer = Composer::new(&model);
    let piece = |number: u32| {
        let seed = command.seed.wrapping_add(u64::from(number));
        let primer = chosen(&model.primers, seed).expect("there is one");
        let measures = COMPOSED_LENGTH * command.seconds / primer.seconds_of_a_measure();
        let piece = composer.compose(&Recipe::new(seed).bars(measures.ceil() as usize + 4))?;
        let (roll, title) = (piece.roll().clone(), format!("seed {seed}"));
        anyhow::Ok(Source { model: name.clone(), real: false, title, roll })
    };
    eprintln!("composing {} pieces with {name}", command.compose);
    (0..command.compose).into_par_iter().map(piece).collect()
}

/// Draws at most `--most` pieces of each name, and keeps the order of the pieces.
fn draw(sources: Vec<Source>, command: &New) -> Vec<Source> {
    let mut groups: BTreeMap<(bool, String), Vec<usize>> = BTreeMap::new();
    for (index, source) in sources.iter().enumerate() {
        groups.entry((source.real, source.model.clone())).or_default().push(index);
    }
    let mut random = ChaCha8Rng::seed_from_u64(command.seed);
    let mut kept = vec![false; sources.len()];
    for mut group in groups.into_values() {
        for _ in 0..(command.most as usize).min(group.len()) {
            kept[group.swap_remove(below(&mut random, group.len()))] = true;
        }
    }
    sources.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(source, _)| source).collect()
}
