//! Reads real music: MIDI files, and the training music of runs and models.

use crate::cli::skipped::report_skipped;
use crate::cli::{BUILT_IN, learned, model};
use anyhow::bail;
use deep_jammer::corpus;
use deep_jammer::originality::TrainingMusic;
use deep_jammer::run::RunFolder;
use std::path::{Path, PathBuf};

/// Reads the real pieces in files and folders. Runs and models stand for their training music.
pub(super) fn read(paths: &[PathBuf]) -> anyhow::Result<TrainingMusic> {
    let (models, files): (Vec<_>, Vec<_>) = paths.iter().partition(|path| is_run_or_model(path));
    let mut real = TrainingMusic::default();
    for path in models {
        real.add(learned(model(path)?.training_music.as_ref(), path)?);
    }
    if !files.is_empty() {
        let corpus = corpus::read(&files)?;
        report_skipped(&corpus.failures);
        real.add(TrainingMusic::of(&corpus.pieces));
    }
    real.pieces.retain(|piece| !piece.roll.is_empty());
    if real.is_empty() {
        bail!("none of the real pieces could be read");
    }
    Ok(real)
}

/// Whether a path is a training run or a model, not music.
fn is_run_or_model(path: &Path) -> bool {
    let folder = RunFolder::new(path);
    let model = path.extension().is_some_and(|extension| extension == "safetensors");
    let built_in = path == Path::new(BUILT_IN);
    model || built_in || folder.config().is_file() && folder.dataset().is_file()
}
