//! How long a training has taken, epoch by epoch: `times.csv`. Apart from the metrics, which must
//! not depend on the clock.

use super::table::{self, Table, TableError, number};
use std::path::Path;

/// The file's name in a run's folder.
pub const TIMES_FILE: &str = "times.csv";

/// How far the training had come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// The epoch, counted from 1.
    pub epoch: u64,
    /// Seconds of training until its end, over all resumes.
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
        Ok(Row { epoch: number(cells[0])?, seconds: number(cells[1])? })
    }
}

/// The file of a training under way.
#[derive(Debug)]
pub struct Times(Table);

impl Times {
    /// Begins the file anew, in place of one that is there.
    pub fn create(path: &Path) -> Result<Times, TableError> {
        Table::create::<Row>(path).map(Times)
    }

    /// Goes on with a file that is there; [`cut`] it before.
    pub fn open(path: &Path) -> Result<Times, TableError> {
        Table::open(path).map(Times)
    }

    /// Appends a row, and hands it to the system at once.
    pub fn write(&mut self, row: &Row) -> Result<(), TableError> {
        self.0.write(row)
    }

    /// Brings all rows to the disk.
    pub fn sync(&self) -> Result<(), TableError> {
        self.0.sync()
    }
}

/// Reads all rows. A last line that was not written to its end is left out.
pub fn read(path: &Path) -> Result<Vec<Row>, TableError> {
    table::read(path, None)
}

/// Takes a file back to the end of an epoch, in one stroke. The rows come back. If one is missing,
/// that is an error and nothing is changed.
pub fn cut(path: &Path, epoch: u64) -> Result<Vec<Row>, TableError> {
    let rows = table::first::<Row>(path, epoch)?;
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
        assert_eq!(cut(&path, 2).unwrap(), rows[..2]);
        Times::open(&path).unwrap().write(&rows[2]).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text, "epoch,seconds\n1,0.125\n2,0.3333333333333333\n3,2.5\n");
        assert!(cut(&path, 4).unwrap_err().to_string().contains("times.csv"));
    }
}
