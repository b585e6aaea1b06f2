//! Datasets: sets of pieces in one file, with their published split.
//!
//! The format is that of Boulanger-Lewandowski, Bengio and Vincent (2012), as JSON. The file is an
//! object of `train`, `valid` and `test`. Each is a list of pieces, a piece is a list of steps, and
//! a step is the list of the MIDI pitches that sound. The file may be plain (`.json`) or compressed
//! with gzip (`.json.gz`). It does not tell which sounding keys are struck again, where the
//! measures lie, or how long a step is.

use super::{Piece, PublishedSplit};
use crate::roll::{KEYS, Keys, LONGEST_ROLL, LOWEST_PITCH, Roll, Step, Transcription};
use crate::score::Metre;
use flate2::read::GzDecoder;
use serde::Deserialize;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The largest size of a set, uncompressed, in bytes. The sets of 2012 have 3 MB at most.
pub const LARGEST_SET: u64 = 1 << 28;

/// Why a set cannot be read; the message names the file.
#[derive(Debug, thiserror::Error)]
#[error("{}: {fault}", path.display())]
pub struct SetError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub fault: SetFault,
}

/// What is wrong with a set.
#[derive(Debug, thiserror::Error)]
pub enum SetFault {
    /// The system cannot read it, or the compression is damaged.
    #[error("cannot be read ({0}); check the path and its permissions, or get the file again")]
    System(#[from] io::Error),
    /// It is larger than [`LARGEST_SET`].
    #[error("is larger than {} MB uncompressed; split it", LARGEST_SET >> 20)]
    Large,
    /// It does not have the format.
    #[error(
        "is not a set of pieces ({0}); expected {{\"train\": [piece, …], \"valid\": …, \"test\": …}}, \
         where a piece is a list of steps and a step is a list of MIDI pitches"
    )]
    Format(#[from] serde_json::Error),
    /// A piece is too long.
    #[error("piece {piece} of \"{split}\" has {steps} steps, more than {LONGEST_ROLL}; split it")]
    Long {
        /// The split, as the file calls it.
        split: &'static str,
        /// The piece, from 1.
        piece: usize,
        /// The number of its steps.
        steps: usize,
    },
    /// A pitch is outside the range of a piano.
    #[error(
        "has the pitch {pitch} in piece {piece}, step {step} of \"{split}\"; a piano has \
         {LOWEST_PITCH} to {HIGHEST_PITCH}"
    )]
    Pitch {
        /// The split, as the file calls it.
        split: &'static str,
        /// The piece, from 1.
        piece: usize,
        /// The step, from 1.
        step: usize,
        /// The pitch.
        pitch: i64,
    },
}

/// The pitch of the highest key, C8.
const HIGHEST_PITCH: u8 = LOWEST_PITCH + KEYS as u8 - 1;

/// The sounding pitches of each step of a piece.
type Pitches = Vec<Vec<i64>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Set {
    train: Vec<Pitches>,
    valid: Vec<Pitches>,
    test: Vec<Pitches>,
}

/// Whether a file is read as a set, by its name.
pub fn is_set(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    name.ends_with(".json") || name.ends_with(".json.gz")
}

/// Reads all pieces of a set: first those of `train`, then `valid`, then `test`.
///
/// A piece is named after its split and its number there, from 1 (`test-017`), and its folder has
/// the name of the split. The file does not give the metre or the length of a step, so a step
/// counts as a 16th, and the metre as 4/4. The attribute layout for such music must not depend on
/// the beat. A key is struck where it begins to sound.
pub fn read_set(path: &Path) -> Result<Vec<Piece>, SetError> {
    let failed = |fault| SetError { path: path.to_owned(), fault };
    let bytes = uncompressed(path).map_err(failed)?;
    let Set { train, valid, test } =
        serde_json::from_slice(&bytes).map_err(|error| failed(error.into()))?;
    let mut pieces = Vec::new();
    for (split, of_split) in [
        (PublishedSplit::Training, train),
        (PublishedSplit::Validation, valid),
        (PublishedSplit::Test, test),
    ] {
        for (index, pitches) in of_split.iter().enumerate() {
            let (piece, steps) = (index + 1, pitches.len());
            if steps as u64 > LONGEST_ROLL {
                return Err(failed(SetFault::Long { split: split.name(), piece, steps }));
            }
            let roll = roll(pitches).map_err(|(step, pitch)| {
                let step = step + 1;
                failed(SetFault::Pitch { split: split.name(), piece, step, pitch })
            })?;
            pieces.push(Piece {
                path: path.to_owned(),
                name: format!("{}-{:03}", split.name(), index + 1),
                folder: split.name().to_owned(),
                title: None,
                transcription: Transcription::exact(roll),
                warnings: Vec::new(),
                published_split: Some(split),
            });
        }
    }
    Ok(pieces)
}

