//! The loss of every epoch: `metrics.csv`.
//!
//! The file contains only what the training computes, so it is the same, byte for byte, whether
//! or not a run was interrupted.

pub use super::table::TableError as MetricsError;
use super::table::{self, Table, parse_number};
use crate::network::Nats;
use std::path::Path;

/// The file's name in a run's folder.
pub const METRICS_FILE: &str = "metrics.csv";

/// The losses of an epoch, in nats per step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// The epoch, counted from 1.
    pub epoch: u64,
    /// The loss of the epoch's batch.
    pub nats: Nats,
    /// The validation loss, if it was measured after this epoch.
    pub validation: Option<Nats>,
}

impl table::Row for Row {
    const HEAD: &'static str = "epoch,play_nats,articulate_nats,nats,\
        validation_play_nats,validation_articulate_nats,validation_nats";

    fn epoch(&self) -> u64 {
        self.epoch
    }

    fn to_line(&self) -> String {
        let cells = |nats: Nats| format!("{},{},{}", nats.play, nats.articulate, nats.total());
        let validation = self.validation.map_or(",,".to_owned(), cells);
        format!("{},{},{validation}", self.epoch, cells(self.nats))
    }

    fn from_cells(cells: &[&str]) -> Result<Row, String> {
        let nats = |cells: &[&str]| -> Result<Nats, String> {
            // The sum is in the file for plotting programs; the parts are what is
            // measured.
            parse_number::<f64>(cells[2])?;
            Ok(Nats { play: parse_number(cells[0])?, articulate: parse_number(cells[1])? })
        };
        let validation = match &cells[4..7] {
            ["", "", ""] => None,
            cells => Some(nats(cells)?),
        };
        Ok(Row { epoch: parse_number(cells[0])?, nats: nats(&cells[1..4])?, validation })
    }
}

/// The file of a run that is being trained.
#[derive(Debug)]
pub struct Metrics(Table);

impl Metrics {
    /// Creates an empty file, replacing any other.
    pub fn create(path: &Path) -> Result<Metrics, MetricsError> {
        Table::create::<Row>(path).map(Metrics)
    }

    /// Opens an existing file to append to; [`truncate`] it first.
    pub fn open(path: &Path) -> Result<Metrics, MetricsError> {
        Table::open(path).map(Metrics)
    }

    /// Appends a row and writes it at once. After an error (a full disk) the last row may
    /// be incomplete; [`read`] and [`truncate`] leave it out.
    pub fn write(&mut self, row: &Row) -> Result<(), MetricsError> {
        self.0.write(row)
    }

    /// Brings all rows to the disk.
    pub fn sync(&self) -> Result<(), MetricsError> {
        self.0.sync()
    }
}

/// Reads all rows. An incomplete last line is left out.
pub fn read(path: &Path) -> Result<Vec<Row>, MetricsError> {
    table::read(path, None)
}

/// Truncates a file after `epoch`: later rows are removed, and so are the validations of epochs
/// that `keep_validation` does not accept. Replaces the file atomically, and returns its rows.
///
/// If a row is missing, this is an error, and the file stays as it was.
pub fn truncate(
    path: &Path,
    epoch: u64,
    keep_validation: impl Fn(u64) -> bool,
) -> Result<Vec<Row>, MetricsError> {
    let mut rows = table::read_complete::<Row>(path, epoch)?;
    for row in &mut rows {
        row.validation = row.validation.filter(|_| keep_validation(row.epoch));
    }
    table::replace(path, &rows)?;
    Ok(rows)
}

