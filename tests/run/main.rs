//! Training runs, as a user sees them: real processes in real folders.

mod bad_input;
mod broken_off;
mod desk;
#[cfg(unix)]
mod full_disk;
mod recipe;
mod resume;
mod torn;
mod set;
mod transfer;
