//! Sample compositions during training, always with the same seed and primer:
//! `samples/epoch-000100.mid`, and a picture of it.

use crate::atomic_file::{self, AtomicFileError, Existing};
use crate::composing::{Composer, Recipe};
use crate::midi::{self, FileError, FileFault, MidiError};
use crate::model::Model;
use crate::picture::{self, Format};
use crate::roll::{Roll, RollError};
use crate::score::Metre;
use std::io;
use std::path::{Path, PathBuf};

/// The name of the samples' folder within a run's folder.
pub const SAMPLES_FOLDER: &str = "samples";

/// How many measures a sample has.
pub const SAMPLE_BARS: usize = 8;

/// A sample composition.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// The epoch after which it was composed.
    pub epoch: u64,
    /// The music.
    pub roll: Roll,
    /// How it was composed.
    pub recipe: Recipe,
}

/// Composes a sample with the model after an epoch. The seed also chooses the primer; without
/// primers there is no sample.
pub fn compose(model: &Model, epoch: u64, seed: u64) -> Option<Sample> {
    // What the network plays by itself, without repeated phrases.
    let recipe = Recipe {
        model_name: Some(format!("epoch {epoch}")),
        ..Recipe::new(seed).bars(SAMPLE_BARS).repeats(0.0)
    };
    let piece = Composer::new(model).compose(&recipe).ok()?;
    Some(Sample { epoch, roll: piece.roll().clone(), recipe: piece.recipe() })
}

/// Why a sample was not written.
#[derive(Debug, thiserror::Error)]
pub enum SampleError {
    /// The folder cannot be created.
    #[error("the folder {} cannot be created ({reason}); check its permissions", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// The operating system's reason.
        reason: io::Error,
    },
    /// A file cannot be written.
    #[error(transparent)]
    Writing(#[from] AtomicFileError),
}

/// Writes a sample to a run's folder, as MIDI and as PNG. Replaces a sample of the same epoch.
pub fn write(run: &Path, sample: &Sample) -> Result<(), SampleError> {
    let folder = run.join(SAMPLES_FOLDER);
    let made = std::fs::create_dir_all(&folder);
    made.map_err(|reason| SampleError::Folder { path: folder.clone(), reason })?;
    let title = format!("Epoch {}", sample.epoch);
    let score = sample.roll.to_score(Some(&title), &[sample.recipe.to_text()]);
    let name = format!("epoch-{:06}", sample.epoch);
    let picture = picture::roll(&sample.roll, &title, Format::Png);
    atomic_file::write(
        &folder.join(format!("{name}.mid")),
        &midi::write(&score),
        Existing::Replace,
    )?;
    atomic_file::write(&folder.join(format!("{name}.png")), &picture, Existing::Replace)?;
    Ok(())
}

/// Why a sample cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum DamagedSample {
    /// The file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The file can be read, but something is odd about it, so it is not as it was written.
    #[error("{}: {warning}", path.display())]
    Midi {
        /// The file.
        path: PathBuf,
        /// What is odd about it.
        warning: midi::Warning,
    },
    /// The notes cannot be transcribed.
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
    /// The readable samples, by epoch. A silent sample is an empty roll, without steps.
    pub rolls: Vec<(u64, Roll)>,
    /// The samples that cannot be read.
    pub damaged: Vec<DamagedSample>,
}

/// Reads the samples in a run's folder, ordered by epoch. A run without samples yields an empty
/// list.
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
    // Two names can mean the same epoch, such as epoch-1 and epoch-000001; the first is
    // used.
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

