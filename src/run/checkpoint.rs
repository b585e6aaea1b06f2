//! Checkpoints: everything that a run needs to continue as if it had never stopped.
//!
//! `checkpoints/step-N` contains `model.safetensors` (the model after N epochs),
//! `optimizer.safetensors` (the tensors of the trainer's snapshot), `best.safetensors` (the
//! best model so far, if one has been validated), and `state.json`: the rest of the state, and
//! the length and SHA-256 of the other files. A checkpoint is written as `.step-N.partial`,
//! synced, and then renamed.

use super::Config;
use crate::atomic_file::{AtomicFileError, rename, sync, sync_folder};
use crate::fingerprint::sha256;
use crate::model;
use crate::training::{Progress, Snapshot, TrainerState};
use safetensors::tensor::TensorView;
use safetensors::{Dtype, SafeTensors};
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The version of the format.
const FORMAT: u32 = 1;

const MODEL: &str = "model.safetensors";
const OPTIMIZER: &str = "optimizer.safetensors";
const BEST: &str = "best.safetensors";
const STATE: &str = "state.json";

/// The state of a run, apart from its trainer.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunState {
    /// The best of the scheduled validations.
    pub best: Option<Best>,
    /// The last of them, in nats per step.
    pub last: Option<f64>,
    /// How many validations in a row have not improved on the best.
    pub without_improvement: u64,
    /// Seconds of training so far, including those before a resume.
    pub seconds: f64,
    /// The loss of the last epoch, if its validation was interrupted: its row, its sample
    /// and its checkpoint are still to be written.
    pub unfinished: Option<Progress>,
}

/// The best validation.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Best {
    /// The epoch after which it was made.
    pub epoch: u64,
    /// The loss in nats per step.
    pub nats: f64,
}

/// A checkpoint that has been read and whose files match their hashes.
#[derive(Debug)]
pub struct Checkpoint {
    /// Its folder.
    pub path: PathBuf,
    /// The configuration of the run.
    pub config: Config,
    /// The fingerprint of its dataset.
    pub dataset: String,
    /// The state of the run.
    pub run_state: RunState,
    /// The state of its trainer.
    pub snapshot: Snapshot,
    /// The model to compose with: the best one, or the last one if none was validated.
    pub model: PathBuf,
}

/// The content of a checkpoint that is to be saved.
#[derive(Debug, Clone, Copy)]
pub struct Contents<'a> {
    /// The configuration.
    pub config: &'a Config,
    /// The fingerprint of the dataset.
    pub dataset: &'a str,
    /// The state of the run.
    pub run_state: &'a RunState,
    /// The state of the trainer.
    pub snapshot: &'a Snapshot,
    /// The content of the file of the model as it is now.
    pub model: &'a [u8],
    /// The content of the best model's file, if a model has been validated.
    pub best: Option<&'a [u8]>,
}

/// A checkpoint that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DamagedCheckpoint {
    /// Its folder.
    pub path: PathBuf,
    /// What is wrong with it.
    pub what: String,
}

/// Why a checkpoint was not saved. Those that were there before are unchanged.
#[derive(Debug, thiserror::Error)]
pub enum CheckpointError {
    /// A file cannot be written.
    #[error(transparent)]
    Writing(#[from] AtomicFileError),
    /// What was written could not be read back.
    #[error("the checkpoint {0}: it could not be read back, so it was not kept")]
    Unreadable(DamagedCheckpoint),
}

/// There is no checkpoint to resume from.
#[derive(Debug, thiserror::Error)]
#[error(
    "there is no intact checkpoint in {}{}; start the run again",
    path.display(),
    damaged.iter().map(|damaged| format!(" ({damaged})")).collect::<String>()
)]
pub struct NoCheckpoint {
    /// The folder of checkpoints.
    pub path: PathBuf,
    /// The damaged checkpoints.
    pub damaged: Vec<DamagedCheckpoint>,
}

impl std::fmt::Display for DamagedCheckpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.what)
    }
}

/// `state.json`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StateFile {
    format: u32,
    /// The SHA-256 of the state's text.
    sha256: String,
    state: Box<RawValue>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct State {
    files: BTreeMap<String, FileDigest>,
    config: Config,
    dataset: String,
    #[serde(rename = "standing")]
    run_state: RunState,
    trainer: TrainerState,
}

/// The length and the hash of a file, which show whether it has changed.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileDigest {
    bytes: u64,
    sha256: String,
}

impl FileDigest {
    fn of(bytes: &[u8]) -> FileDigest {
        FileDigest { bytes: bytes.len() as u64, sha256: sha256(bytes) }
    }
}

