//! Real music.

use crate::cli::{BUILT_IN, learned, model};
use anyhow::bail;
use deep_jammer::corpus;
use deep_jammer::originality::TrainingMusic;
use deep_jammer::run::RunFolder;
use std::path::{Path, PathBuf};

/// The real pieces among and under some paths; of runs and models, those that they have learned from.
pub(super) fn real(paths: &[PathBuf]) -> anyhow::Result<TrainingMusic> {
    let (model_arg, files): (Vec<_>, Vec<_>) = paths.iter().partition(|path| is_trained(path));
    let mut real = TrainingMusic::default();
    for path in model_arg {
        real.add(learned(model(path)?.training_music.as_ref(), path)?);
    }
    if !files.is_empty() {
        let corpus = corpus::read(&files)?;
        for failure in &corpus.failures {
            eprintln!("skipped {}", failure.reason);
        }
        real.add(TrainingMusic::of(&corpus.pieces));
    }
    real.pieces.retain(|piece| !piece.roll.is_empty());
    if real.is_empty() {
        bail!("none of the real pieces could be read");
    }
    Ok(real)
}

/// Whether something is a training run or a model, and no music.
fn is_trained(path: &Path) -> bool {
    let folder = RunFolder::new(path);
    let model = path.extension().is_some_and(|extension| extension == "safetensors");
    let built_in = path == Path::new(BUILT_IN);
    model || built_in || folder.config().is_file() && folder.dataset().is_file()
}
