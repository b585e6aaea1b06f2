//! Ctrl-C: the first asks the command to stop, the second ends the program.

use std::sync::atomic::{AtomicBool, Ordering};

static REQUESTED: AtomicBool = AtomicBool::new(false);

/// Handles Ctrl-C (and SIGTERM) from now on. The first makes [`requested`] true and prints `message`,
/// which says what happens now. The second ends the program at once.
pub fn handle_ctrl_c(message: &'static str) -> anyhow::Result<()> {
    ctrlc::set_handler(move || {
        if REQUESTED.swap(true, Ordering::SeqCst) {
            std::process::exit(i32::from(super::INTERRUPTED));
        }
        eprintln!("\n{message} Press Ctrl-C again to quit at once.");
    })?;
    Ok(())
}

/// Whether the user has asked the program to stop.
pub fn requested() -> bool {
    REQUESTED.load(Ordering::SeqCst)
}
