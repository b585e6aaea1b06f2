//! Real music, and music that a network has learned from.

use anyhow::{Context, anyhow, bail};
use deep_jammer::corpus;
use deep_jammer::model;
use deep_jammer::originality::Repertoire;
use deep_jammer::run::{RunFolder, repertoire};
use std::path::{Path, PathBuf};

/// The real pieces among and under some paths; of runs and models, those that they have learned from.
pub(super) fn real(paths: &[PathBuf]) -> anyhow::Result<Repertoire> {
    let (trained, files): (Vec<_>, Vec<_>) = paths.iter().partition(|path| is_trained(path));
    let mut real = Repertoire::default();
    for path in trained {
        real.add(learned(path)?);
    }
    if !files.is_empty() {
        let corpus = corpus::read(&files)?;
        for failure in &corpus.failures {
            eprintln!("skipped {}", failure.reason);
        }
        real.add(Repertoire::of(&corpus.pieces));
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
    model || folder.config().is_file() && folder.dataset().is_file()
}

/// What a network has learned from: as its model carries it, or else from the files of its run, if
/// they are what they were.
pub(super) fn learned(path: &Path) -> anyhow::Result<Repertoire> {
    let file = super::super::model_file(path)?;
    let model = model::read(&file)?;
    if let Some(packed) = model.repertoire {
        return packed.unpack().with_context(|| file.display().to_string());
    }
    let folder = file.parent().map(RunFolder::new).filter(|folder| folder.dataset().is_file());
    let carries_none = format!(
        "{} does not carry the music that it has learned from, so it cannot tell what is copied",
        file.display()
    );
    match folder {
        Some(folder) => repertoire(&folder).map_err(|error| {
            anyhow!("{carries_none}; and in {}: {error}", folder.dataset().display())
        }),
        None => bail!("{carries_none}; give that music with --with, or the folder of its run"),
    }
}
