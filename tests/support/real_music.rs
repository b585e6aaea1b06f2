//! Real music, which is not in the repository.

use crate::skipped::skipped;
use std::path::{Path, PathBuf};

/// A folder of real music: the one that an environment variable names, or else the one of this name in
/// `shared/data` beside the package. Without it, says what is missing.
pub fn folder(name: &str, variable: &str, missing: &str) -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data").join(name);
    let folder = std::env::var_os(variable).map_or_else(beside, PathBuf::from);
    if !folder.is_dir() {
        skipped(missing);
        return None;
    }
    Some(folder)
}