fn uncompressed(path: &Path) -> Result<Vec<u8>, SetFault> {
    let file = File::open(path)?;
    let compressed = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("gz"));
    let reader: Box<dyn Read> =
        if compressed { Box::new(GzDecoder::new(file)) } else { Box::new(file) };
    let mut bytes = Vec::new();
    reader.take(LARGEST_SET + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST_SET {
        return Err(SetFault::Large);
    }
    Ok(bytes)
}

/// The roll of a piece, or the step and the pitch of a note that no piano has.
fn roll(pitches: &Pitches) -> Result<Roll, (usize, i64)> {
    let mut roll = Roll::new(Metre::COMMON);
    for (step, sounding) in pitches.iter().enumerate() {
        let mut play = Keys::NONE;
        for &pitch in sounding {
            let key =
                u8::try_from(pitch).ok().filter(|p| (LOWEST_PITCH..=HIGHEST_PITCH).contains(p));
            play.insert(usize::from(key.ok_or((step, pitch))? - LOWEST_PITCH));
        }
        roll.push(Step { play, articulate: Keys::NONE });
    }
    Ok(roll)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write;

    const SET: &str =
        r#"{"train": [[[60, 64], [64], []], [[21]]], "valid": [], "test": [[[108]]]}"#;

    fn written(name: &str, bytes: &[u8]) -> Result<Vec<Piece>, SetError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        read_set(&path)
    }

    fn compressed(text: &str) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn every_piece_of_a_set_is_read_with_its_part() {
        let pieces = written("set.json.gz", &compressed(SET)).unwrap();
        let facts: Vec<_> =
            pieces.iter().map(|p| (p.name.as_str(), p.published_split, p.roll().len())).collect();
        assert_eq!(
            facts,
            [
                ("train-001", Some(PublishedSplit::Training), 3),
                ("train-002", Some(PublishedSplit::Training), 1),
                ("test-001", Some(PublishedSplit::Test), 1)
            ]
        );
        let keys = |keys: &[usize]| Keys::from_iter(keys.iter().copied());
        // Middle C is key 39. The E goes on sounding without being struck again. The silence counts
        // as a step.
        assert_eq!(
            pieces[0].roll().steps(),
            [
                Step { play: keys(&[39, 43]), articulate: keys(&[39, 43]) },
                Step { play: keys(&[43]), articulate: Keys::NONE },
                Step::SILENCE
            ]
        );
        assert_eq!(pieces[1].roll().steps()[0].play, keys(&[0]));
        assert_eq!(pieces[2].roll().steps()[0].play, keys(&[87]));
    }

    #[test]
    fn compressed_or_not_it_is_the_same_music() {
        let rolls =
            |pieces: Vec<Piece>| pieces.iter().map(|p| p.roll().clone()).collect::<Vec<_>>();
        let plain = written("set.json", SET.as_bytes()).unwrap();
        assert_eq!(rolls(plain), rolls(written("set.json.gz", &compressed(SET)).unwrap()));
    }

    #[test]
    fn what_is_no_set_is_named_with_what_was_expected() {
        let error = |name: &str, bytes: &[u8]| written(name, bytes).unwrap_err().to_string();
        let found = error("a.json", br#"{"train": [[[60, 20]]], "valid": [], "test": []}"#);
        assert!(found.contains("pitch 20 in piece 1, step 1 of \"train\""), "{found}");
        let found = error("a.json", br#"{"train": [[[60.5]]], "valid": [], "test": []}"#);
        assert!(found.contains("a.json: is not a set"), "{found}");
        assert!(found.contains("\"train\": ["), "{found}");
        let found = error("a.json", br#"{"train": [], "valid": []}"#);
        assert!(found.contains("missing field `test`"), "{found}");
        let whole = compressed(SET);
        let found = error("a.json.gz", &whole[..whole.len() - 9]);
        assert!(found.contains("a.json.gz: cannot be read"), "{found}");
    }
}
