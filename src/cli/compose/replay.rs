//! `compose --recipe`: a piece again, note for note.

use super::primers::own;
use super::{Compose, StepsDone, existing, length, numbered, write};
use crate::cli::Outcome;
use crate::cli::compose::source::Source;
use crate::cli::interruption;
use crate::cli::output_args::{outputs, unless_interrupted};
use anyhow::{Context, bail};
use deep_jammer::composing::{Opening, PreparedPrimers, Recipe, RecipeError};
use deep_jammer::midi;
use std::path::{Path, PathBuf};

/// The longest file that may be a recipe, in bytes.
const LONGEST: u64 = 1 << 24;

/// Composes what a recipe says, and writes it with the recipe as it was given.
pub fn run(command: &Compose, given: &str) -> anyhow::Result<Outcome> {
    let line = line(given)?;
    let mut recipe = Recipe::from_text(&line)?;
    if recipe.bars.is_none() && recipe.steps.is_none() {
        bail!("this recipe says nothing of how long the piece is; copy it while the piece plays");
    }
    let outputs = outputs(paths(command, &recipe), existing(command))?;
    let voice = command.voice.voice(&outputs)?;
    supply(command, &mut recipe)?;
    let source = Source::of_recipe(command, &recipe)?;
    let composer = &source.composer;
    let primers = PreparedPrimers::new(composer, &recipe)?;
    let primer = primers.of(recipe.drawn_seed());
    length::check(primer, &recipe, &outputs)?;
    interruption::handle_ctrl_c("Stopping. Unfinished files are discarded.")?;
    let composed = primer.steps(&recipe).1.saturating_mul(recipe.part.unwrap_or(1) as usize);
    let steps = StepsDone::of(primer.primer().roll.len().saturating_add(composed));
    let piece = primers.begin(composer, recipe, &|| steps.one_more()).and_then(|mut piece| {
        piece.finish(composer, || steps.one_more())?;
        Ok(piece)
    });
    steps.finish();
    unless_interrupted(
        piece.map_err(anyhow::Error::from).and_then(|piece| {
            write(command, &outputs, &piece, &primers, Some(&line), voice.as_ref())
        }),
    )
}

/// Where the piece goes.
fn paths(command: &Compose, recipe: &Recipe) -> Vec<PathBuf> {
    match (&command.output[..], recipe.part) {
        ([], None) => vec![PathBuf::from(format!("deep-jammer-{}.mid", recipe.seed))],
        ([], Some(part)) => {
            let whole = format!("deep-jammer-{}.mid", recipe.seed);
            vec![numbered(Path::new(&whole), part)]
        }
        (paths, _) => paths.to_vec(),
    }
}

/// Gives a recipe that only names the musician's own music that music.
fn supply(command: &Compose, recipe: &mut Recipe) -> anyhow::Result<()> {
    match (&recipe.opening, &command.primer) {
        (Opening::File(file), None) => {
            let missing = RecipeError::PrimerMissing(file.clone());
            Err(missing).context("add --primer FILE.mid")
        }
        (Opening::File(_), Some(path)) => {
            let own = own(path)?;
            let supplied = recipe.supply(&own.primer);
            let supplied = supplied.or_else(|error| match recipe.supply(&own.in_mean_tempo()) {
                Ok(()) => Ok(()),
                Err(_) => Err(error),
            });
            supplied.with_context(|| format!("--primer {}", path.display()))
        }
        (_, Some(_)) => bail!("this recipe holds all that it needs; leave --primer out"),
        (_, None) => Ok(()),
    }
}

/// The recipe itself, or that in the file of that name: a text, or a MIDI file of ours. As it stands
/// in a MIDI file.
fn line(given: &str) -> anyhow::Result<String> {
    if given.trim_start().starts_with('{') || given.contains(" {") {
        return Ok(Recipe::line_of(given)?);
    }
    let path = Path::new(given);
    let named = || path.display().to_string();
    let length = path.metadata().with_context(named)?.len();
    if length > LONGEST {
        bail!("{}: {length} bytes are no recipe", path.display());
    }
    let bytes = std::fs::read(path).with_context(named)?;
    if bytes.starts_with(b"MThd") {
        let texts = midi::read(&bytes).with_context(named)?.score.texts;
        let line = texts.into_iter().find(|text| Recipe::is_in(text));
        return line.with_context(|| format!("{} holds no recipe of ours", path.display()));
    }
    let text = String::from_utf8(bytes).ok().with_context(|| {
        format!("{} is neither a text nor a MIDI file with a recipe in it", path.display())
    })?;
    Recipe::line_of(&text).with_context(named)
}
