//! Finds MIDI files.

use std::path::{Path, PathBuf};

use walkdir::WalkDir;

/// The extensions of MIDI files in folders; upper and lower case are the same.
pub const EXTENSIONS: [&str; 5] = ["mid", "midi", "smf", "kar", "rmi"];

/// Why no files were found.
#[derive(Debug, thiserror::Error)]
pub enum CorpusError {
    /// A path does not exist.
    #[error("{} does not exist; check the spelling", .0.display())]
    Missing(PathBuf),
    /// The folders contain no MIDI files.
    #[error(
        "no MIDI files in {}; looked for the extensions {}",
        .0.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", "),
        EXTENSIONS.join(", ")
    )]
    Empty(Vec<PathBuf>),
    /// A folder cannot be listed.
    #[error("cannot list the folder {}: {reason}; check its permissions", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// The system's error.
        reason: walkdir::Error,
    },
}

/// Finds MIDI files: the given files, and those in the given folders at any depth. Each is listed
/// once, in the order of the paths.
///
/// A file that is given by its path may have any name. In folders, only files with one of the
/// [`EXTENSIONS`] count. Links to files are followed. Links to folders are not, so the search
/// cannot loop. Files named "._…", which macOS leaves beside others, are skipped.
pub fn find<P: AsRef<Path>>(paths: &[P]) -> Result<Vec<PathBuf>, CorpusError> {
    let mut files = Vec::new();
    for path in paths.iter().map(AsRef::as_ref) {
        if path.is_dir() {
            find_in_folder(path, &mut files)?;
        } else if path.exists() {
            files.push(path.to_owned());
        } else {
            return Err(CorpusError::Missing(path.to_owned()));
        }
    }
    if files.is_empty() {
        return Err(CorpusError::Empty(paths.iter().map(|path| path.as_ref().into()).collect()));
    }
    files.sort();
    files.dedup();
    Ok(files)
}

fn find_in_folder(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), CorpusError> {
    for entry in WalkDir::new(folder).follow_links(false) {
        let entry = entry.map_err(|reason| CorpusError::Folder {
            path: reason.path().unwrap_or(folder).to_owned(),
            reason,
        })?;
        let hidden = entry.file_name().as_encoded_bytes().starts_with(b"._");
        if !hidden && has_midi_extension(entry.path()) && entry.path().is_file() {
            files.push(entry.into_path());
        }
    }
    Ok(())
}

fn has_midi_extension(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|found| EXTENSIONS.iter().any(|known| found.eq_ignore_ascii_case(known)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn files_are_found_at_any_depth_in_any_case_and_in_order() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("b/c")).unwrap();
        for name in ["z.MID", "b/c/a.Midi", "b/x.kar", "b/readme.txt", "b/._x.mid", "plain"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        let found = find(&[folder.path(), &folder.path().join("plain"), folder.path()]).unwrap();
        let names: Vec<_> =
            found.iter().map(|path| path.strip_prefix(folder.path()).unwrap()).collect();
        let expected = ["b/c/a.Midi", "b/x.kar", "plain", "z.MID"].map(Path::new);
        assert_eq!(names, expected);
    }

    #[test]
    fn a_path_that_does_not_exist_is_named() {
        let error = find(&["/no/such/folder"]).unwrap_err().to_string();
        assert!(error.contains("/no/such/folder does not exist"), "{error}");
    }

    #[test]
    fn a_folder_without_music_says_what_was_looked_for() {
        let folder = tempfile::tempdir().unwrap();
        let error = find(&[folder.path()]).unwrap_err().to_string();
        assert!(error.contains("mid, midi, smf, kar, rmi"), "{error}");
    }
}
