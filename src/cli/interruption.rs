//! Ctrl-C: the first asks for an end, the second is one.

use std::sync::atomic::{AtomicBool, Ordering};

static ASKED: AtomicBool = AtomicBool::new(false);

/// From now on the first Ctrl-C (or a polite kill) only makes [`asked`] true, and says so; the
/// second ends the program at once.
pub fn listen(what_happens_now: &'static str) -> anyhow::Result<()> {
    ctrlc::set_handler(move || {
        if ASKED.swap(true, Ordering::SeqCst) {
            std::process::exit(i32::from(super::INTERRUPTED));
        }
        eprintln!("\n{what_happens_now} Once more to quit at once.");
    })?;
    Ok(())
}

/// Whether the user has asked for an end.
pub fn asked() -> bool {
    ASKED.load(Ordering::SeqCst)
}
