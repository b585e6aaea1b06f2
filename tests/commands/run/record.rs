//! Everything that a training run leaves in its folder, for comparison with another run.

use crate::sandbox::Sandbox;
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

/// A network and segments so small that a step takes no time.
pub const TINY: &str = "--time 6,5 --note 4,3 --batch 2 --segment 16";

impl Sandbox {
    /// Starts the program and waits until its first epoch is done; what it says after that can be
    /// read on.
    pub fn start(&self, line: &str) -> (Child, impl Iterator<Item = String> + use<>) {
        let mut child =
            self.command(line).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        let mut before = Vec::new();
        loop {
            match lines.next() {
                Some(line) if line.contains("epochs a second") => return (child, lines),
                Some(line) => before.push(line),
                None => panic!("{line} ended too early:\n{}", before.join("\n")),
            }
        }
    }

    /// How many epochs a run's metrics hold.
    pub fn epochs(&self, run: &str) -> u64 {
        self.text(&format!("{run}/metrics.csv")).matches('\n').count() as u64 - 1
    }

    /// Everything of a run that depends on nothing but its settings and its music, by name.
    pub fn record(&self, run: &str) -> BTreeMap<String, Vec<u8>> {
        let mut record = BTreeMap::new();
        let root = self.path(run);
        for name in ["config.toml", "dataset.json", "metrics.csv", "model.safetensors", "README.md"]
        {
            record.insert(name.to_owned(), self.bytes(&format!("{run}/{name}")));
        }
        for folder in ["samples", "plots"] {
            for entry in fs::read_dir(root.join(folder)).into_iter().flatten() {
                let path = entry.unwrap().path();
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
                record.insert(name, fs::read(path).unwrap());
            }
        }
        let (step, newest) = checkpoints(&root).pop().expect("a checkpoint");
        record.insert("step".to_owned(), step.to_string().into());
        for name in ["model", "optimizer", "best"] {
            let file = newest.join(format!("{name}.safetensors"));
            if file.exists() {
                record.insert(format!("checkpoint {name}"), fs::read(file).unwrap());
            }
        }
        record.insert("state".to_owned(), timeless_state(&newest));
        let times = self.text(&format!("{run}/times.csv"));
        record.insert("times".to_owned(), times.matches('\n').count().to_string().into());
        record
    }

    /// Asserts that two runs, each in its own sandbox, are the same in everything.
    pub fn assert_same(&self, other: &Sandbox, run: &str) {
        let (mine, theirs) = (self.record(run), other.record(run));
        assert!(mine.keys().eq(theirs.keys()), "{:?}\n{:?}", mine.keys(), theirs.keys());
        for (name, bytes) in mine {
            let text = |bytes: &[u8]| {
                String::from_utf8_lossy(&bytes[..bytes.len().min(3000)]).into_owned()
            };
            let same = bytes == theirs[&name];
            assert!(same, "{name} differs:\n{}\n{}", text(&bytes), text(&theirs[&name]));
        }
    }
}

/// The state of a checkpoint without the time that it took.
fn timeless_state(checkpoint: &Path) -> Vec<u8> {
    let bytes = fs::read(checkpoint.join("state.json")).unwrap();
    let mut state: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    state["state"]["standing"]["seconds"] = 0.into();
    serde_json::to_vec(&state["state"]).unwrap()
}

/// The checkpoints of a run with their epochs, the newest last.
pub fn checkpoints(run: &Path) -> Vec<(u64, PathBuf)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(run.join("checkpoints")).unwrap() {
        let entry = entry.unwrap();
        let step = entry.file_name().to_str().unwrap().strip_prefix("step-").map(str::to_owned);
        found.extend(step.map(|step| (step.parse().unwrap(), entry.path())));
    }
    found.sort();
    found
}

/// All files below a folder with their bytes, but for the lock.
pub fn everything(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    let files = files.filter(|file| file.file_type().is_file() && file.file_name() != ".lock");
    files.map(|file| (file.path().to_owned(), fs::read(file.path()).unwrap())).collect()
}
