//! Models and their training music: files, runs, and the built-in model.

use anyhow::{Context, anyhow, bail};
use deep_jammer::model::{self, Model};
use deep_jammer::originality::{Packed, TrainingMusic};
use deep_jammer::run::{RunFolder, training_music};
use std::path::{Path, PathBuf};

/// The name of the built-in model.
pub const BUILT_IN: &str = "built-in";

/// The model of a file or of a run, or the built-in one.
pub fn model(path: &Path) -> anyhow::Result<Model> {
    match path == Path::new(BUILT_IN) {
        true => Ok(model::built_in()),
        false => Ok(model::read(&model_file(path)?)?),
    }
}

/// The model's file, if the user names a file or a run.
pub fn model_file(path: &Path) -> anyhow::Result<PathBuf> {
    if !path.is_dir() {
        return Ok(path.to_owned());
    }
    let file = RunFolder::new(path).model();
    if !file.exists() {
        bail!(
            "the folder {} holds no model.safetensors; is it the --run of a training?",
            path.display(),
        );
    }
    Ok(file)
}

/// The training music of a network: as its model carries it, or else from the files of its run, if they
/// have not changed. `path` is where the model was read.
pub fn learned(carried: Option<&Packed>, path: &Path) -> anyhow::Result<TrainingMusic> {
    if let Some(packed) = carried {
        return packed.unpack().with_context(|| path.display().to_string());
    }
    let file = model_file(path)?;
    let folder = file.parent().map(RunFolder::new).filter(|folder| folder.dataset().is_file());
    let carries_none = format!(
        "{} does not carry the music that it has learned from, so it cannot tell what is copied",
        file.display()
    );
    match folder {
        Some(folder) => training_music(&folder).map_err(|error| {
            anyhow!("{carries_none}; and in {}: {error}", folder.dataset().display())
        }),
        None => bail!("{carries_none}; name the folder of its run instead"),
    }
}
