//! What a network composes in the course of its training, always from the same seed after the same
//! primer: `samples/epoch-000100.mid` and a picture of it.

use crate::composing::{Composer, Composition, Recipe, compose as compose_piece};
use crate::midi::{self, FileError, FileFault, MidiError};
use crate::model::Model;
use crate::picture::{self, Format};
use crate::roll::{Roll, RollError};
use crate::score::Metre;
use crate::writing::{self, Existing, WritingError};
use std::io;
use std::path::{Path, PathBuf};

/// The folder of the samples in a run's folder.
pub const SAMPLES_FOLDER: &str = "samples";

/// How many whole measures a sample has.
pub const SAMPLE_BARS: usize = 8;

/// A composition on the way.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// After how many epochs.
    pub epoch: u64,
    /// The music.
    pub roll: Roll,
    /// How it came about.
    pub recipe: Recipe,
}

/// Composes a sample with a model as it is after an epoch. The seed chooses the primer, too;
/// without primers there is no sample.
pub fn compose(model: &Model, epoch: u64, seed: u64) -> Option<Sample> {
    let index = seed.checked_rem(model.primers.len() as u64)?;
    let primer = &model.primers[index as usize];
    let composition =
        Composition { primer, with_primer: false, bars: SAMPLE_BARS, seed, temperature: 1.0 };
    let roll = compose_piece(&Composer::new(model), &composition, |_| ());
    let recipe = Recipe {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        model: format!("epoch {epoch} ({})", model.fingerprint()),
        seed,
        temperature: composition.temperature,
        bars: composition.bars,
        metre: primer.roll.metre_at(primer.roll.len()).metre,
        primer: primer.source.clone(),
        with_primer: composition.with_primer,
    };
    Some(Sample { epoch, roll, recipe })
}

/// Why a sample was not written.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// The folder cannot be made.
    #[error("the folder {} cannot be made ({reason}); check its permissions", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system says.
        reason: io::Error,
    },
    /// A file cannot be written.
    #[error(transparent)]
    Writing(#[from] WritingError),
}

/// Writes a sample into a run's folder, as MIDI and as a PNG, in place of one of the same epoch.
pub fn write(run: &Path, sample: &Sample) -> Result<(), SampleError> {
    let folder = run.join(SAMPLES_FOLDER);
    let made = std::fs::create_dir_all(&folder);
    made.map_err(|reason| SampleError::Folder { path: folder.clone(), reason })?;
    let title = format!("Epoch {}", sample.epoch);
    let score = sample.roll.to_score(Some(&title), &[sample.recipe.to_text()]);
    let name = format!("epoch-{:06}", sample.epoch);
    let picture = picture::roll(&sample.roll, &title, Format::Png);
    writing::write(&folder.join(format!("{name}.mid")), &midi::write(&score), Existing::Replace)?;
    writing::write(&folder.join(format!("{name}.png")), &picture, Existing::Replace)?;
    Ok(())
}

/// Why a sample cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum DamagedSample {
    /// It cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// It cannot be transcribed.
    #[error("{}: {reason}", path.display())]
    Roll {
        /// The file.
        path: PathBuf,
        /// What is wrong with its notes.
        reason: RollError,
    },
}

/// The samples of a run.
#[derive(Debug, Default)]
pub struct Samples {
    /// Those that can be read, by epoch. Of a silent one only the silence is left: no steps.
    pub rolls: Vec<(u64, Roll)>,
    /// Why others cannot.
    pub damaged: Vec<DamagedSample>,
}

/// Reads the samples in a run's folder back, in the order of their epochs. A run without any has
/// none.
pub fn read(run: &Path) -> io::Result<Samples> {
    let mut files = Vec::new();
    match std::fs::read_dir(run.join(SAMPLES_FOLDER)) {
        Ok(entries) => {
            for entry in entries {
                let path = entry?.path();
                files.extend(epoch(&path).map(|epoch| (epoch, path)));
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    files.sort();
    // Two names of one epoch, such as epoch-1 and epoch-000001: the first will do.
    files.dedup_by_key(|(epoch, _)| *epoch);
    let mut samples = Samples::default();
    for (epoch, path) in files {
        match read_sample(&path) {
            Ok(roll) => samples.rolls.push((epoch, roll)),
            Err(error) => samples.damaged.push(error),
        }
    }
    Ok(samples)
}

/// The epoch that a file's name tells, if it is a sample.
fn epoch(path: &Path) -> Option<u64> {
    let digits = path.file_name()?.to_str()?.strip_prefix("epoch-")?.strip_suffix(".mid")?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

fn read_sample(path: &Path) -> Result<Roll, DamagedSample> {
    let reading = match midi::read_file(path) {
        // At the beginning a network may compose nothing but rests.
        Err(FileError { fault: FileFault::Midi(MidiError::NoNotes { .. }), .. }) => {
            return Ok(Roll::new(Metre::COMMON));
        }
        reading => reading?,
    };
    let transcription = Roll::from_score(&reading.score);
    match transcription {
        Ok(transcription) => Ok(transcription.roll),
        Err(reason) => Err(DamagedSample::Roll { path: path.to_owned(), reason }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::{Layers, Parameters, Preset};
    use crate::primer::Primer;
    use crate::roll::{Keys, Step};
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;
    use std::fs;
}
