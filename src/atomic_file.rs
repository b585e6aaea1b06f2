//! Writing files atomically: a file is written completely or not at all.
//!
//! The content goes to a temporary file in the same folder, which is synced and then renamed.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::NamedTempFile;

/// Why a file was not written. An existing file is unchanged.
#[derive(Debug, thiserror::Error)]
pub enum AtomicFileError {
    /// A file of that name exists and must not be replaced.
    #[error("{} already exists; choose another name", .0.display())]
    Exists(PathBuf),
    /// The operating system could not write the file.
    #[error("cannot write {}: {reason}; check that its folder exists, is writable and has space left", path.display())]
    System {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        reason: io::Error,
    },
}

/// What to do if a file of that name exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// Keep the existing file, and fail.
    Keep,
    /// Replace it atomically.
    Replace,
}

/// How the names of temporary files begin. One that remains was left by a program that was
/// killed.
const BESIDE: &str = ".deep-jammer-";

/// Checks that a file can be written, so that no long work is done in vain.
pub fn check(path: &Path, existing: Existing) -> Result<(), AtomicFileError> {
    let failed = |reason| AtomicFileError::System { path: path.to_owned(), reason };
    match path.symlink_metadata() {
        Ok(there) if there.is_dir() => return Err(failed(io::Error::other("it is a folder"))),
        Ok(_) if existing == Existing::Keep => {
            return Err(AtomicFileError::Exists(path.to_owned()));
        }
        Err(reason) if reason.kind() != io::ErrorKind::NotFound => return Err(failed(reason)),
        _ => {}
    }
    let folder = folder_of(path);
    if !folder.is_dir() {
        return Err(failed(io::Error::other("its folder does not exist")));
    }
    // The error must not name the temporary file.
    let nameless = |reason: io::Error| failed(reason.kind().into());
    tempfile::Builder::new().prefix(BESIDE).tempfile_in(folder).map_err(nameless)?;
    Ok(())
}

/// Writes a file atomically: whatever happens meanwhile, there is never half a file at its
/// path.
pub fn write(path: &Path, bytes: &[u8], existing: Existing) -> Result<(), AtomicFileError> {
    write_with(path, existing, |file| file.write_all(bytes))
}

/// Like [`write()`], for content that is too large for memory: `fill` writes it to an empty
/// file.
pub fn write_with(
    path: &Path,
    existing: Existing,
    fill: impl FnOnce(&mut File) -> io::Result<()>,
) -> Result<(), AtomicFileError> {
    if existing == Existing::Keep && path.symlink_metadata().is_ok() {
        return Err(AtomicFileError::Exists(path.to_owned()));
    }
    let failed = |reason| AtomicFileError::System { path: path.to_owned(), reason };
    let folder = folder_of(path);
    // On Windows only such a path may be longer than 260 letters.
    let full = folder.canonicalize().ok().filter(|_| cfg!(windows));
    let folder = full.as_deref().unwrap_or(folder);
    let place = path.file_name().map_or(path.to_owned(), |name| folder.join(name));
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // The permissions of any other program's files; the umask restricts them.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut beside = builder.prefix(BESIDE).tempfile_in(folder).map_err(failed)?;
    fill(beside.as_file_mut()).map_err(failed)?;
    sync(beside.as_file()).map_err(failed)?;
    let moved = match existing {
        // Fails even if a file of that name has appeared since the check.
        Existing::Keep => beside.persist_noclobber(&place).map(|_| ()).map_err(|it| it.error),
        Existing::Replace => replace(beside, &place),
    };
    match moved {
        Ok(()) => sync_folder(folder).map_err(failed),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Err(AtomicFileError::Exists(path.to_owned()))
        }
        Err(error) => Err(failed(error)),
    }
}

/// Moves a temporary file to its place, replacing any file there.
fn replace(beside: NamedTempFile, place: &Path) -> io::Result<()> {
    // Closed first, because Windows does not move an open file.
    let beside = beside.into_temp_path().keep()?;
    rename(&beside, place).inspect_err(|_| {
        let _ = std::fs::remove_file(&beside);
    })
}