/// Saves a checkpoint atomically, and then removes all but the `keep` newest. It takes its place
/// only when it has been read back as a resume reads it.
pub fn save(
    checkpoints: &Path,
    contents: Contents<'_>,
    keep: usize,
) -> Result<PathBuf, CheckpointError> {
    let epoch = contents.snapshot.state.epochs;
    let place = checkpoints.join(format!("step-{epoch}"));
    let partial = checkpoints.join(format!(".step-{epoch}.partial"));
    fs::create_dir_all(checkpoints).map_err(system_error(checkpoints))?;
    remove(&partial).map_err(system_error(&partial))?;
    fs::create_dir(&partial).map_err(system_error(&partial))?;
    let unreadable =
        |what| CheckpointError::Unreadable(DamagedCheckpoint { path: place.clone(), what });
    let filled = fill(checkpoints, &partial, contents).map_err(CheckpointError::from);
    if let Err(error) = filled.and_then(|()| read(&partial).map(|_| ()).map_err(unreadable)) {
        // An incomplete checkpoint is useless, and its space is needed on a full disk.
        let _ = remove(&partial);
        return Err(error);
    }
    if place.exists() {
        // A damaged checkpoint of this epoch, or one that a resume from an earlier one
        // has reached again.
        let old = checkpoints.join(format!(".step-{epoch}.old"));
        remove(&old).and_then(|()| rename(&place, &old)).map_err(system_error(&place))?;
    }
    rename(&partial, &place).map_err(system_error(&place))?;
    sync_folder(checkpoints).map_err(system_error(checkpoints))?;
    prune(checkpoints, epoch, keep).map_err(system_error(checkpoints))?;
    Ok(place)
}

fn fill(checkpoints: &Path, partial: &Path, contents: Contents<'_>) -> Result<(), AtomicFileError> {
    let Contents { config, dataset, run_state, snapshot, model, best } = contents;
    let mut files = BTreeMap::new();
    let mut keep = |name: &str, bytes: &[u8]| {
        files.insert(name.to_owned(), FileDigest::of(bytes));
        write(&partial.join(name), bytes)
    };
    keep(MODEL, model)?;
    keep(OPTIMIZER, &to_safetensors(snapshot))?;
    if let Some(bytes) = best {
        if link_best(checkpoints, partial, bytes) {
            files.insert(BEST.to_owned(), FileDigest::of(bytes));
        } else {
            keep(BEST, bytes)?;
        }
    }
    let state = State {
        files,
        config: config.clone(),
        dataset: dataset.to_owned(),
        run_state: *run_state,
        trainer: snapshot.state.clone(),
    };
    let state = to_raw_value(&state).expect("a state is always JSON");
    let sha256 = FileDigest::of(state.get().as_bytes()).sha256;
    let file = StateFile { format: FORMAT, sha256, state };
    let json = serde_json::to_vec(&file).expect("a state is always JSON");
    write(&partial.join(STATE), &json)?;
    sync_folder(partial).map_err(system_error(partial))
}

/// Hard-links the best model of an earlier checkpoint if it is the same one, which takes no
/// space. The run's own `model.safetensors` is never linked: a user who writes to it would
/// change the checkpoints.
fn link_best(checkpoints: &Path, partial: &Path, bytes: &[u8]) -> bool {
    let earlier = fs::read_dir(checkpoints).into_iter().flatten().flatten();
    let is_checkpoint = |name: &std::ffi::OsStr| name.to_string_lossy().starts_with("step-");
    let earlier = earlier.filter(|entry| is_checkpoint(&entry.file_name()));
    let mut files = earlier.map(|entry| entry.path().join(BEST));
    files.any(|file| {
        fs::read(&file).is_ok_and(|found| found == bytes)
            && fs::hard_link(&file, partial.join(BEST)).is_ok()
    })
}

fn system_error(path: &Path) -> impl Fn(io::Error) -> AtomicFileError + '_ {
    move |reason| AtomicFileError::System { path: path.to_owned(), reason }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), AtomicFileError> {
    let written = File::create_new(path)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| sync(&file)));
    written.map_err(system_error(path))
}

fn to_safetensors(snapshot: &Snapshot) -> Vec<u8> {
    let bytes = |values: &Vec<f32>| values.iter().flat_map(|value| value.to_le_bytes()).collect();
    let tensors: BTreeMap<&str, Vec<u8>> =
        snapshot.tensors.iter().map(|(name, values)| (name.as_str(), bytes(values))).collect();
    let views = tensors.iter().map(|(name, bytes)| {
        let view = TensorView::new(Dtype::F32, vec![bytes.len() / 4], bytes);
        (*name, view.expect("a view as long as its tensor"))
    });
    safetensors::serialize(views, None).expect("tensors without gaps")
}

