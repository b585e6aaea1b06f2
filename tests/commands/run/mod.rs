//! Real processes train in real folders.

mod bad_input;
mod broken_off;
#[cfg(unix)]
mod full_disk;
mod recipe;
mod record;
mod resume;
mod damaged_checkpoint;
mod set;
mod transfer;
