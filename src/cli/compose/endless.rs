//! Music without end, part by part.

use super::{Compose, ComposeJob, StepsDone, existing, numbered, write};
use crate::cli::output_args::outputs;
use deep_jammer::composing::Recipe;
use deep_jammer::output::Voice;
use std::path::{Path, PathBuf};

/// Composes one stream and writes a file, or several kinds of one, as soon as a part is ready, until
/// Ctrl-C. Nothing that has been written is kept in memory.
pub fn run(
    command: &Compose,
    job: &ComposeJob,
    seed: u64,
    voice: Option<&Voice>,
) -> anyhow::Result<()> {
    let composer = &job.source.composer;
    let recipe = Recipe { part: Some(1), ..job.recipe(command, seed) };
    let primer = job.primers.of(seed);
    let (_, first) = primer.steps(&recipe);
    let further = recipe.bars.unwrap_or(0) * primer.primer().metre().sixteenths() as usize;
    let steps = StepsDone::of(primer.primer().roll.len() + first);
    let mut piece = job.primers.begin(composer, recipe, &|| steps.one_more())?;
    piece.finish(composer, || steps.one_more())?;
    steps.finish();
    let mut part = 1;
    loop {
        let outputs = outputs(paths(command, seed, part), existing(command))?;
        write(command, &outputs, &piece, &job.primers, None, voice)?;
        part += 1;
        // Before the work, so that none is done for nothing.
        crate::cli::output_args::outputs(paths(command, seed, part), existing(command))?;
        let steps = StepsDone::of(further);
        piece.next_part(composer, || steps.one_more())?;
        steps.finish();
    }
}

/// The files of a part.
pub fn paths(command: &Compose, seed: u64, part: u64) -> Vec<PathBuf> {
    let named = match &command.output[..] {
        [] => vec![PathBuf::from(format!("deep-jammer-{seed}.mid"))],
        paths => paths.to_vec(),
    };
    named.iter().map(|path: &PathBuf| numbered(Path::new(path), part)).collect()
}
