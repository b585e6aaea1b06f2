//! Finds MIDI files.

use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::{Failure, PieceError};

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
    /// A path is not Unicode text, so no file that the program writes could name it.
    #[error("{}: the path is not Unicode text; rename it", .0.display())]
    NotUnicode(PathBuf),
    /// A folder cannot be listed.
    #[error("cannot list the folder {}: {reason}; check its permissions", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// The system's error.
        reason: walkdir::Error,
    },
}

/// What was found in some paths, in the order of the paths.
#[derive(Debug, Default)]
pub struct Found {
    /// The files to read.
    pub files: Vec<PathBuf>,
    /// The files and folders that are left out: their names are not Unicode text, or the system
    /// does not list them.
    pub failures: Vec<Failure>,
}

/// Finds MIDI files: the given files, and those in the given folders at any depth. Each is listed
/// once, in the order of the paths.
///
/// A file that is given by its path may have any name. In folders, only files with one of the
/// [`EXTENSIONS`] count. Links to files are followed. Links to folders are not, so the search
/// cannot loop. Files named "._…", which macOS leaves beside others, are skipped.
///
/// A given path must be Unicode text and, if it is a folder, must be listed by the system. What is
/// not so further down is a failure, and the search goes on.
pub fn find<P: AsRef<Path>>(paths: &[P]) -> Result<Found, CorpusError> {
    let mut found = Found::default();
    for path in paths.iter().map(AsRef::as_ref) {
        if !path.exists() {
            return Err(CorpusError::Missing(path.to_owned()));
        }
        if path.to_str().is_none() {
            return Err(CorpusError::NotUnicode(path.to_owned()));
        }
        match path.is_dir() {
            true => find_in_folder(path, &mut found)?,
            false => found.files.push(path.to_owned()),
        }
    }
    let Found { files, failures } = &mut found;
    if files.is_empty() && failures.is_empty() {
        return Err(CorpusError::Empty(paths.iter().map(|path| path.as_ref().into()).collect()));
    }
    files.sort();
    files.dedup();
    failures.sort_by(|a, b| a.path.cmp(&b.path));
    failures.dedup_by(|a, b| a.path == b.path);
    Ok(found)
}

fn find_in_folder(folder: &Path, found: &mut Found) -> Result<(), CorpusError> {
    for entry in WalkDir::new(folder).follow_links(false) {
        let entry = match entry {
            Ok(entry) => entry,
            // Without the given folder itself there is nothing. Others are left out.
            Err(reason) if reason.depth() == 0 => {
                return Err(CorpusError::Folder { path: folder.to_owned(), reason });
            }
            Err(reason) => {
                let path = reason.path().unwrap_or(folder).to_owned();
                let reason = PieceError::Folder { path: path.clone(), reason };
                found.failures.push(Failure { path, reason });
                continue;
            }
        };
        let hidden = entry.file_name().as_encoded_bytes().starts_with(b"._");
        if hidden || !has_midi_extension(entry.path()) || !entry.path().is_file() {
            continue;
        }
        let path = entry.into_path();
        match part_that_is_not_unicode(&path) {
            None => found.files.push(path),
            Some(part) => {
                let reason = PieceError::NotUnicode { part: part.to_owned(), path: path.clone() };
                found.failures.push(Failure { path, reason });
            }
        }
    }
    Ok(())
}

/// The file, or the outermost of its folders, whose name is not Unicode text.
fn part_that_is_not_unicode(path: &Path) -> Option<&Path> {
    path.ancestors().take_while(|part| part.to_str().is_none()).last()
}

fn has_midi_extension(path: &Path) -> bool {
    // Whatever the rest of the name is, an extension that counts is plain text.
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
            found.files.iter().map(|path| path.strip_prefix(folder.path()).unwrap()).collect();
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

    /// Linux allows any bytes in names; other systems do not.
    #[cfg(target_os = "linux")]
    #[test]
    fn names_that_are_not_unicode_are_left_out_and_the_rest_is_found() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &[u8]| folder.path().join(OsStr::from_bytes(name));
        fs::create_dir_all(path(b"caf\xe9/in")).unwrap();
        let names: [&[u8]; 5] =
            [b"a.mid", b"b\xff.MID", b"caf\xe9/in/c.mid", b"caf\xe9/no music.txt", b"\xe9.txt"];
        names.iter().for_each(|name| fs::write(path(name), "").unwrap());
        let found = find(&[folder.path()]).unwrap();
        assert_eq!(found.files, [path(b"a.mid")]);
        let said: Vec<_> = found.failures.iter().map(|failure| failure.reason.reason()).collect();
        assert_eq!(found.failures[0].path, path(b"b\xff.MID"));
        assert_eq!(said[0], "its name is not Unicode text; rename it");
        assert_eq!(found.failures[1].path, path(b"caf\xe9/in/c.mid"));
        assert_eq!(
            said[1],
            "its folder caf\u{FFFD} has a name that is not Unicode text; rename it"
        );
        assert_eq!(said.len(), 2);
        // What is given by its name cannot be left out.
        for given in [path(b"b\xff.MID"), path(b"caf\xe9")] {
            let error = find(&[&given]).unwrap_err().to_string();
            assert!(error.ends_with("the path is not Unicode text; rename it"), "{error}");
        }
    }

    /// No permissions are taken away here, because they do not bind every user. Linux lists no
    /// folder whose path is longer than 4096 bytes.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_folder_that_cannot_be_listed_is_left_out_and_the_rest_is_found() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.mid"), "").unwrap();
        let deeper =
            "d=$(printf %0200d 0); for i in $(seq 25); do mkdir $d && cd $d || break; done";
        let made = std::process::Command::new("sh")
            .current_dir(folder.path())
            .args(["-c", deeper])
            .output();
        assert!(made.unwrap().status.success());
        let found = find(&[folder.path()]).unwrap();
        assert_eq!(found.files, [folder.path().join("a.mid")]);
        assert_eq!(found.failures.len(), 1);
        let said = found.failures[0].reason.to_string();
        assert!(said.contains("this folder cannot be listed"), "{said}");
    }
}
