//! Runs the studio with a small network on a free port.

use crate::http::get;
use crate::process::Process;
use crate::sandbox::{PROGRAM, Sandbox};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

/// A studio; it is closed when it is dropped.
pub struct Studio {
    pub port: u16,
    process: Process,
}

/// The folder with the network of all studios, and what was downloaded.
pub fn sandbox() -> &'static Sandbox {
    static SANDBOX: OnceLock<Sandbox> = OnceLock::new();
    SANDBOX.get_or_init(|| {
        let sandbox = Sandbox::new();
        sandbox.succeed(
            "train PIECES --run run --time 24,24 --note 16,12 --epochs 300 --sample-every 0",
        );
        sandbox
    })
}

impl Studio {
    /// With a small network of the tests' own.
    pub fn open(options: &str) -> Studio {
        Studio::in_folder(sandbox().0.path(), &format!("--model run {options}"))
    }

    /// With any model; `options` name it as it is called in a folder.
    pub fn in_folder(folder: &Path, options: &str) -> Studio {
        let line = format!("serve --port 0 {options}");
        let mut process = Command::new(PROGRAM)
            .current_dir(folder)
            .args(line.split_whitespace())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut page = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut page).unwrap();
        let port = page.trim().trim_end_matches('/').rsplit(':').next().unwrap().parse();
        let port = port.unwrap_or_else(|_| panic!("the address of the page, not {page:?}"));
        assert_eq!(get(port, "/").status, 200);
        Studio { port, process: Process(process) }
    }

    /// Asks it by a signal to close, as Ctrl-C does, and tells how long that took.
    pub fn close(self) -> (ExitStatus, Duration) {
        self.process.close()
    }

    /// The memory that it has, in megabytes; nothing where the system does not say.
    pub fn memory(&self) -> Option<f64> {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.process.0.id())).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmRSS"))?;
        let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
        Some(kilobytes / 1024.0)
    }
}