/// The epoch in a file's name, if the file is a sample.
fn epoch(path: &Path) -> Option<u64> {
    let digits = path.file_name()?.to_str()?.strip_prefix("epoch-")?.strip_suffix(".mid")?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

fn read_sample(path: &Path) -> Result<Roll, DamagedSample> {
    let reading = match midi::read_file(path) {
        // Early in training a network may compose nothing but rests.
        Err(FileError { fault: FileFault::Midi(MidiError::NoNotes { warnings, .. }), .. })
            if warnings.is_empty() =>
        {
            return Ok(Roll::new(Metre::COMMON));
        }
        reading => reading?,
    };
    // A sample as it was written has nothing odd about it.
    if let Some(warning) = reading.warnings.into_iter().next() {
        return Err(DamagedSample::Midi { path: path.to_owned(), warning });
    }
    let transcription = Roll::from_score(&reading.score);
    match transcription {
        Ok(transcription) => Ok(transcription.roll),
        Err(reason) => Err(DamagedSample::Roll { path: path.to_owned(), reason }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Training;
    use crate::network::{Architecture, Layers, Parameters, Preset};
    use crate::primer::Primer;
    use crate::roll::{Keys, Step};
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::SeedableRng;
    use std::fs;

    /// A network that has learned nothing, with a primer of a measure of 3/4.
    fn model() -> Model {
        let architecture =
            Architecture { time: vec![6], note: vec![4], ..Preset::Small.architecture() };
        let layout = architecture.check().unwrap();
        let layers = Layers::new(&architecture, &layout);
        let parameters = Parameters::init(&layers, &mut ChaCha8Rng::seed_from_u64(5));
        let mut roll = Roll::new("3/4".parse().unwrap());
        let keys = Keys::from_iter([39, 43]);
        (0..12).for_each(|_| roll.push(Step { play: keys, articulate: Keys::NONE }));
        let training = Training {
            version: String::new(),
            epochs: 0,
            pieces: 0,
            settings: Default::default(),
            nats: 0.0,
            held_out: None,
        };
        let primers = vec![Primer { source: "a test".to_owned(), roll }];
        Model { architecture, layout, parameters, primers, training_music: None, training }
    }

    #[test]
    fn a_sample_is_eight_measures_and_the_same_whenever_it_is_composed() {
        let mut model = model();
        let sample = compose(&model, 100, 7).unwrap();
        assert_eq!(sample.roll.len(), 8 * 12);
        assert_eq!(compose(&model, 100, 7).unwrap(), sample);
        assert_ne!(compose(&model, 100, 8).unwrap().roll, sample.roll);
        model.primers.clear();
        assert_eq!(compose(&model, 100, 7), None);
    }

    #[test]
    fn samples_come_back_by_epoch_as_they_were_written() {
        let run = tempfile::tempdir().unwrap();
        assert!(read(run.path()).unwrap().rolls.is_empty(), "a run without any has none");
        let model = model();
        // More digits than the name's six, so that the order of names is not that of epochs.
        let samples = [3, 1_000_000, 20_000].map(|epoch| compose(&model, epoch, epoch).unwrap());
        samples.iter().for_each(|sample| write(run.path(), sample).unwrap());
        let found = read(run.path()).unwrap();
        assert!(found.damaged.is_empty());
        assert!(found.rolls.iter().map(|(epoch, _)| *epoch).eq([3, 20_000, 1_000_000]));
        assert_eq!(found.rolls[1].1.notes(), samples[2].roll.notes());
        assert_eq!(found.rolls[1].1.metres(), samples[2].roll.metres());
        let folder = run.path().join(SAMPLES_FOLDER);
        let reading = midi::read_file(&folder.join("epoch-000003.mid")).unwrap();
        let recipe = Recipe::from_text(&reading.score.texts[0]).unwrap();
        assert_eq!((recipe.seed, recipe.bars, recipe.temperature), (3, Some(8), 1.0));
        assert!(fs::read(folder.join("epoch-000003.png")).unwrap().starts_with(b"\x89PNG"));
    }

    #[test]
    fn a_damaged_sample_is_left_out_and_named_and_a_silent_one_is_shown() {
        let run = tempfile::tempdir().unwrap();
        let mut sample = compose(&model(), 1, 1).unwrap();
        write(run.path(), &sample).unwrap();
        sample.epoch = 2;
        sample.roll = Roll::new("3/4".parse().unwrap());
        (0..96).for_each(|_| sample.roll.push(Step::SILENCE));
        write(run.path(), &sample).unwrap();
        let folder = run.path().join(SAMPLES_FOLDER);
        let whole = fs::read(folder.join("epoch-000001.mid")).unwrap();
        fs::write(folder.join("epoch-000003.mid"), &whole[..whole.len() / 2]).unwrap();
        fs::write(folder.join("epoch-3b.mid"), "not ours").unwrap();
        let found = read(run.path()).unwrap();
        assert!(found.rolls.iter().map(|(epoch, _)| *epoch).eq([1, 2]));
        assert!(found.rolls[1].1.is_empty());
        let reasons: Vec<_> = found.damaged.iter().map(ToString::to_string).collect();
        assert!(reasons.len() == 1 && reasons[0].contains("epoch-000003.mid"), "{reasons:?}");
    }
}
