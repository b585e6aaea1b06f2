//! The report of an evaluation.

use super::bootstrap::Bootstrap;
use super::piece_score::{ConfusionCounts, PieceScore};
use super::summary::{Summary, with_shares};
use serde::Serialize;
use std::collections::BTreeMap;

/// A piece that is evaluated.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    /// The path of its file.
    pub path: String,
    /// The name of its folder, which in many collections is the composer.
    pub folder: String,
    /// Its name.
    pub name: String,
}

/// Whether an evaluator was trained on a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Exposure {
    /// It was, so its scores say little about other music.
    #[serde(rename = "learned-from")]
    TrainedOn,
    /// It was not.
    #[serde(rename = "not-learned-from")]
    HeldOut,
    /// It is not known.
    Unknown,
}

/// The scores of one evaluator.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The name of the evaluator.
    #[serde(rename = "listener")]
    pub name: String,
    /// A description of it.
    pub about: String,
    /// All pieces.
    pub overall: Summary,
    /// The pieces that it was trained on, unless they are all or none.
    #[serde(rename = "learned_from")]
    pub trained_on: Option<Summary>,
    /// The pieces that it was not trained on, unless they are all or none.
    #[serde(rename = "not_learned_from")]
    pub held_out: Option<Summary>,
    /// The pieces of each folder, sorted by name.
    pub folders: Vec<FolderFigures>,
    /// Each piece.
    pub pieces: Vec<PieceFigures>,
}

/// The scores of the pieces of one folder.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FolderFigures {
    /// The folder's name.
    pub folder: String,
    /// The scores of its pieces.
    #[serde(flatten)]
    pub summary: Summary,
}

/// The scores of one piece, in nats per step.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PieceFigures {
    /// The piece.
    #[serde(flatten)]
    pub entry: Entry,
    /// Whether the evaluator was trained on it.
    #[serde(rename = "heard")]
    pub exposure: Exposure,
    /// The number of its steps.
    pub steps: usize,
    /// The sum of both parts.
    pub total: f64,
    /// The part of play.
    pub play: f64,
    /// The part of articulate.
    pub articulate: f64,
    /// The predicted notes.
    #[serde(serialize_with = "with_shares")]
    pub notes: ConfusionCounts,
}

impl Report {
    /// Summarises the scores of an evaluator, given by its name and a description. There is at
    /// least one piece, each has at least one step, and `scores` and `exposure` are those of
    /// `entries`.
    pub fn new(
        (name, about): (&str, &str),
        entries: &[Entry],
        scores: &[PieceScore],
        exposure: &[Exposure],
        bootstrap: &Bootstrap,
    ) -> Report {
        let summary = |chosen: &[usize]| {
            let chosen: Vec<_> = chosen.iter().map(|&piece| scores[piece]).collect();
            Summary::of(&chosen, bootstrap)
        };
        let all: Vec<usize> = (0..entries.len()).collect();
        let of = |kind: Exposure| -> Vec<usize> {
            all.iter().copied().filter(|&piece| exposure[piece] == kind).collect()
        };
        let (known, new) = (of(Exposure::TrainedOn), of(Exposure::HeldOut));
        let mixed = !known.is_empty() && !new.is_empty();
        let mut folders: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (piece, entry) in entries.iter().enumerate() {
            folders.entry(&entry.folder).or_default().push(piece);
        }
        let folder = |(folder, pieces): (&str, Vec<usize>)| FolderFigures {
            folder: folder.to_owned(),
            summary: summary(&pieces),
        };
        let piece = |&piece: &usize| {
            let PieceScore { steps, nats, notes } = scores[piece];
            PieceFigures {
                entry: entries[piece].clone(),
                exposure: exposure[piece],
                steps,
                total: nats.total() / steps as f64,
                play: nats.play / steps as f64,
                articulate: nats.articulate / steps as f64,
                notes,
            }
        };
        Report {
            name: name.to_owned(),
            about: about.to_owned(),
            overall: summary(&all),
            trained_on: mixed.then(|| summary(&known)),
            held_out: mixed.then(|| summary(&new)),
            folders: folders.into_iter().map(folder).collect(),
            pieces: all.iter().map(piece).collect(),
        }
    }
}
