//! CSV files with a row per epoch, which are only appended to or truncated.

use crate::atomic_file::{self, AtomicFileError, Existing};
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Why a table cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The operating system could not read the file.
    #[error("{}: cannot be read ({reason}); check the path and its permissions", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        reason: io::Error,
    },
    /// The operating system could not write the row.
    #[error("{}: a row cannot be written ({reason}); free some disk space and resume the run", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        reason: io::Error,
    },
    /// The table cannot be replaced by a shorter one.
    #[error(transparent)]
    Writing(#[from] AtomicFileError),
    /// A line is invalid.
    #[error("{}, line {line}: {fault}", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong with it, and what helps.
        fault: String,
    },
    /// The table ends too early.
    #[error(
        "{}: it has {found} epochs, but the run has reached epoch {expected}; \
         restore the whole file, or start a new run", path.display()
    )]
    Missing {
        /// The file.
        path: PathBuf,
        /// How many epochs it holds.
        found: u64,
        /// How many it should hold.
        expected: u64,
    },
}

/// A row of a table.
pub(super) trait Row: Sized {
    /// The names of the columns: the first line of the file.
    const HEAD: &'static str;

    /// The epoch of the row.
    fn epoch(&self) -> u64;

    /// The row as a line. Numbers are written so that reading them gives the same bits.
    fn to_line(&self) -> String;

    /// Parses a row from the cells of a line, as many as [`HEAD`](Self::HEAD) has columns;
    /// the error says what is wrong.
    fn from_cells(cells: &[&str]) -> Result<Self, String>;
}

/// A table that rows are appended to.
#[derive(Debug)]
pub(super) struct Table {
    // Only the path: on Windows no file can be replaced while it is open, and tables are.
    path: PathBuf,
}

impl Table {
    /// Creates an empty table, replacing any other file.
    pub fn create<R: Row>(path: &Path) -> Result<Table, TableError> {
        atomic_file::write(path, format!("{}\n", R::HEAD).as_bytes(), Existing::Replace)?;
        Table::open(path)
    }

    /// Opens an existing table to append to.
    pub fn open(path: &Path) -> Result<Table, TableError> {
        let table = Table { path: path.to_owned() };
        table.append(|_| Ok(()))?;
        Ok(table)
    }

    /// Appends a row and writes it at once.
    pub fn write<R: Row>(&mut self, row: &R) -> Result<(), TableError> {
        let line = format!("{}\n", row.to_line());
        self.append(|mut file| file.write_all(line.as_bytes()))
    }

    /// Brings all rows to the disk.
    pub fn sync(&self) -> Result<(), TableError> {
        // Windows does so only for a file that is open for writing.
        self.append(atomic_file::sync)
    }

    fn append(&self, act: impl FnOnce(&File) -> io::Result<()>) -> Result<(), TableError> {
        let file = OpenOptions::new().append(true).open(&self.path);
        let done = file.and_then(|file| act(&file));
        done.map_err(|reason| TableError::Unwritable { path: self.path.clone(), reason })
    }
}

/// Reads the rows up to an epoch, or all of them. Ignores what follows, and an incomplete last
/// line, whose writing was interrupted.
pub(super) fn read<R: Row>(path: &Path, up_to: Option<u64>) -> Result<Vec<R>, TableError> {
    let bytes = std::fs::read(path)
        .map_err(|reason| TableError::Unreadable { path: path.to_owned(), reason })?;
    let fault = |index: usize, fault: String| TableError::Line {
        path: path.to_owned(),
        line: index + 1,
        fault,
    };
    let whole = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
    let lines = bytes[..whole].split_inclusive(|&byte| byte == b'\n');
    let lines = lines.map(|line| line.trim_ascii_end());
    let mut rows: Vec<R> = Vec::new();
    for (index, line) in lines.enumerate() {
        if index == 0 {
            if line != R::HEAD.as_bytes() {
                let what = format!("it should be \"{}\"; is the file of another version?", R::HEAD);
                return Err(fault(index, what));
            }
            continue;
        }
        let last = rows.last().map_or(0, R::epoch);
        if up_to.is_some_and(|up_to| last >= up_to) {
            break;
        }
        let row = parse::<R>(line).map_err(|what| fault(index, what))?;
        if row.epoch() <= last {
            let what = format!(
                "epoch {} cannot follow epoch {last}; remove the lines that do not belong there",
                row.epoch()
            );
            return Err(fault(index, what));
        }
        rows.push(row);
    }
    if whole == 0 {
        return Err(fault(0, format!("it should be \"{}\"; train anew", R::HEAD)));
    }
    Ok(rows)
}

fn parse<R: Row>(line: &[u8]) -> Result<R, String> {
    let remedy = "bring the file back as it was, or remove this line and all after it";
    let text = str::from_utf8(line).map_err(|_| format!("it is not text; {remedy}"))?;
    let cells: Vec<_> = text.split(',').collect();
    let expected = R::HEAD.split(',').count();
    if cells.len() != expected {
        return Err(format!("it has {} values instead of {expected}; {remedy}", cells.len()));
    }
    R::from_cells(&cells).map_err(|what| format!("{what}; {remedy}"))
}

/// Parses a number in a cell.
pub(super) fn parse_number<T: std::str::FromStr>(cell: &str) -> Result<T, String> {
    cell.parse().map_err(|_| format!("\"{cell}\" is not a number"))
}

/// Reads the rows of the epochs from 1 to `epoch`, none of which may be missing.
pub(super) fn read_complete<R: Row>(path: &Path, epoch: u64) -> Result<Vec<R>, TableError> {
    let rows = read::<R>(path, Some(epoch))?;
    let found = rows.iter().zip(1..=epoch).filter(|(row, expected)| row.epoch() == *expected);
    match found.count() as u64 {
        found if found == epoch => Ok(rows),
        found => Err(TableError::Missing { path: path.to_owned(), found, expected: epoch }),
    }
}

/// Replaces a table atomically.
pub(super) fn replace<R: Row>(path: &Path, rows: &[R]) -> Result<(), TableError> {
    let lines = rows.iter().map(|row| row.to_line() + "\n");
    let text = format!("{}\n", R::HEAD) + &lines.collect::<String>();
    Ok(atomic_file::write(path, text.as_bytes(), Existing::Replace)?)
}
