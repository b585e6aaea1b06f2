//! Describes the files of a corpus, and judges which are worth learning from.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde::Serialize;

use super::duplicates::{Windows, originals};
use super::piece::pieces_of;
use super::reason::kind_of;
use super::{Corpus, CorpusError, Failure, Found, Piece, Summary, find};
use crate::roll::{Losses, Roll, TempoChange};
use crate::score::Metre;
use crate::segment::SEGMENT_STEPS;

/// The length of the shortest piece worth learning from, in steps: one segment of the article.
pub const SHORTEST: usize = SEGMENT_STEPS;

/// The largest share of onsets off the grid. With more, 16ths do not represent the music: it is a
/// performance recorded without a beat, or in triplets.
pub const OFF_GRID_SHARE: f64 = 0.25;

/// Whether a file is worth learning from. The first verdict that applies counts, from the top.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It cannot be read.
    Unreadable,
    /// It is shorter than [`SHORTEST`].
    Short,
    /// It is a duplicate: the same music as an earlier file.
    Repeats,
    /// More than [`OFF_GRID_SHARE`] of its onsets are off the grid.
    OffTheGrid,
    /// It is worth learning from.
    Good,
}

impl Verdict {
    /// The verdict as it stands in JSON.
    pub fn key(self) -> &'static str {
        match self {
            Verdict::Unreadable => "unreadable",
            Verdict::Short => "short",
            Verdict::Repeats => "repeats",
            Verdict::OffTheGrid => "off-the-grid",
            Verdict::Good => "good",
        }
    }

    /// The verdict in words.
    pub fn in_words(self) -> &'static str {
        match self {
            Verdict::Unreadable => "unreadable",
            Verdict::Short => "short",
            Verdict::Repeats => "repeats",
            Verdict::OffTheGrid => "off the grid",
            Verdict::Good => "good",
        }
    }
}

/// The report on one file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FileReport {
    /// The path of the file.
    pub path: String,
    /// The name of its folder.
    pub folder: String,
    /// Whether it is worth learning from.
    pub verdict: Verdict,
    /// Why it cannot be read, if it cannot.
    pub reason: Option<String>,
    /// The same as a [kind](super::PieceError::kind), for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// The earlier file that it duplicates, if it does.
    pub repeats: Option<String>,
    /// Its content, if it can be read. In JSON these fields stand beside the others.
    #[serde(flatten)]
    pub music: Option<Music>,
}

/// The music in a file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Music {
    /// The title that the file gives itself.
    pub title: Option<String>,
    /// Its metres; the one that holds longest comes first.
    pub metres: Vec<String>,
    /// The key signature that the file gives, which may be wrong.
    pub key: Option<String>,
    /// Its mean tempo, in quarters per minute.
    pub tempo: f64,
    /// The tempos that a musician would mark; the first is at step 0.
    pub tempos: Vec<TempoMark>,
    /// Its length in 16ths.
    pub steps: usize,
    /// Its length in seconds in its tempos.
    pub seconds: f64,
    /// The number of notes on the 88 keys.
    pub notes: usize,
    /// The share of these whose onset is more than a tenth of a 16th off the grid, 0 to 1.
    pub off_grid: f64,
    /// The mean number of keys that sound at a step.
    pub polyphony: f64,
    /// The number of notes outside the 88 keys.
    pub out_of_range: usize,
    /// The number of percussion notes, which were left out.
    pub percussion: usize,
    /// All that is lost, these two numbers included.
    pub losses: Losses,
    /// The same in sentences.
    pub lost: Vec<String>,
    /// What was odd about the file.
    pub warnings: Vec<String>,
    /// What was odd about the file, by kind: for the summary.
    #[serde(skip)]
    pub(super) odd_by_kind: BTreeMap<String, usize>,
}

/// A tempo that a musician would mark.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct TempoMark {
    /// The step at which it stands.
    pub step: usize,
    /// The tempo in quarters per minute.
    pub tempo: f64,
}

/// The reports on all files, and their totals.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Inspection {
    /// The files in the order of their paths.
    pub files: Vec<FileReport>,
    /// Their totals.
    pub summary: Summary,
}

/// Reads and judges all MIDI files in some paths, as [`find`](super::find) finds them.
///
/// The music of a file is forgotten as soon as it has been described, so tens of thousands of files
/// can be looked at.
pub fn inspect<P: AsRef<Path>>(paths: &[P]) -> Result<Inspection, CorpusError> {
    let Found { files, failures } = find(paths)?;
    let seen: Vec<Result<Vec<Seen>, Failure>> = files
        .into_par_iter()
        .map(|path| match pieces_of(&path) {
            Ok(pieces) => Ok(pieces.iter().map(Seen::of).collect()),
            Err(reason) => Err(Failure { path, reason }),
        })
        .collect();
    let (mut pieces, mut refused) = (Vec::new(), failures);
    for seen in seen {
        match seen {
            Ok(seen) => pieces.extend(seen),
            Err(failure) => refused.push(failure),
        }
    }
    Ok(Inspection::judged(pieces, &refused))
}

