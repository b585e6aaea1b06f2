//! How long training has taken, epoch by epoch: `times.csv`. Times are apart from the metrics,
//! which must not depend on the clock.

use super::table::{self, Table, TableError, parse_number};
use std::path::Path;

/// The file's name in a run's folder.
pub const TIMES_FILE: &str = "times.csv";

/// The time at which an epoch ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// The epoch, counted from 1.
    pub epoch: u64,
    /// Seconds of training up to its end, over all sessions.
    pub seconds: f64,
}

impl table::Row for Row {
    const HEAD: &'static str = "epoch,seconds";

    fn epoch(&self) -> u64 {
        self.epoch
    }

    fn to_line(&self) -> String {
        format!("{},{}", self.epoch, self.seconds)
    }

    fn from_cells(cells: &[&str]) -> Result<Row, String> {
        Ok(Row { epoch: parse_number(cells[0])?, seconds: parse_number(cells[1])? })
    }
}

/// The file of a run that is being trained.
#[derive(Debug)]
pub struct Times(Table);

impl Times {
    /// Creates an empty file, replacing any other.
    pub fn create(path: &Path) -> Result<Times, TableError> {
        Table::create::<Row>(path).map(Times)
    }

    /// Opens an existing file to append to; [`truncate`] it first.
    pub fn open(path: &Path) -> Result<Times, TableError> {
        Table::open(path).map(Times)
    }

    /// Appends a row and writes it at once.
    pub fn write(&mut self, row: &Row) -> Result<(), TableError> {
        self.0.write(row)
    }

    /// Brings all rows to the disk.
    pub fn sync(&self) -> Result<(), TableError> {
        self.0.sync()
    }
}

/// Reads all rows. An incomplete last line is left out.
pub fn read(path: &Path) -> Result<Vec<Row>, TableError> {
    table::read(path, None)
}

/// Truncates a file after `epoch`, atomically, and returns its rows. If a row is missing, this
/// is an error, and the file stays as it was.
pub fn truncate(path: &Path, epoch: u64) -> Result<Vec<Row>, TableError> {
    let rows = table::read_complete::<Row>(path, epoch)?;
    table::replace(path, &rows)?;
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_cut_and_gone_on_with() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(TIMES_FILE);
        let rows = [0.125, 1.0 / 3.0, 2.5].into_iter().zip(1..);
        let rows: Vec<_> = rows.map(|(seconds, epoch)| Row { epoch, seconds }).collect();
        let mut times = Times::create(&path).unwrap();
        rows.iter().for_each(|row| times.write(row).unwrap());
        assert_eq!(read(&path).unwrap(), rows);
        assert_eq!(truncate(&path, 2).unwrap(), rows[..2]);
        Times::open(&path).unwrap().write(&rows[2]).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text, "epoch,seconds\n1,0.125\n2,0.3333333333333333\n3,2.5\n");
        assert!(truncate(&path, 4).unwrap_err().to_string().contains("times.csv"));
    }
}
