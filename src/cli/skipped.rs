//! Which files were skipped, and why.

use deep_jammer::corpus::{Failure, PieceError};
use std::path::Path;

/// Says which files were left out: each in a line, but all files of a folder that has to be renamed
/// in one.
pub fn report_skipped(failures: &[Failure]) {
    for same in failures
        .chunk_by(|a, b| folder_to_rename(a).is_some_and(|it| folder_to_rename(b) == Some(it)))
    {
        match (folder_to_rename(&same[0]), same.len()) {
            (Some(folder), files @ 2..) => eprintln!(
                "skipped {files} files in {}: the name of this folder is not Unicode text; rename it",
                folder.display()
            ),
            _ => eprintln!("skipped {}", same[0].reason),
        }
    }
}

/// The folder whose name stands in the way of a file.
fn folder_to_rename(failure: &Failure) -> Option<&Path> {
    match &failure.reason {
        PieceError::NotUnicode { path, part } if path != part => Some(part),
        _ => None,
    }
}
