//! Where the program is run, and what it leaves there.

use assert_cmd::Command;
use deep_jammer::composing::Recipe;
use deep_jammer::midi;
use deep_jammer::score::Score;
use std::fs;
use std::path::PathBuf;
use std::process::Output;
use tempfile::TempDir;

pub const PIECES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/pieces");

/// A folder in which the program is run.
pub struct Sandbox(pub TempDir);

impl Sandbox {
    pub fn new() -> Sandbox {
        Sandbox(tempfile::tempdir().unwrap())
    }

    pub fn run(&self, line: &str) -> Output {
        let mut command = Command::cargo_bin("deep-jammer").unwrap();
        let arguments = line.split_whitespace().map(|word| word.replace("PIECES", PIECES));
        command.current_dir(self.0.path()).args(arguments).output().unwrap()
    }

    pub fn succeed(&self, line: &str) -> String {
        let output = self.run(line);
        assert_eq!(output.status.code(), Some(0), "{line}\n{}", talk(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    pub fn fail(&self, code: i32, line: &str) -> String {
        let output = self.run(line);
        assert_eq!(output.status.code(), Some(code), "{line}\n{}", talk(&output));
        talk(&output)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }
}

pub fn talk(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A network so small that a step takes no time.
pub const TINY: &str = "--time 6,5 --note 4,3 --batch 2";

/// The recipe and the score of a file.
pub fn read(sandbox: &Sandbox, name: &str) -> (Recipe, Score) {
    let score = midi::read(&sandbox.bytes(name)).unwrap().score;
    (Recipe::from_text(&score.texts[0]).unwrap(), score)
}
