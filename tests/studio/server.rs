//! The program itself, serving a small network on a port of its own.

use super::http::get;
use assert_cmd::cargo::CommandCargoExt;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A studio; it is closed when it is dropped.
pub struct Studio {
    pub port: u16,
    process: Child,
}

/// The folder with the network of all studios, and what was downloaded.
pub fn sandbox() -> &'static PathBuf {
    static DESK: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let (_, path) = DESK.get_or_init(|| {
        let sandbox = tempfile::tempdir().unwrap();
        let pieces = concat!(env!("CARGO_MANIFEST_DIR"), "/pieces");
        let line = format!(
            "train {pieces} --run run --time 24,24 --note 16,12 --epochs 300 --sample-every 0"
        );
        let trained = program().current_dir(sandbox.path()).args(line.split(' ')).output().unwrap();
        assert!(trained.status.success(), "{}", String::from_utf8_lossy(&trained.stderr));
        let path = sandbox.path().to_owned();
        (sandbox, path)
    });
    path
}

pub fn program() -> Command {
    Command::cargo_bin("deep-jammer").unwrap()
}

impl Studio {
    /// With a small network of the tests' own.
    pub fn open(options: &str) -> Studio {
        Studio::in_folder(sandbox(), &format!("--model run {options}"))
    }

    /// With any model; `options` name it as it is called in a folder.
    pub fn in_folder(folder: &Path, options: &str) -> Studio {
        let line = format!("serve --port 0 {options}");
        let mut process = program()
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
        Studio { port, process }
    }

    /// Asks it by a signal to close, as Ctrl-C does, and tells how long that took.
    pub fn close(mut self) -> (ExitStatus, Duration) {
        let start = Instant::now();
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        loop {
            if let Some(status) = self.process.try_wait().unwrap() {
                return (status, start.elapsed());
            }
            assert!(start.elapsed() < Duration::from_secs(20), "it does not close");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The memory that it has, in megabytes; nothing where the system does not say.
    pub fn memory(&self) -> Option<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).ok()?;
        let line = status.lines().find(|line| line.starts_with("VmRSS"))?;
        let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
        Some(kilobytes / 1024.0)
    }
}

impl Drop for Studio {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
