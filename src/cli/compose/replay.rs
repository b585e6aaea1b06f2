//! `compose --recipe`: a piece of the studio, again.

use super::{Compose, existing};
use crate::cli::progress::Progress;
use crate::cli::voice::{outputs, unless_interrupted};
use crate::cli::{self, Outcome, interruption};
use anyhow::{Context, bail};
use deep_jammer::composing::{Composer, Script, Sitting};
use std::io::Write;
use std::path::{Path, PathBuf};

/// The longest file that may be a recipe, in bytes.
const LONGEST: u64 = 1 << 24;

/// Composes what a recipe says, and writes it.
pub fn run(command: &Compose, recipe: &str) -> anyhow::Result<Outcome> {
    let script = Script::from_text(&text(recipe)?)?;
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
        let mut out = std::io::stdout().lock();
        writeln!(out, "{}", output.path().display()).context("standard output")
    });
    unless_interrupted(written)
}

/// The recipe itself, or what the file of that name holds.
fn text(recipe: &str) -> anyhow::Result<String> {
    if recipe.trim_start().starts_with('{') {
        return Ok(recipe.to_owned());
    }
    let path = Path::new(recipe);
    let length = path.metadata().with_context(|| path.display().to_string())?.len();
    if length > LONGEST {
        bail!("{}: {length} bytes are no recipe", path.display());
    }
    std::fs::read_to_string(path).with_context(|| path.display().to_string())
}
