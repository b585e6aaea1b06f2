//! The folder of a run: where its files are, and which process is training in it.

use super::checkpoint;
use super::metrics::METRICS_FILE;
use super::plots::PLOTS_FOLDER;
use super::samples::SAMPLES_FOLDER;
use super::times::TIMES_FILE;
use crate::atomic_file;
use crate::output::Kind;
use crate::picture::Format;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// The folder of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunFolder {
    path: PathBuf,
}

/// The right to train a run, which one process has at a time. It ends when the value is
/// dropped, or with the process, however that ends.
#[derive(Debug)]
pub struct Lock(#[allow(dead_code, reason = "held, not read")] Option<File>);

/// Why a run's folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Another process is training in the folder.
    #[error(
        "another deep-jammer is training in {}; wait until it has finished, or stop it",
        .0.display()
    )]
    Busy(PathBuf),
    /// The operating system refused.
    #[error("cannot {what} {}: {reason}", path.display())]
    System {
        /// What failed.
        what: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The operating system's reason.
        reason: io::Error,
    },
}

impl RunFolder {
    /// The folder at a path. It need not exist.
    pub fn new(path: &Path) -> RunFolder {
        RunFolder { path: path.to_owned() }
    }

    /// The folder itself.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The configuration. It is written last, so a run has begun if it exists.
    pub fn config(&self) -> PathBuf {
        self.path.join("config.toml")
    }

    /// The list of the run's files and their splits.
    pub fn dataset(&self) -> PathBuf {
        self.path.join("dataset.json")
    }

    /// The loss of every epoch.
    pub fn metrics(&self) -> PathBuf {
        self.path.join(METRICS_FILE)
    }

    /// The time at which every epoch ended.
    pub fn times(&self) -> PathBuf {
        self.path.join(TIMES_FILE)
    }

    /// The model to compose with.
    pub fn model(&self) -> PathBuf {
        self.path.join("model.safetensors")
    }

    /// The model card.
    pub fn card(&self) -> PathBuf {
        self.path.join("README.md")
    }

    /// The folder of checkpoints.
    pub fn checkpoints(&self) -> PathBuf {
        self.path.join("checkpoints")
    }

    /// The folder of sample compositions.
    pub fn samples(&self) -> PathBuf {
        self.path.join(SAMPLES_FOLDER)
    }

    /// The folder of plots.
    pub fn plots(&self) -> PathBuf {
        self.path.join(PLOTS_FOLDER)
    }

    /// A file that a new run would overwrite, if there is one.
    pub fn existing_file(&self) -> Option<PathBuf> {
        let files = self.files().into_iter();
        files.chain([self.checkpoints(), self.samples(), self.plots()]).find(|path| path.exists())
    }

    fn files(&self) -> [PathBuf; 6] {
        // The configuration first: without it the rest is no longer a run.
        [self.config(), self.dataset(), self.metrics(), self.times(), self.model(), self.card()]
    }

