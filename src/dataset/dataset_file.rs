//! One file of a dataset.

use super::Split;
use crate::corpus::{LARGEST_SET, Piece};
use crate::fingerprint::hexadecimal;
use crate::midi::LARGEST_FILE;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::{fs, io};

/// One file, or one piece of a file that holds a set of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatasetFile {
    /// Its absolute path.
    pub path: PathBuf,
    /// The name of its folder; in many collections the composer's.
    pub folder: String,
    /// The file's name without its extension, or the piece's name in its set.
    pub name: String,
    /// The SHA-256 of the file's bytes; `None` if it cannot be read.
    pub sha256: Option<String>,
    /// Its length in 16ths; 0 if it cannot be read.
    pub steps: usize,
    /// Its split.
    pub split: Split,
    /// The earlier file with the same music, if there is one.
    pub repeats: Option<PathBuf>,
}

impl DatasetFile {
    /// The entry of a piece whose file has that SHA-256, before any piece is held out.
    pub(super) fn of(piece: &Piece, sha256: Option<String>) -> DatasetFile {
        DatasetFile {
            path: piece.path.clone(),
            folder: piece.folder.clone(),
            name: piece.name.clone(),
            sha256,
            steps: piece.roll().len(),
            split: Split::from(piece.published_split),
            repeats: None,
        }
    }

    /// The entry of a file that yields no piece. Only here a path need not be Unicode text: what is
    /// not is replaced, since nothing will be read from there.
    pub(super) fn unreadable(path: &Path) -> DatasetFile {
        let text =
            |name: Option<&std::ffi::OsStr>| name.unwrap_or_default().to_string_lossy().into();
        DatasetFile {
            folder: text(path.parent().and_then(Path::file_name)),
            name: text(path.file_stem()),
            sha256: sha256_of(path).ok(),
            path: path.to_string_lossy().into_owned().into(),
            steps: 0,
            split: Split::Unreadable,
            repeats: None,
        }
    }

    /// How the file has changed, if it has.
    pub(super) fn change(&self) -> Option<String> {
        match sha256_of(&self.path) {
            Ok(found) if Some(&found) == self.sha256.as_ref() => None,
            Ok(_) => Some("altered".to_owned()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Some("missing".to_owned()),
            Err(error) => Some(error.to_string()),
        }
    }
}

/// The SHA-256 of the bytes of a file.
pub(super) fn sha256_of(path: &Path) -> io::Result<String> {
    use std::io::Read;
    // A file of unreasonable size is not read to its end.
    let mut file = fs::File::open(path)?.take(LARGEST_SET.max(LARGEST_FILE) + 1);
    let (mut hash, mut bytes) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        match file.read(&mut bytes)? {
            0 => return Ok(hexadecimal(&hash.finalize())),
            read => hash.update(&bytes[..read]),
        }
    }
}
