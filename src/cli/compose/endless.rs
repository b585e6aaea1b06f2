//! Music without end, piece by piece.

use super::{Compose, ComposeJob, existing, numbered, write};
use crate::cli::progress::Progress;
use crate::cli::{INTERRUPTED, interruption};
use deep_jammer::output::Voice;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Composes one stream and writes a file, or several kinds of one, as soon as a piece is ready, until
/// Ctrl-C. Nothing is kept of what has been written.
pub fn run(
    command: &Compose,
    workshop: &ComposeJob,
    seed: u64,
    voice: Option<&Voice>,
) -> anyhow::Result<()> {
    let composition = workshop.composition(command, seed);
    let composer = &workshop.source.composer;
    let ready = workshop.primers.of(seed);
    let told = |progress: &Mutex<Progress>, step: usize| {
        if interruption::requested() {
            std::process::exit(i32::from(INTERRUPTED));
        }
        if let Ok(mut progress) = progress.try_lock() {
            progress.show(step as u64, "");
        }
    };
    let progress = Mutex::new(Progress::new(ready.primer.roll.len() as u64, "steps heard"));
    let mut form = composition.begin_after(ready.heard(composer, |step| told(&progress, step)));
    for part in 1.. {
        // Before the work, so that none is done for nothing.
        let outputs =
            crate::cli::output_args::outputs(paths(command, seed, part), existing(command))?;
        let steps = if part == 1 { composition.steps() } else { composition.steps_of_bars() };
        let progress = Mutex::new(Progress::new(steps as u64, "steps"));
        let told = |step| told(&progress, step);
        let roll = match part {
            1 => composition.first(composer, &mut form, told),
            _ => composition.next(composer, &mut form, told),
        };
        progress.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner()).finish();
        let mut recipe = workshop.recipe(command, seed);
        recipe.part = Some(part);
        recipe.with_primer &= part == 1;
        write(command, &outputs, &roll, &recipe, voice)?;
    }
    Ok(())
}

/// The files of a piece.
pub fn paths(command: &Compose, seed: u64, part: u64) -> Vec<PathBuf> {
    let named = match &command.output[..] {
        [] => vec![PathBuf::from(format!("deep-jammer-{seed}.mid"))],
        paths => paths.to_vec(),
    };
    named.iter().map(|path: &PathBuf| numbered(Path::new(path), part)).collect()
}
