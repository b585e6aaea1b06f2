//! A process that serves until it is told to stop.

use crate::sandbox::signal;
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

/// It is killed when it is dropped.
pub struct Process(pub Child);

impl Process {
    /// Kills it as `kill -9` would, or a power cut.
    pub fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    /// Asks it by a signal to close, as Ctrl-C does, and tells how long that took.
    pub fn close(mut self) -> (ExitStatus, Duration) {
        let start = Instant::now();
        signal(&self.0, "INT");
        loop {
            if let Some(status) = self.0.try_wait().unwrap() {
                return (status, start.elapsed());
            }
            assert!(start.elapsed() < Duration::from_secs(20), "it does not close");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
