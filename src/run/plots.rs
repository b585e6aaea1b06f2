//! The plots of a run: how its loss fell, and how its music developed.

use super::metrics::{self, METRICS_FILE, MetricsError};
use super::samples::{self, DamagedSample};
use crate::atomic_file::{self, AtomicFileError, Existing};
use crate::network::Nats;
use crate::output::Kind;
use crate::picture::{self, Format, LossCurves};
use std::io;
use std::path::{Path, PathBuf};

/// The name of the plots' folder within a run's folder.
pub const PLOTS_FOLDER: &str = "plots";

/// The plots that were drawn.
#[derive(Debug)]
pub struct Plots {
    /// The files, in the order in which they were written.
    pub written: Vec<PathBuf>,
    /// Samples that cannot be shown.
    pub damaged: Vec<DamagedSample>,
}

/// Why the plots cannot be drawn.
#[derive(Debug, thiserror::Error)]
pub enum PlotsError {
    /// The folder does not exist.
    #[error("{} does not exist; check the spelling", .0.display())]
    NoRun(PathBuf),
    /// The folder does not contain a run.
    #[error("the folder {} holds no {METRICS_FILE}; is it the folder of a training run?", .0.display())]
    NoMetrics(PathBuf),
    /// No epoch has been trained yet.
    #[error("{} holds no epoch yet; plot again after the first one", .0.display())]
    NoEpochs(PathBuf),
    /// The losses cannot be read.
    #[error(transparent)]
    Metrics(#[from] MetricsError),
    /// A folder cannot be read or created.
    #[error("{}: {reason}; check the path and its permissions", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// The operating system's reason.
        reason: io::Error,
    },
    /// A plot cannot be written.
    #[error(transparent)]
    Writing(#[from] AtomicFileError),
}

/// Draws the plots `loss` and, if the run has samples, `growth`, each as SVG and PNG. Writes
/// them to the run's folder `plots` or to another folder, which is created if need be. Replaces
/// earlier plots.
pub fn plots(run: &Path, into: Option<&Path>) -> Result<Plots, PlotsError> {
    let metrics_file = run.join(METRICS_FILE);
    if !run.exists() {
        return Err(PlotsError::NoRun(run.to_owned()));
    }
    if !metrics_file.exists() {
        return Err(PlotsError::NoMetrics(run.to_owned()));
    }
    let rows = metrics::read(&metrics_file)?;
    if rows.is_empty() {
        return Err(PlotsError::NoEpochs(metrics_file));
    }
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |reason| PlotsError::Folder { path, reason }
    };
    let samples = samples::read(run).map_err(failed(&run.join(samples::SAMPLES_FOLDER)))?;
    let own = run.join(PLOTS_FOLDER);
    let folder = into.unwrap_or(&own);
    std::fs::create_dir_all(folder).map_err(failed(folder))?;

    let mut written = Vec::new();
    let mut save = |name: &str, format: Format, bytes: Vec<u8>| {
        let path = folder.join(format!("{name}.{}", Kind::Picture(format).extension()));
        atomic_file::write(&path, &bytes, Existing::Replace)?;
        written.push(path);
        Ok::<(), PlotsError>(())
    };
    let curves = curves(&rows);
    let title = format!("Learning curve of {}", name(run));
    for format in Format::ALL {
        save("loss", format, picture::loss(&curves, &title, format))?;
    }
    if !samples.rolls.is_empty() {
        for format in Format::ALL {
            save("growth", format, picture::growth(&samples.rolls, format))?;
        }
    }
    Ok(Plots { written, damaged: samples.damaged })
}

fn curves(rows: &[metrics::Row]) -> LossCurves {
    let total = |nats: Nats| nats.total();
    LossCurves {
        training: rows.iter().map(|row| (row.epoch, total(row.nats))).collect(),
        validation: rows
            .iter()
            .filter_map(|row| Some((row.epoch, total(row.validation?))))
            .collect(),
    }
}

/// The name of a run: its folder's name, even if the path is `.`.
fn name(run: &Path) -> String {
    let whole = run.canonicalize().unwrap_or_else(|_| run.to_owned());
    whole.file_name().map_or("the network".into(), |name| name.to_string_lossy().into_owned())
}
