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
    /// Where it lies, from the root of the file system.
    pub path: PathBuf,
    /// The name of its folder; in many collections the composer's.
    pub folder: String,
    /// Its name without the extension, or the name that the piece has in its set.
    pub name: String,
    /// The SHA-256 of the bytes of the file; none where they cannot be had.
    pub sha256: Option<String>,
    /// Its length in 16ths; 0 where it cannot be read.
    pub steps: usize,
    /// What it is used for.
    pub split: Split,
    /// The earlier file whose music it repeats.
    pub repeats: Option<PathBuf>,
}

impl DatasetFile {
    /// What a piece is that lies in a file of that SHA-256, before its use is decided.
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

    /// A file that gives no piece.
    pub(super) fn unreadable(path: &Path) -> DatasetFile {
        let text =
            |name: Option<&std::ffi::OsStr>| name.unwrap_or_default().to_string_lossy().into();
        DatasetFile {
            folder: text(path.parent().and_then(Path::file_name)),
            name: text(path.file_stem()),
            sha256: sha256_of(path).ok(),
            path: path.to_owned(),
            steps: 0,
            split: Split::Unreadable,
            repeats: None,
        }
    }

    /// What has changed about the file, if something has.
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
    // What is no file of reasonable size is not read to its end.
    let mut file = fs::File::open(path)?.take(LARGEST_SET.max(LARGEST_FILE) + 1);
    let (mut hash, mut bytes) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        match file.read(&mut bytes)? {
            0 => return Ok(hexadecimal(&hash.finalize())),
            read => hash.update(&bytes[..read]),
        }
    }
}
