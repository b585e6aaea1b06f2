//! `compose --recipe`: a piece of the studio, again.

use super::{Compose, existing, tell};
use crate::cli::progress::Progress;
use crate::cli::voice::{outputs, unless_interrupted};
use crate::cli::{self, Outcome, interruption};
use anyhow::{Context, bail};
use deep_jammer::composing::{Composer, Recipe, Script, Sitting};
use deep_jammer::midi;
use std::path::{Path, PathBuf};

/// How a recipe begins in a MIDI file.
const OURS: &str = "deep-jammer ";

/// The longest file that may be a recipe, in bytes.
const LONGEST: u64 = 1 << 24;

/// Composes what a recipe says, and writes it.
pub fn run(command: &Compose, recipe: &str) -> anyhow::Result<Outcome> {
    let script = script(recipe)?;
    if script.steps == 0 {
        bail!("this recipe says nothing of how long the piece is; copy it while the piece plays");
    }
    let paths = match &command.output[..] {
        [] => vec![PathBuf::from(format!("deep-jammer-{}.mid", script.seed))],
        paths => paths.to_vec(),
    };
    let outputs = outputs(paths, existing(command))?;
    let voice = command.voice.voice(&outputs)?;
    let model = cli::model(&command.model)?;
    if model.fingerprint() != script.model {
        bail!(
            "this recipe is for the model {}, and {} is {}; give the one it is for with --model",
            script.model,
            command.model.display(),
            model.fingerprint()
        );
    }
    interruption::listen("Leaving what is not ready.")?;
    let composer = Composer::new(&model);
    let (seed, steps) = (script.seed, script.steps);
    let mut sitting = Sitting::begin(&composer, &model.primers, script)?;
    let mut progress = Progress::new(steps as u64, "steps");
    let whole = sitting.perform(&composer, |done| {
        progress.show(done.min(steps) as u64, "");
        !interruption::asked()
    });
    progress.finish();
    if !whole {
        return Ok(Outcome::Interrupted);
    }
    let title = format!("Deep Jammer, seed {seed}");
    let score = sitting.score(0, steps, &title);
    let written = outputs.iter().try_for_each(|output| {
        let go_on = &mut |_| !interruption::asked();
        output.write(&score, &title, voice.as_ref(), existing(command), go_on)?;
        tell(output.path())
    });
    unless_interrupted(written)
}

/// The recipe itself, or that in the file of that name: a text, or a MIDI file that the studio wrote.
fn script(recipe: &str) -> anyhow::Result<Script> {
    if recipe.trim_start().starts_with('{') {
        return Ok(Script::from_text(recipe)?);
    }
    if recipe.contains(" {") {
        return of_a_line(recipe);
    }
    let path = Path::new(recipe);
    let named = || path.display().to_string();
    let length = path.metadata().with_context(named)?.len();
    if length > LONGEST {
        bail!("{}: {length} bytes are no recipe", path.display());
    }
    let bytes = std::fs::read(path).with_context(named)?;
    if bytes.starts_with(b"MThd") {
        let texts = midi::read(&bytes).with_context(named)?.score.texts;
        let line = texts.iter().find(|text| text.starts_with(OURS));
        let line = line.with_context(|| format!("{} holds no recipe of ours", path.display()))?;
        return of_a_line(line).with_context(named);
    }
    let text = String::from_utf8(bytes).ok().with_context(|| {
        format!("{} is neither a text nor a MIDI file with a recipe in it", path.display())
    })?;
    match text.trim_start().starts_with('{') {
        true => Ok(Script::from_text(&text)?),
        false => of_a_line(&text),
    }
}

/// A recipe as it stands in a MIDI file. One of `compose` is not played here, as that takes options,
/// which are said.
fn of_a_line(line: &str) -> anyhow::Result<Script> {
    let line = line.trim();
    if let Some(script) = line.strip_prefix("deep-jammer studio ") {
        return Ok(Script::from_text(script)?);
    }
    if let Some(recipe) = Recipe::from_text(line) {
        bail!(
            "this is no recipe of the studio but one of compose; so the piece is composed again:\n  \
             deep-jammer compose {}",
            recipe.options()
        );
    }
    Ok(Script::from_text(line)?)
}