/// A piece that has been described, and what it takes to compare it with others.
struct Seen {
    path: PathBuf,
    folder: String,
    music: Music,
    windows: Windows,
}

impl Seen {
    fn of(piece: &Piece) -> Seen {
        Seen {
            path: piece.path.clone(),
            folder: piece.folder.clone(),
            music: Music::of(piece),
            windows: Windows::of(piece.roll()),
        }
    }
}

impl Inspection {
    /// Judges a corpus.
    pub fn of(corpus: &Corpus) -> Inspection {
        let pieces = corpus.pieces.par_iter().map(Seen::of).collect();
        Inspection::judged(pieces, &corpus.failures)
    }

    fn judged(pieces: Vec<Seen>, failures: &[Failure]) -> Inspection {
        let mut pieces = pieces;
        let windows = pieces.iter_mut().map(|piece| std::mem::take(&mut piece.windows)).collect();
        let duplicates = originals(windows);
        let original = |index: Option<usize>| index.map(|it| pieces[it].path.display().to_string());
        let repeats: Vec<_> = duplicates.into_iter().map(original).collect();
        let readable = pieces
            .into_iter()
            .zip(repeats)
            .map(|(piece, repeats)| (piece.path.clone(), FileReport::of(piece, repeats)));
        let unreadable =
            failures.iter().map(|failure| (failure.path.clone(), FileReport::unreadable(failure)));
        let mut files: Vec<_> = readable.chain(unreadable).collect();
        files.sort_by(|(a, _), (b, _)| a.cmp(b));
        let files: Vec<_> = files.into_iter().map(|(_, report)| report).collect();
        Inspection { summary: Summary::of(&files), files }
    }
}

impl FileReport {
    fn of(piece: Seen, repeats: Option<String>) -> FileReport {
        let Seen { path, folder, music, .. } = piece;
        let verdict = match &repeats {
            _ if music.steps < SHORTEST => Verdict::Short,
            Some(_) => Verdict::Repeats,
            None if music.off_grid > OFF_GRID_SHARE => Verdict::OffTheGrid,
            None => Verdict::Good,
        };
        FileReport {
            path: path.display().to_string(),
            folder,
            verdict,
            reason: None,
            refused: None,
            repeats,
            music: Some(music),
        }
    }

    fn unreadable(failure: &Failure) -> FileReport {
        let folder = failure.path.parent().and_then(Path::file_name).unwrap_or_default();
        FileReport {
            path: failure.path.display().to_string(),
            folder: folder.to_string_lossy().into(),
            verdict: Verdict::Unreadable,
            reason: Some(failure.reason.reason()),
            refused: Some(failure.reason.kind()),
            repeats: None,
            music: None,
        }
    }
}

impl Music {
    fn of(piece: &Piece) -> Music {
        let roll = piece.roll();
        let found = &piece.transcription;
        let sounding: usize = roll.steps().iter().map(|step| step.play.count()).sum();
        Music {
            title: piece.title.clone(),
            metres: metres_by_length(roll),
            key: roll.key.map(|key| key.to_string()),
            tempo: 60e6 / f64::from(found.mean_tempo.max(1)),
            steps: roll.len(),
            seconds: piece.seconds(),
            notes: found.notes,
            off_grid: found.off_grid as f64 / found.notes.max(1) as f64,
            polyphony: sounding as f64 / roll.len().max(1) as f64,
            tempos: marks(roll),
            out_of_range: found.losses.out_of_range,
            percussion: found.losses.percussion,
            losses: found.losses,
            lost: found.losses.sentences(),
            warnings: piece.warnings.iter().map(ToString::to_string).collect(),
            odd_by_kind: odd_by_kind(piece),
        }
    }
}

/// The oddities of a piece's file, by the kind of their warnings.
fn odd_by_kind(piece: &Piece) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for (kind, count) in piece.warnings.iter().map(kind_of) {
        *counts.entry(kind).or_default() += count;
    }
    counts
}

fn marks(roll: &Roll) -> Vec<TempoMark> {
    let marks = roll.marked_tempos().into_iter();
    marks
        .map(|TempoChange { step, tempo }| TempoMark { step, tempo: 60e6 / f64::from(tempo) })
        .collect()
}

/// The metres of a roll; the one that holds for most steps comes first.
fn metres_by_length(roll: &Roll) -> Vec<String> {
    let ends = roll.metres().iter().skip(1).map(|next| next.step).chain([roll.len()]);
    let mut lengths: Vec<(Metre, usize)> = Vec::new();
    for (change, end) in roll.metres().iter().zip(ends) {
        let length = end.saturating_sub(change.step);
        match lengths.iter_mut().find(|(metre, _)| *metre == change.metre) {
            Some((_, sum)) => *sum += length,
            None => lengths.push((change.metre, length)),
        }
    }
    lengths.sort_by_key(|&(_, length)| std::cmp::Reverse(length));
    lengths.into_iter().map(|(metre, _)| metre.to_string()).collect()
}
