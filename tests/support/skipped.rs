//! Says that a test is skipped.

use std::io::Write;

/// Writes past the test harness, which would hide the output of `eprintln!`.
pub fn skipped(why: &str) {
    std::io::stderr().write_all(format!("SKIPPED: {why}\n").as_bytes()).unwrap();
}
