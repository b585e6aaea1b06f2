//! The files of a dataset, each with its SHA-256 and its split.

use super::assign::assign_splits;
use super::dataset_file::{DatasetFile, sha256_of};
use super::split::Split;
use crate::corpus::{self, Corpus, CorpusError, Piece};
use crate::fingerprint::sha256;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// All files of a run, ordered by path: the content of `dataset.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dataset {
    /// The files.
    pub files: Vec<DatasetFile>,
}

/// The music of a dataset, by split.
#[derive(Debug, Default)]
pub struct Pieces {
    /// The training pieces.
    pub training: Vec<Piece>,
    /// The held-out pieces for validation.
    pub validation: Vec<Piece>,
    /// The test pieces, if a set has them: held out until the very end.
    pub test: Vec<Piece>,
}

/// Why a dataset cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DatasetError {
    /// None of the files can be read.
    #[error("none of the {0} files could be read; give MIDI files, or a set that contains pieces")]
    Unreadable(usize),
    /// No piece is long enough to train on.
    #[error(
        "none of the {pieces} pieces is as long as a segment, {segment} steps (16ths); give longer \
         pieces, or choose shorter segments"
    )]
    TooShort {
        /// How many pieces there are.
        pieces: usize,
        /// How many steps a segment has.
        segment: usize,
    },
    /// The training pieces contain no notes.
    #[error("the training pieces contain no notes; give other music")]
    Silent,
    /// The path of a piece is not Unicode, so `dataset.json` cannot contain it. [`corpus::read`]
    /// leaves such files out, so it is the folder in which the program was started.
    #[error(
        "{}: the path is not Unicode text; rename its folder, or start in another one",
        .0.display()
    )]
    Path(PathBuf),
    /// Some of the files have changed.
    #[error(
        "{} of the {files} files that this run uses have changed: {}; restore them, or start \
         a new run in another folder",
        changed.len(),
        in_words(changed)
    )]
    Changed {
        /// How many files the dataset uses.
        files: usize,
        /// The changed files, each with what has changed.
        changed: Vec<(PathBuf, String)>,
    },
    /// `dataset.json` cannot be used.
    #[error("{}: {what}; restore the original file, or start a new run", path.display())]
    List {
        /// `dataset.json`.
        path: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// The files cannot be found.
    #[error(transparent)]
    Corpus(#[from] CorpusError),
}

/// How many changed files an error names.
const NAMED: usize = 3;

fn in_words(changed: &[(PathBuf, String)]) -> String {
    let name = |(path, why): &(PathBuf, String)| format!("{} ({why})", path.display());
    let named: Vec<_> = changed.iter().take(NAMED).map(name).collect();
    let more = if changed.len() > NAMED { ", …" } else { "" };
    named.join(", ") + more
}

impl Dataset {
    /// Assigns each file of a corpus to a split, and returns the music of the files that
    /// are used.
    ///
    /// Of the pieces that are at least a segment long (in steps), a `share` is held out as
    /// [`hold_out`](super::hold_out()) decides; [`corpus::duplicate_of`] finds duplicates among all pieces.
    /// The pieces of a set with a published split keep that split.
    pub fn new(
        corpus: Corpus,
        segment: usize,
        share: f64,
        seed: u64,
    ) -> Result<(Dataset, Pieces), DatasetError> {
        let Corpus { mut pieces, failures } = corpus;
        if pieces.is_empty() {
            return Err(DatasetError::Unreadable(failures.len()));
        }
        for piece in &mut pieces {
            piece.path = absolute(&piece.path)?;
        }
        // An order that depends on nothing but the files' names.
        pieces.sort_by(|a, b| (&a.path, &a.name).cmp(&(&b.path, &b.name)));
        // The same file may have been found by two paths.
        pieces.dedup_by(|a, b| (&a.path, &a.name) == (&b.path, &b.name));
        let rolls: Vec<_> = pieces.iter().map(Piece::roll).collect();
        let (repeats, alike) = (corpus::duplicate_of(&rolls), corpus::all_duplicates(&rolls));
        let paths: Vec<_> = pieces.iter().map(|piece| piece.path.clone()).collect();
        // Each file is hashed once, however many pieces it holds.
        let distinct: BTreeSet<_> = paths.iter().collect();
        let digests: BTreeMap<_, _> =
            distinct.into_par_iter().map(|path| (path, sha256_of(path).ok())).collect();
        let of = |piece: &Piece| DatasetFile::of(piece, digests[&piece.path].clone());
        let mut files: Vec<_> = pieces.iter().map(of).collect();
        for (file, repeated) in files.iter_mut().zip(&repeats) {
            file.repeats = repeated.map(|index| paths[index].clone());
            if file.split == Split::Training && file.steps < segment {
                file.split = Split::TooShort;
            }
        }
        let free: Vec<bool> = pieces.iter().map(|piece| piece.published_split.is_none()).collect();
        assign_splits(&mut files, &free, &alike, share, seed);
        if !files.iter().any(|file| file.split == Split::Training) {
            return Err(DatasetError::TooShort { pieces: files.len(), segment });
        }
        for failure in failures {
            let path = absolute_or_as_given(&failure.path);
            files.push(DatasetFile::unreadable(&path));
        }
        files.sort_by(|a, b| (&a.path, &a.name).cmp(&(&b.path, &b.name)));
        let dataset = Dataset { files };
        let pieces = dataset.by_split(pieces);
        let sounds = |piece: &Piece| piece.roll().steps().iter().any(|step| !step.play.is_empty());
        if !pieces.training.iter().any(sounds) {
            return Err(DatasetError::Silent);
        }
        Ok((dataset, pieces))
    }

    /// Reads `dataset.json`.
    pub fn read(path: &Path) -> Result<Dataset, DatasetError> {
        let failed = |what: String| DatasetError::List { path: path.to_owned(), what };
        let bytes = fs::read(path).map_err(|error| failed(format!("cannot be read: {error}")))?;
        Dataset::from_json(&bytes).map_err(|error| failed(format!("is damaged: {error}")))
    }

    /// Reads the content of `dataset.json`.
    pub fn from_json(json: &[u8]) -> serde_json::Result<Dataset> {
        serde_json::from_slice(json)
    }

    /// The content of `dataset.json`.
    pub fn to_json(&self) -> Vec<u8> {
        let mut json = serde_json::to_vec_pretty(self).expect("paths were found to be text");
        json.push(b'\n');
        json
    }

    /// The SHA-256 of `dataset.json`, as hexadecimal digits.
    pub fn fingerprint(&self) -> String {
        sha256(&self.to_json())
    }

    /// Reads the music again. Every file that is used must be unchanged; files that have
    /// been added since are ignored.
    pub fn read_pieces(&self) -> Result<Pieces, DatasetError> {
        let used: Vec<_> = self.files.iter().filter(|file| file.split.is_used()).collect();
        let files: BTreeMap<_, _> = used.iter().map(|file| (&file.path, *file)).collect();
        let changed: Vec<_> = files
            .par_iter()
            .filter_map(|(&path, file)| Some((path.clone(), file.change()?)))
            .collect();
        if !changed.is_empty() {
            return Err(DatasetError::Changed { files: files.len(), changed });
        }
        let paths: Vec<_> = files.keys().collect();
        let corpus = corpus::read(&paths)?;
        if let Some(failure) = corpus.failures.first() {
            // The bytes are the same, so this version of the program reads less than
            // the one before.
            let changed = vec![(failure.path.clone(), failure.reason.reason())];
            return Err(DatasetError::Changed { files: files.len(), changed });
        }
        Ok(self.by_split(corpus.pieces))
    }

    /// The listed file with the content that a piece's file has now. If several match, the
    /// one with the piece's folder and name, or else the first.
    pub fn find_by_content(&self, piece: &Piece) -> Option<&DatasetFile> {
        let sha256 = sha256_of(&piece.path).ok()?;
        let same: Vec<_> =
            self.files.iter().filter(|file| file.sha256.as_ref() == Some(&sha256)).collect();
        let of_name =
            same.iter().find(|file| file.folder == piece.folder && file.name == piece.name);
        of_name.or(same.first()).copied()
    }

    /// The files of one split.
    pub fn of(&self, split: Split) -> impl Iterator<Item = &DatasetFile> {
        self.files.iter().filter(move |file| file.split == split)
    }

    /// How many files a split has.
    pub fn count(&self, split: Split) -> usize {
        self.of(split).count()
    }

    /// How many steps the files of a split have.
    pub fn steps(&self, split: Split) -> usize {
        self.of(split).map(|file| file.steps).sum()
    }

    /// The pieces by split, ordered by path and name, whatever order they come in.
    fn by_split(&self, mut pieces: Vec<Piece>) -> Pieces {
        pieces.sort_by(|a, b| (&a.path, &a.name).cmp(&(&b.path, &b.name)));
        let splits: BTreeMap<_, _> =
            self.files.iter().map(|file| ((&file.path, &file.name), file.split)).collect();
        let mut sorted = Pieces::default();
        for piece in pieces {
            match splits.get(&(&piece.path, &piece.name)) {
                Some(Split::Training) => sorted.training.push(piece),
                Some(Split::Validation) => sorted.validation.push(piece),
                Some(Split::Test) => sorted.test.push(piece),
                _ => {}
            }
        }
        sorted
    }
}

fn absolute_or_as_given(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

fn absolute(path: &Path) -> Result<PathBuf, DatasetError> {
    let absolute = absolute_or_as_given(path);
    match absolute.to_str() {
        Some(_) => Ok(absolute),
        None => Err(DatasetError::Path(absolute)),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::midi;
    use crate::roll::{Keys, Roll, Step};
    use crate::score::Metre;
    use rand_chacha::ChaCha8Rng;
    use rand_chacha::rand_core::{Rng, SeedableRng};

    /// Music like no other, of so many steps.
    pub fn music(number: u64, steps: usize) -> Vec<u8> {
        let mut random = ChaCha8Rng::seed_from_u64(number);
        let mut roll = Roll::new(Metre::COMMON);
        for _ in 0..steps {
            let keys = Keys::from_iter([random.next_u32() as usize % 88]);
            roll.push(Step { play: keys, articulate: keys });
        }
        midi::write(&roll.to_score(None, &[]))
    }

    /// Two composers of five pieces each; the first piece of the one is the second's as well. And a
    /// file that is too short, and one that is none.
    pub fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (composer, first) in [("bach", 0), ("petzold", 4)] {
            fs::create_dir(folder.path().join(composer)).unwrap();
            for number in first..first + 5 {
                let path = folder.path().join(composer).join(format!("{number}.mid"));
                fs::write(path, music(number, 64 + number as usize)).unwrap();
            }
        }
        fs::write(folder.path().join("bach/short.mid"), music(30, 20)).unwrap();
        fs::write(folder.path().join("petzold/broken.mid"), "MThd").unwrap();
        folder
    }

    pub fn dataset(folder: &tempfile::TempDir, seed: u64) -> (Dataset, Pieces) {
        Dataset::new(corpus::read(&[folder.path()]).unwrap(), 64, 0.2, seed).unwrap()
    }

    #[test]
    fn every_file_is_listed_with_what_it_is_used_for() {
        let folder = folder();
        let (dataset, pieces) = dataset(&folder, 3);
        assert_eq!(dataset.files.len(), 12);
        assert_eq!(dataset.count(Split::TooShort), 1);
        assert_eq!(dataset.count(Split::Unreadable), 1);
        assert_eq!(dataset.count(Split::Validation), pieces.validation.len());
        assert_eq!(dataset.count(Split::Training), pieces.training.len());
        assert_eq!((pieces.validation.len(), pieces.training.len()), (2, 8));
        let copy = dataset.files.iter().find(|file| file.repeats.is_some()).unwrap();
        assert!(copy.path.ends_with("petzold/4.mid"), "{copy:?}");
        // The first line of `sha256sum` for the four bytes "MThd".
        let broken = dataset.files.iter().find(|file| file.name == "broken").unwrap();
        let known = "70fad3c7454a1f31935f5a14f71a959010e4ad087bfec6701d5cc66d382e5d05";
        assert_eq!(broken.sha256.as_deref(), Some(known));
    }

    #[test]
    fn a_set_of_over_a_thousand_pieces_is_read_again_in_the_same_order() {
        let folder = tempfile::tempdir().unwrap();
        let piece = |number: usize| vec![vec![21 + number % 88]; 16 + number % 7];
        let pieces: Vec<_> = (0..1005).map(piece).collect();
        let set = serde_json::json!({ "train": pieces, "valid": [], "test": [] });
        let path = folder.path().join("set.json");
        fs::write(&path, set.to_string()).unwrap();
        let corpus = corpus::read(&[path]).unwrap();
        let (dataset, pieces) = Dataset::new(corpus, 16, 0.0, 1).unwrap();
        let names = |pieces: &[Piece]| pieces.iter().map(|p| p.name.clone()).collect::<Vec<_>>();
        let again = dataset.read_pieces().unwrap();
        assert_eq!(names(&again.training), names(&pieces.training));
    }

    #[test]
    fn what_is_read_again_is_the_same_and_new_files_are_left_alone() {
        let folder = folder();
        let (dataset, pieces) = dataset(&folder, 3);
        fs::write(folder.path().join("bach/new.mid"), music(25, 70)).unwrap();
        fs::remove_file(folder.path().join("petzold/broken.mid")).unwrap();
        let list = folder.path().join("dataset.json");
        fs::write(&list, dataset.to_json()).unwrap();
        let read = Dataset::read(&list).unwrap();
        assert_eq!(read, dataset);
        let again = read.read_pieces().unwrap();
        let rolls = |pieces: &[Piece]| pieces.iter().map(|p| p.roll().clone()).collect::<Vec<_>>();
        assert_eq!(rolls(&again.training), rolls(&pieces.training));
        assert_eq!(rolls(&again.validation), rolls(&pieces.validation));
    }

    #[test]
    fn files_that_are_altered_or_missing_are_named() {
        let folder = folder();
        let (dataset, _) = dataset(&folder, 3);
        fs::write(folder.path().join("bach/1.mid"), music(26, 70)).unwrap();
        fs::remove_file(folder.path().join("petzold/6.mid")).unwrap();
        let error = dataset.read_pieces().unwrap_err().to_string();
        assert!(error.starts_with("2 of the 10 files"), "{error}");
        assert!(error.contains("bach/1.mid (altered)"), "{error}");
        assert!(error.contains("petzold/6.mid (missing)"), "{error}");
    }

    #[test]
    fn a_list_that_is_damaged_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("dataset.json");
        fs::write(&list, "{\"files\": [").unwrap();
        let error = Dataset::read(&list).unwrap_err().to_string();
        assert!(error.contains("dataset.json: is damaged"), "{error}");
    }

    #[test]
    fn pieces_that_are_all_too_short_are_an_error_with_a_remedy() {
        let folder = folder();
        let corpus = corpus::read(&[folder.path()]).unwrap();
        let error = Dataset::new(corpus, 500, 0.1, 1).unwrap_err().to_string();
        assert!(error.contains("500 steps") && error.contains("shorter segments"), "{error}");
    }
}
