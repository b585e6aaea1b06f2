//! A folder in which the program is run, as a user would.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use tempfile::TempDir;

/// The three pieces of the repository.
pub const PIECES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/pieces");

/// A network and segments so small that a step takes no time.
pub const TINY: &str = "--time 6,5 --note 4,3 --batch 2 --segment 16";

/// The program.
pub fn program() -> PathBuf {
    assert_cmd::cargo::cargo_bin!("deep-jammer").to_owned()
}

/// A folder of its own for each test.
pub struct Sandbox(pub TempDir);

impl Sandbox {
    pub fn new() -> Sandbox {
        Sandbox(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), bytes).unwrap();
    }

    pub fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub fn text(&self, name: &str) -> String {
        String::from_utf8(self.bytes(name)).unwrap()
    }

    /// The program with these words; PIECES stands for the repository's pieces.
    pub fn command(&self, line: &str) -> Command {
        let mut command = Command::new(program());
        let words = line.split_whitespace().map(|word| word.replace("PIECES", PIECES));
        command.current_dir(self.0.path()).args(words).stdin(Stdio::null());
        command
    }

    pub fn run(&self, line: &str) -> Output {
        self.command(line).output().unwrap()
    }

    /// What the program says when it succeeds.
    pub fn succeed(&self, line: &str) -> String {
        let output = self.run(line);
        assert_eq!(output.status.code(), Some(0), "{line}\n{}", said(&output));
        said(&output)
    }

    /// The one error that the program says when it fails, in a line or two.
    pub fn fail(&self, line: &str) -> String {
        let output = self.run(line);
        assert_eq!(output.status.code(), Some(1), "{line}\n{}", said(&output));
        error_of(&said(&output))
    }

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

    /// Asserts that two runs, each on its own desk, are the same in everything.
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

pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The error among all that was said; it is the last that is said, and takes a few lines at most.
pub fn error_of(said: &str) -> String {
    let (_, error) = said.split_once("deep-jammer: ").unwrap_or_else(|| panic!("no error: {said}"));
    assert!(error.trim_end().lines().count() <= 3, "{error}");
    assert!(!error.contains("panicked"), "{error}");
    error.to_owned()
}

/// Sends a signal by its name.
pub fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status();
    assert!(sent.unwrap().success());
}
