//! A folder in which `evaluate` is run.

use assert_cmd::Command;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::OnceLock;
use tempfile::TempDir;

/// The three pieces of the repository.
const PIECES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/pieces");

/// A folder in which the program is run; `music` holds copies of the three pieces, in folders of
/// two composers, and `run` a run that has learned from two of them.
pub struct Sandbox(pub TempDir);

impl Sandbox {
    pub fn new() -> Sandbox {
        let sandbox = Sandbox(tempfile::tempdir().unwrap());
        for (folder, name) in
            [("bach", "prelude-in-c"), ("petzold", "minuet-in-g"), ("petzold", "study-in-d")]
        {
            let folder = sandbox.path("music").join(folder);
            fs::create_dir_all(&folder).unwrap();
            let file = format!("{name}.mid");
            fs::copy(Path::new(PIECES).join(&file), folder.join(&file)).unwrap();
        }
        sandbox.succeed(
            "train music --run run --time 6,5 --note 4,3 --batch 2 --epochs 3 --validation 0.3",
        );
        sandbox
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn run(&self, line: &str) -> Output {
        let mut command = Command::cargo_bin("deep-jammer").unwrap();
        command.current_dir(self.0.path()).args(line.split_whitespace()).output().unwrap()
    }

    pub fn succeed(&self, line: &str) -> String {
        let output = self.run(line);
        assert_eq!(output.status.code(), Some(0), "{line}\n{}", said(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    pub fn json(&self, line: &str) -> Value {
        serde_json::from_str(&self.succeed(&format!("{line} --json"))).unwrap()
    }

    pub fn fail(&self, line: &str) -> String {
        let output = self.run(line);
        assert_eq!(output.status.code(), Some(1), "{line}\n{}", said(&output));
        let said = said(&output);
        assert!(!said.contains("panicked"), "{said}");
        said
    }

    /// The files of one side of the run, as they are named from here.
    pub fn files(&self, side: &str) -> Vec<String> {
        let dataset = fs::read(self.path("run/dataset.json")).unwrap();
        let dataset: Value = serde_json::from_slice(&dataset).unwrap();
        let files = dataset["files"].as_array().unwrap().iter();
        let of_side = files.filter(|file| file["split"] == side);
        let name =
            |file: &Value| format!("music/{}/{}.mid", text(&file["folder"]), text(&file["name"]));
        of_side.map(name).collect()
    }
}

/// One desk for all tests that change nothing of it.
pub fn sandbox() -> &'static Sandbox {
    static DESK: OnceLock<Sandbox> = OnceLock::new();
    DESK.get_or_init(Sandbox::new)
}

pub fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

pub fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// The names of those who were evaluated.
pub fn listeners(evaluation: &Value) -> Vec<&str> {
    let reports = evaluation["reports"].as_array().unwrap().iter();
    reports.map(|report| text(&report["listener"])).collect()
}