/// Renames a file or a folder. A file of the new name is replaced atomically.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    // Windows refuses while another program has one of them open. Virus scanners briefly open
    // every new file.
    let mut pauses = PAUSES.iter().filter(|_| cfg!(windows));
    loop {
        match (std::fs::rename(from, to), pauses.next()) {
            (Err(error), Some(&pause)) if is_in_use(&error) => {
                std::thread::sleep(Duration::from_millis(pause));
            }
            (Err(error), None) if is_in_use(&error) => {
                let reason = format!("{error} Perhaps another program has the file open");
                return Err(io::Error::new(error.kind(), reason));
            }
            (done, _) => return done,
        }
    }
}

/// The pauses between attempts while another program has a file open, in milliseconds: two seconds
/// in all.
const PAUSES: [u64; 7] = [10, 20, 50, 120, 300, 500, 1000];

/// Whether Windows says that a file is open elsewhere.
fn is_in_use(error: &io::Error) -> bool {
    const ACCESS_DENIED: i32 = 5;
    const SHARING_VIOLATION: i32 = 32;
    cfg!(windows) && matches!(error.raw_os_error(), Some(ACCESS_DENIED | SHARING_VIOLATION))
}

/// The folder that contains a file.
pub fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// Syncs a file: what has been written to it survives a power failure.
pub fn sync(file: &File) -> io::Result<()> {
    /// "Inappropriate ioctl for device".
    const ENOTTY: i32 = 25;
    match file.sync_all() {
        // Some drives of macOS, above all network drives, do not support this. The data is written
        // all the same.
        Err(error)
            if cfg!(target_os = "macos")
                && (error.kind() == io::ErrorKind::Unsupported
                    || error.raw_os_error() == Some(ENOTTY)) =>
        {
            Ok(())
        }
        done => done,
    }
}

/// Syncs a folder, so that a rename in it survives a power failure.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    // On other systems a folder cannot be opened, and need not be synced.
    #[cfg(unix)]
    sync(&File::open(folder)?)?;
    let _ = folder;
    Ok(())
}

/// Removes the temporary files that killed programs have left in a folder.
pub fn sweep(folder: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let left = entry.file_name().as_encoded_bytes().starts_with(BESIDE.as_bytes());
        if left && entry.file_type()?.is_file() {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_file_that_is_there_is_kept_unless_told_otherwise() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.mid");
        write(&path, b"one", Existing::Keep).unwrap();
        let error = write(&path, b"two", Existing::Keep).unwrap_err().to_string();
        assert!(error.contains("a.mid") && error.contains("choose another name"), "{error}");
        assert_eq!(fs::read(&path).unwrap(), b"one");
        write(&path, b"two", Existing::Replace).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn what_cannot_be_written_is_known_before() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir(path("folder.mid")).unwrap();
        fs::write(path("there.mid"), "").unwrap();
        let why = |name: &str, existing| check(&path(name), existing).unwrap_err().to_string();
        assert!(why("folder.mid", Existing::Replace).contains("it is a folder"));
        assert!(why("there.mid", Existing::Keep).contains("already exists"));
        assert!(why("no/new.mid", Existing::Keep).contains("its folder does not exist"));
        assert!(why(&"a".repeat(300), Existing::Keep).contains("aaa"));
        check(&path("there.mid"), Existing::Replace).unwrap();
        check(&path("new.mid"), Existing::Keep).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2, "nothing is left");
    }

    #[test]
    fn a_folder_that_does_not_exist_is_named() {
        let error = write(Path::new("/no/such/folder/a.mid"), b"", Existing::Keep).unwrap_err();
        assert!(error.to_string().contains("/no/such/folder/a.mid"), "{error}");
    }

    #[test]
    fn what_a_killed_program_has_left_is_swept_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        for name in [".deep-jammer-aB3x", "a.mid", ".hidden"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        sweep(folder.path()).unwrap();
        assert!(!folder.path().join(".deep-jammer-aB3x").exists());
        assert!(folder.path().join("a.mid").exists() && folder.path().join(".hidden").exists());
    }
}
