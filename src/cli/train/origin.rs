//! The model that a training starts from.

use super::super::model_arg::{BUILT_IN, model_file};
use anyhow::{Context, bail};
use deep_jammer::model::{self, Model};
use deep_jammer::network::{Architecture, Preset};
use std::path::{Path, PathBuf};

/// Reads the model of a file, of a run or of the program. Returns it with its place.
pub fn read(from: &Path) -> anyhow::Result<(PathBuf, Model)> {
    if from == Path::new(BUILT_IN) {
        return Ok((from.to_owned(), model::built_in()));
    }
    let path = place(from)?;
    let model = model::read(&path)?;
    Ok((path, model))
}

/// The place of the model of a file, of a run or of the program. It means the same in whatever folder
/// the run is resumed.
pub fn place(from: &Path) -> anyhow::Result<PathBuf> {
    match from == Path::new(BUILT_IN) {
        true => Ok(from.to_owned()),
        false => absolute(&model_file(from)?),
    }
}

/// Checks that the sizes the user asked for, by options or by preset, are those of the `model` at
/// `path`.
pub fn check_sizes(
    asked: &Architecture,
    preset: Option<Preset>,
    model: &Architecture,
    path: &Path,
) -> anyhow::Result<()> {
    let preset = preset.map(Preset::architecture);
    let mut wrong = Vec::new();
    let sizes = |of: &Architecture| {
        [("time", of.time.clone()), ("note", of.note.clone()), ("dense", of.dense.clone())]
    };
    for of in [Some(asked), preset.as_ref()].into_iter().flatten() {
        for ((name, asked), (_, found)) in sizes(of).into_iter().zip(sizes(model)) {
            if asked != found {
                wrong.push(format!("{name} {asked:?} instead of {found:?}"));
            }
        }
    }
    let layout = &asked.layout;
    if *layout != model.layout {
        wrong.push(format!("layout {layout} instead of {}", model.layout));
    }
    if asked.articulation != model.articulation {
        wrong.push(format!("articulation {}", asked.articulation));
    }
    if !wrong.is_empty() {
        bail!(
            "a network that starts from {} must have its sizes: {}; leave the sizes out",
            path.display(),
            wrong.join(", ")
        );
    }
    Ok(())
}

/// An absolute path, which means the same in whatever folder the run is resumed.
pub fn absolute(path: &Path) -> anyhow::Result<PathBuf> {
    std::path::absolute(path).with_context(|| format!("cannot find {}", path.display()))
}