/// Removes all checkpoints up to `epoch` except the newest `keep`, and all later ones: a resume
/// has undone their epochs.
fn prune(checkpoints: &Path, epoch: u64, keep: usize) -> io::Result<()> {
    let (good, undone): (Vec<_>, Vec<_>) =
        found(checkpoints)?.into_iter().partition(|&(step, _)| step <= epoch);
    for (step, path) in good.into_iter().skip(keep).chain(undone) {
        // Renamed first, so that a partly removed checkpoint never has a complete one's
        // name.
        let old = checkpoints.join(format!(".step-{step}.old"));
        remove(&old)?;
        rename(&path, &old)?;
    }
    sweep(checkpoints)
}

/// Removes what a killed process has left partly written or partly removed.
pub fn sweep(checkpoints: &Path) -> io::Result<()> {
    let Ok(entries) = fs::read_dir(checkpoints) else { return Ok(()) };
    for entry in entries {
        let entry = entry?;
        if entry.file_name().as_encoded_bytes().starts_with(b".step-") {
            remove(&entry.path())?;
        }
    }
    Ok(())
}

/// The checkpoints in a folder, intact or damaged, with their epochs, the newest first.
fn found(checkpoints: &Path) -> io::Result<Vec<(u64, PathBuf)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(checkpoints)? {
        let entry = entry?;
        let name = entry.file_name();
        let step = name.to_str().and_then(|name| name.strip_prefix("step-")?.parse().ok());
        found.extend(step.map(|step: u64| (step, entry.path())));
    }
    found.sort_by_key(|&(step, _)| std::cmp::Reverse(step));
    Ok(found)
}

fn remove(folder: &Path) -> io::Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Reads the newest intact checkpoint, and lists newer ones that are damaged.
pub fn newest(checkpoints: &Path) -> Result<(Checkpoint, Vec<DamagedCheckpoint>), NoCheckpoint> {
    let mut damaged = Vec::new();
    for (_, path) in found(checkpoints).unwrap_or_default() {
        match read(&path) {
            Ok(checkpoint) => return Ok((checkpoint, damaged)),
            Err(what) => damaged.push(DamagedCheckpoint { path, what }),
        }
    }
    Err(NoCheckpoint { path: checkpoints.to_owned(), damaged })
}

/// The newest checkpoint, judged by its name alone.
pub fn newest_path(checkpoints: &Path) -> Option<PathBuf> {
    found(checkpoints).ok()?.into_iter().map(|(_, path)| path).find(|path| read(path).is_ok())
}

fn read(path: &Path) -> Result<Checkpoint, String> {
    let bytes_of = |name: &str| {
        fs::read(path.join(name)).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => format!("{name} is missing"),
            _ => format!("{name} cannot be read ({error})"),
        })
    };
    let damaged = |name: &str| format!("{name} is damaged");
    let json = bytes_of(STATE)?;
    let file: StateFile = serde_json::from_slice(&json).map_err(|_| damaged(STATE))?;
    if file.format != FORMAT {
        return Err(format!(
            "it is of format {}, and this program reads format {FORMAT}",
            file.format
        ));
    }
    if FileDigest::of(file.state.get().as_bytes()).sha256 != file.sha256 {
        return Err(damaged(STATE));
    }
    let state: State = serde_json::from_str(file.state.get())
        .map_err(|error| format!("{STATE} is of another version ({error})"))?;
    let mut sealed = BTreeMap::new();
    for (name, seal) in &state.files {
        let bytes = bytes_of(name)?;
        if bytes.len() as u64 != seal.bytes {
            return Err(format!("{name} has {} bytes instead of {}", bytes.len(), seal.bytes));
        }
        if FileDigest::of(&bytes) != *seal {
            return Err(format!("{name} is not what was written"));
        }
        sealed.insert(name.as_str(), bytes);
    }
    let tensors = sealed.get(OPTIMIZER).and_then(|bytes| from_safetensors(bytes));
    let model = if sealed.contains_key(BEST) { BEST } else { MODEL };
    let bytes = sealed.get(model).ok_or_else(|| format!("{model} is missing"))?;
    model::from_bytes(bytes).map_err(|fault| format!("{model} {fault}"))?;
    Ok(Checkpoint {
        model: path.join(model),
        path: path.to_owned(),
        config: state.config,
        dataset: state.dataset,
        run_state: state.run_state,
        snapshot: Snapshot {
            state: state.trainer,
            tensors: tensors.ok_or_else(|| damaged(OPTIMIZER))?,
        },
    })
}

fn from_safetensors(bytes: &[u8]) -> Option<BTreeMap<String, Vec<f32>>> {
    let file = SafeTensors::deserialize(bytes).ok()?;
    let values = |data: &[u8]| {
        data.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
    };
    let tensors = file.tensors().into_iter();
    Some(tensors.map(|(name, view)| (name, values(view.data()))).collect())
}