/// Adds a validation to the last row, which must be that of `epoch`. Replaces the file
/// atomically.
pub fn set_last_validation(path: &Path, epoch: u64, validation: Nats) -> Result<(), MetricsError> {
    let mut rows = table::read_complete::<Row>(path, epoch)?;
    if let Some(last) = rows.last_mut() {
        last.validation = Some(validation);
    }
    table::replace(path, &rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn nats(play: f64, articulate: f64) -> Nats {
        Nats { play, articulate }
    }

    fn file(rows: &[Row]) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(METRICS_FILE);
        let mut metrics = Metrics::create(&path).unwrap();
        rows.iter().for_each(|row| metrics.write(row).unwrap());
        (folder, path)
    }

    fn plain(epochs: u64) -> Vec<Row> {
        let row = |epoch: u64| Row {
            epoch,
            nats: nats(1.0 / epoch as f64, 0.1),
            validation: epoch.is_multiple_of(2).then(|| nats(2.0 / epoch as f64, 0.2)),
        };
        (1..=epochs).map(row).collect()
    }

    #[test]
    fn the_file_is_what_spreadsheets_read() {
        let (_folder, path) = file(&[
            Row { epoch: 1, nats: nats(1.5, 0.25), validation: None },
            Row { epoch: 2, nats: nats(1.0, 0.5), validation: Some(nats(2.0, 1.0)) },
        ]);
        assert_eq!(
            fs::read_to_string(path).unwrap(),
            "epoch,play_nats,articulate_nats,nats,validation_play_nats,\
             validation_articulate_nats,validation_nats\n1,1.5,0.25,1.75,,,\n2,1,0.5,1.5,2,1,3\n"
        );
    }

    #[test]
    fn numbers_come_back_bit_for_bit_however_extreme() {
        let extremes =
            [0.1 + 0.2, f64::MAX, f64::MIN_POSITIVE, 5e-324, -0.0, 1.0 / 3.0, f64::INFINITY, 1e22];
        let rows: Vec<_> = extremes
            .iter()
            .zip(1..)
            .map(|(&x, epoch)| Row { epoch, nats: nats(x, x), validation: Some(nats(x, 1.0)) })
            .collect();
        let (_folder, path) = file(&rows);
        let bits = |rows: &[Row]| -> Vec<_> {
            rows.iter()
                .map(|row| {
                    (
                        row.epoch,
                        row.nats.play.to_bits(),
                        row.nats.articulate.to_bits(),
                        row.validation.map(|nats| nats.play.to_bits()),
                    )
                })
                .collect()
        };
        assert_eq!(bits(&read(&path).unwrap()), bits(&rows));
        let before = fs::read(&path).unwrap();
        truncate(&path, rows.len() as u64, |_| true).unwrap();
        assert_eq!(fs::read(&path).unwrap(), before);
    }

    #[test]
    fn a_last_row_that_was_not_written_to_its_end_is_none() {
        let rows = plain(3);
        let (_folder, path) = file(&rows);
        let whole = fs::read(&path).unwrap();
        let third = whole.len()
            - whole[..whole.len() - 1].iter().rev().position(|&b| b == b'\n').unwrap()
            - 1;
        for length in third..whole.len() {
            fs::write(&path, &whole[..length]).unwrap();
            assert_eq!(read(&path).unwrap(), rows[..2], "{length} bytes");
        }
        fs::write(&path, &whole).unwrap();
        assert_eq!(read(&path).unwrap(), rows);
    }

    #[test]
    fn a_file_that_is_cut_and_gone_on_with_is_as_if_nothing_had_happened() {
        let rows = plain(8);
        let (_folder, path) = file(&rows);
        let whole = fs::read(&path).unwrap();
        // The interruption left a validation that was not due, rows too many, and rubbish.
        let mut extra = rows[..5].to_vec();
        extra[4].validation = Some(nats(9.0, 9.0));
        let (_other, broken) = file(&extra);
        let rubbish = [&fs::read(&broken).unwrap()[..], b"6,1,2,3,,,\n\0\0\xff\n7,"].concat();
        fs::write(&broken, rubbish).unwrap();
        let kept = truncate(&broken, 5, |epoch| epoch.is_multiple_of(2)).unwrap();
        assert_eq!(kept, rows[..5]);
        let mut metrics = Metrics::open(&broken).unwrap();
        rows[5..].iter().for_each(|row| metrics.write(row).unwrap());
        assert_eq!(fs::read(&broken).unwrap(), whole);
    }

    #[test]
    fn a_validation_is_added_to_the_last_row_alone() {
        let (_folder, path) = file(&plain(3));
        set_last_validation(&path, 3, nats(7.0, 0.5)).unwrap();
        let mut expected = plain(3);
        expected[2].validation = Some(nats(7.0, 0.5));
        assert_eq!(read(&path).unwrap(), expected);
        assert!(set_last_validation(&path, 4, nats(7.0, 0.5)).is_err(), "there is no such row");
    }

    #[test]
    fn a_cut_where_rows_are_missing_changes_nothing() {
        let (_folder, path) = file(&plain(3));
        let before = fs::read(&path).unwrap();
        let error = truncate(&path, 4, |_| true).unwrap_err().to_string();
        assert!(
            error.contains("metrics.csv: it has 3 epochs") && error.contains("epoch 4"),
            "{error}"
        );
        assert_eq!(fs::read(&path).unwrap(), before);
        let (_folder, path) = file(&plain(3)[1..]);
        assert!(truncate(&path, 3, |_| true).is_err(), "the first is missing");
        assert!(truncate(&path, 0, |_| true).unwrap().is_empty(), "back to the beginning");
        assert!(read(&path).unwrap().is_empty());
    }

    #[test]
    fn what_cannot_be_read_is_named_with_its_line_and_a_remedy() {
        let (_folder, path) = file(&plain(2));
        let whole = fs::read_to_string(&path).unwrap();
        let error = |text: &str| {
            fs::write(&path, text).unwrap();
            read(&path).unwrap_err().to_string()
        };
        for (tail, fault) in [
            ("3,1,2\n", "it has 3 values instead of 7"),
            ("3,1,two,3,,,\n", "\"two\" is not a number"),
            ("3,1,2,3,4,,\n", "\"\" is not a number"),
            ("2,1,2,3,,,\n", "epoch 2 cannot follow epoch 2"),
        ] {
            let error = error(&format!("{whole}{tail}"));
            assert!(error.contains("metrics.csv, line 4: ") && error.contains(fault), "{error}");
            assert!(error.contains("remove"), "{error}");
        }
        assert!(error("epoch,nats\n1,2\n").contains("line 1: it should be \"epoch,play_nats"));
        assert!(error("").contains("line 1: it should be"));
        let nowhere = read(Path::new("/no/such/metrics.csv")).unwrap_err().to_string();
        assert!(nowhere.starts_with("/no/such/metrics.csv: cannot be read"), "{nowhere}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_an_error_that_names_the_file() {
        let mut metrics = Metrics::open(Path::new("/dev/full")).unwrap();
        let error = metrics.write(&plain(1)[0]).unwrap_err().to_string();
        assert!(error.starts_with("/dev/full: a row cannot be written"), "{error}");
        assert!(error.contains("free some disk space"), "{error}");
    }
}
