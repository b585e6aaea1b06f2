//! Tests the commands: runs the program as a user does, in real processes and real folders.

mod compare;
mod completions;
mod evaluate;
mod inspect;
mod man;
#[cfg(target_os = "linux")]
mod odd_names;
mod plot;
mod render;
mod run;
#[path = "../support/sandbox.rs"]
mod sandbox;
#[path = "../support/skipped.rs"]
mod skipped;
#[path = "../support/tiny_soundfont.rs"]
mod tiny_soundfont;
mod train_and_compose;

use sandbox::{Sandbox, said};

impl Sandbox {
    /// Runs the program, which must succeed, and returns what it writes to standard error.
    fn messages(&self, line: &str) -> String {
        said(&self.finish(line))
    }

    /// Runs the program, which must find fault with its arguments, and returns its explanation.
    fn misuse(&self, line: &str) -> String {
        let output = self.run(line);
        assert_eq!(output.status.code(), Some(2), "{line}\n{}", said(&output));
        said(&output)
    }

    /// The names of everything in the folder, in order.
    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.path()).unwrap();
        let name = |entry: std::io::Result<std::fs::DirEntry>| entry.unwrap().file_name();
        let mut names: Vec<_> = entries.map(|it| name(it).into_string().unwrap()).collect();
        names.sort();
        names
    }
}
