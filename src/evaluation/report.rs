//! All figures of an evaluation.

use super::bootstrap::Bootstrap;
use super::piece_score::{ConfusionCounts, PieceScore};
use super::summary::{Summary, with_shares};
use serde::Serialize;
use std::collections::BTreeMap;

/// A piece that is evaluated.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    /// The file.
    pub path: String,
    /// The name of its folder; in many collections the composer's.
    pub folder: String,
    /// Its name.
    pub name: String,
}

/// Whether a listener has learned from a piece that it is evaluated on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Exposure {
    /// It has: what is measured says little of other music.
    LearnedFrom,
    /// It has not.
    NotLearnedFrom,
    /// Nobody can tell.
    Unknown,
}

/// What one listener made of some pieces.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// The listener.
    pub listener: String,
    /// What it is, in words.
    pub about: String,
    /// Of all pieces.
    pub overall: Summary,
    /// Of those that it has learned from, if they are not all or none.
    pub learned_from: Option<Summary>,
    /// Of those that it has not learned from, if they are not all or none.
    pub not_learned_from: Option<Summary>,
    /// Of the pieces of each folder, by its name.
    pub folders: Vec<FolderFigures>,
    /// Of each piece.
    pub pieces: Vec<PieceFigures>,
}

/// Figures of the pieces of one folder.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FolderFigures {
    /// The folder's name.
    pub folder: String,
    /// What is measured of its pieces.
    #[serde(flatten)]
    pub summary: Summary,
}

/// Figures of one piece, in nats a step.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PieceFigures {
    /// The piece.
    #[serde(flatten)]
    pub entry: Entry,
    /// Whether the listener has learned from it.
    pub heard: Exposure,
    /// Its length.
    pub steps: usize,
    /// Both parts together.
    pub total: f64,
    /// Of what is played.
    pub play: f64,
    /// Of what is articulated.
    pub articulate: f64,
    /// The notes that were expected.
    #[serde(serialize_with = "with_shares")]
    pub notes: ConfusionCounts,
}

impl Report {
    /// Sums up what a listener, who has a name and is something, made of pieces (at least one, each
    /// of at least one step), and whether it had learned from them.
    pub fn new(
        (listener, about): (&str, &str),
        entries: &[Entry],
        measures: &[PieceScore],
        heard: &[Exposure],
        bootstrap: &Bootstrap,
    ) -> Report {
        let summary = |chosen: &[usize]| {
            let chosen: Vec<_> = chosen.iter().map(|&piece| measures[piece]).collect();
            Summary::of(&chosen, bootstrap)
        };
        let all: Vec<usize> = (0..entries.len()).collect();
        let of = |kind: Exposure| -> Vec<usize> {
            all.iter().copied().filter(|&piece| heard[piece] == kind).collect()
        };
        let (known, new) = (of(Exposure::LearnedFrom), of(Exposure::NotLearnedFrom));
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
            let PieceScore { steps, nats, notes } = measures[piece];
            PieceFigures {
                entry: entries[piece].clone(),
                heard: heard[piece],
                steps,
                total: nats.total() / steps as f64,
                play: nats.play / steps as f64,
                articulate: nats.articulate / steps as f64,
                notes,
            }
        };
        Report {
            listener: listener.to_owned(),
            about: about.to_owned(),
            overall: summary(&all),
            learned_from: mixed.then(|| summary(&known)),
            not_learned_from: mixed.then(|| summary(&new)),
            folders: folders.into_iter().map(folder).collect(),
            pieces: all.iter().map(piece).collect(),
        }
    }
}
