//! A folder in which the program is run as a user runs it.

use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use tempfile::TempDir;

/// The three pieces of the repository.
pub const PIECES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/pieces");

/// The program's file.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_deep-jammer");

/// A temporary folder, which is removed when the sandbox is dropped.
pub struct Sandbox(pub TempDir);

impl Sandbox {
    /// An empty folder.
    pub fn new() -> Sandbox {
        Sandbox(tempfile::tempdir().unwrap())
    }

    /// The path of a file in the folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file, and makes the folders it is in.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::create_dir_all(self.path(name).parent().unwrap()).unwrap();
        fs::write(self.path(name), bytes).unwrap();
    }

    /// Reads a file.
    pub fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Reads a file of text.
    pub fn text(&self, name: &str) -> String {
        String::from_utf8(self.bytes(name)).unwrap()
    }

    /// The program with these arguments. PIECES stands for the folder of the repository's pieces.
    pub fn command(&self, line: &str) -> Command {
        let mut command = Command::new(PROGRAM);
        let words = line.split_whitespace().map(|word| word.replace("PIECES", PIECES));
        command.current_dir(self.0.path()).args(words).stdin(Stdio::null());
        command
    }

    /// Runs the program to its end, whatever that is.
    pub fn run(&self, line: &str) -> Output {
        self.command(line).output().unwrap()
    }

    /// Runs the program, which must succeed.
    pub fn finish(&self, line: &str) -> Output {
        let output = self.run(line);
        assert_eq!(output.status.code(), Some(0), "{line}\n{}", said(&output));
        output
    }

    /// Runs the program, which must succeed, and returns its standard output.
    pub fn succeed(&self, line: &str) -> String {
        String::from_utf8(self.finish(line).stdout).unwrap()
    }

    /// The same for a command that prints JSON.
    pub fn json(&self, line: &str) -> Value {
        serde_json::from_str(&self.succeed(&format!("{line} --json"))).unwrap()
    }

    /// Runs the program, which must fail and print nothing, and returns its one error.
    pub fn fail(&self, line: &str) -> String {
        let output = self.run(line);
        assert_eq!(output.status.code(), Some(1), "{line}\n{}", said(&output));
        assert!(output.stdout.is_empty(), "{line}");
        error_of(&said(&output))
    }
}

/// What the program has written to standard error.
pub fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The error among everything on standard error: it comes last, and takes three lines at most.
pub fn error_of(said: &str) -> String {
    let (_, error) = said.split_once("deep-jammer: ").unwrap_or_else(|| panic!("no error: {said}"));
    assert!(error.trim_end().lines().count() <= 3, "{error}");
    assert!(!error.contains("panicked"), "{error}");
    error.to_owned()
}

/// Sends a process a signal by its name.
pub fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status();
    assert!(sent.unwrap().success());
}