    /// Creates the folder and locks it for this process.
    pub fn lock(&self) -> Result<Lock, FolderError> {
        fs::create_dir_all(&self.path).map_err(self.failed("make the folder", &self.path))?;
        let path = self.path.join(".lock");
        let open = File::options().create(true).truncate(false).write(true).open(&path);
        let file = open.map_err(self.failed("write", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(Lock(Some(file))),
            Err(TryLockError::WouldBlock) => Err(FolderError::Busy(self.path.clone())),
            // A file system without locks is no reason not to train.
            Err(TryLockError::Error(_)) => Ok(Lock(None)),
        }
    }

    /// Removes a run's files, and nothing else.
    pub fn clear(&self) -> Result<(), FolderError> {
        for file in self.files() {
            self.remove(&file)?;
        }
        let sample = [Kind::Midi, Kind::Picture(Format::Png)].map(Some);
        let of_a_run = |folder: &Path, name: &str| match name.split_once('-') {
            Some(("step" | ".step", _)) => folder == self.checkpoints(),
            Some(("epoch", rest)) => {
                folder == self.samples() && sample.contains(&Kind::of(Path::new(rest)))
            }
            _ => {
                folder == self.plots()
                    && ["loss.svg", "loss.png", "growth.svg", "growth.png"].contains(&name)
            }
        };
        for folder in [self.checkpoints(), self.samples(), self.plots()] {
            let Ok(entries) = fs::read_dir(&folder) else { continue };
            for entry in entries.flatten() {
                if entry.file_name().to_str().is_some_and(|name| of_a_run(&folder, name)) {
                    self.remove(&entry.path())?;
                }
            }
            // A folder that is not empty contains files of the user, and stays.
            let _ = fs::remove_dir(&folder);
        }
        self.sweep()
    }

    /// Removes the samples of epochs after `epoch`: a resume composes them again when it
    /// gets there.
    pub(super) fn cut_samples(&self, epoch: u64) -> Result<(), FolderError> {
        let Ok(entries) = fs::read_dir(self.samples()) else { return Ok(()) };
        for path in entries.flatten().map(|entry| entry.path()) {
            let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
            let of = name.strip_prefix("epoch-").and_then(|digits| digits.parse().ok());
            if of.is_some_and(|of: u64| of > epoch) {
                self.remove(&path)?;
            }
        }
        Ok(())
    }

    /// Removes what a killed process has left half written or half removed.
    pub fn sweep(&self) -> Result<(), FolderError> {
        let checkpoints = self.checkpoints();
        checkpoint::sweep(&checkpoints).map_err(self.failed("tidy up", &checkpoints))?;
        for folder in [self.path.clone(), self.samples(), self.plots()] {
            if folder.is_dir() {
                atomic_file::sweep(&folder).map_err(self.failed("tidy up", &folder))?;
            }
        }
        Ok(())
    }

    fn remove(&self, path: &Path) -> Result<(), FolderError> {
        let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
        match removed {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(self.failed("remove", path)(error))
            }
            _ => Ok(()),
        }
    }

    fn failed(&self, what: &'static str, path: &Path) -> impl Fn(io::Error) -> FolderError + use<> {
        let path = path.to_owned();
        move |reason| FolderError::System { what, path: path.clone(), reason }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_is_cleared_leaves_what_is_not_of_it() {
        let root = tempfile::tempdir().unwrap();
        let folder = RunFolder::new(root.path());
        assert_eq!(folder.existing_file(), None);
        fs::create_dir_all(root.path().join("checkpoints/step-10")).unwrap();
        fs::create_dir_all(root.path().join("samples")).unwrap();
        fs::create_dir_all(root.path().join("plots")).unwrap();
        let of_the_run = [
            "config.toml",
            "metrics.csv",
            "checkpoints/step-10/state.json",
            "samples/epoch-000100.mid",
            "plots/loss.svg",
        ];
        let mine = ["notes.txt", "samples/mine.mid", "plots/epoch-1.mid"];
        for name in of_the_run.iter().chain(&mine) {
            fs::write(root.path().join(name), "").unwrap();
        }
        assert_eq!(folder.existing_file(), Some(folder.config()));
        folder.clear().unwrap();
        for name in of_the_run {
            assert!(!root.path().join(name).exists(), "{name}");
        }
        for name in mine {
            assert!(root.path().join(name).exists(), "{name}");
        }
        assert!(!folder.checkpoints().exists());
    }

    #[test]
    fn samples_of_later_epochs_are_taken_back_and_no_others() {
        let root = tempfile::tempdir().unwrap();
        let folder = RunFolder::new(root.path());
        folder.cut_samples(0).unwrap();
        fs::create_dir(folder.samples()).unwrap();
        let kept = ["epoch-000100.mid", "epoch-000100.png", "mine.mid"];
        let gone = ["epoch-000200.mid", "epoch-000200.png"];
        for name in kept.iter().chain(&gone) {
            fs::write(folder.samples().join(name), "").unwrap();
        }
        folder.cut_samples(150).unwrap();
        assert!(kept.iter().all(|name| folder.samples().join(name).exists()));
        assert!(!gone.iter().any(|name| folder.samples().join(name).exists()));
    }

    #[test]
    fn a_folder_is_trained_in_by_one_at_a_time() {
        let root = tempfile::tempdir().unwrap();
        let folder = RunFolder::new(&root.path().join("new"));
        let lock = folder.lock().unwrap();
        let error = folder.lock().unwrap_err().to_string();
        assert!(error.contains("another deep-jammer"), "{error}");
        drop(lock);
        folder.lock().unwrap();
    }
}
