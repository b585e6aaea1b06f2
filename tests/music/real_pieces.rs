//! The 302 pieces of piano-midi.de.

use crate::real_music;
use deep_jammer::corpus::{self, Corpus};
use std::path::PathBuf;
use std::sync::OnceLock;

/// The folder with them, which lies beside the package or where DEEP_JAMMER_CORPUS says.
pub fn folder() -> Option<PathBuf> {
    let missing = "no corpus here; set DEEP_JAMMER_CORPUS to the folder piano-midi.de";
    real_music::folder("piano-midi.de", "DEEP_JAMMER_CORPUS", missing)
}

/// All of them, read once.
pub fn corpus() -> Option<&'static Corpus> {
    static CORPUS: OnceLock<Corpus> = OnceLock::new();
    let folder = folder()?;
    Some(CORPUS.get_or_init(|| corpus::read(&[folder]).unwrap()))
}
