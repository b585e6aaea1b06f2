//! Totals over the files of a corpus: what is worth learning from, what was refused, what was lost.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::inspection::{FileReport, Verdict};
use crate::roll::Losses;

/// Totals over all files.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Summary {
    /// The number of files.
    pub files: usize,
    /// How many of them can be read.
    pub readable: usize,
    /// How many are worth learning from.
    pub good: usize,
    /// The length of the readable files in 16ths.
    pub steps: usize,
    /// Their length in hours, in their tempos.
    pub hours: f64,
    /// The number of readable files by main metre.
    pub metres: BTreeMap<String, usize>,
    /// The number of files by verdict.
    pub verdicts: BTreeMap<&'static str, usize>,
    /// The number of files that cannot be read, by reason ([`PieceError::kind`](super::PieceError::kind)).
    pub refused: BTreeMap<String, usize>,
    /// What the readable files lost, by kind.
    pub lost: BTreeMap<String, Total>,
    /// What was odd about the readable files, by kind of warning.
    pub warnings: BTreeMap<String, Total>,
}

/// How often something happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Total {
    /// In how many files.
    pub files: usize,
    /// How often in all of them.
    pub count: usize,
}

impl Summary {
    pub(super) fn of(files: &[FileReport]) -> Summary {
        let music = || files.iter().filter_map(|file| file.music.as_ref());
        let numbers = |names: &mut dyn Iterator<Item = String>| {
            let mut numbers = BTreeMap::new();
            names.for_each(|name| *numbers.entry(name).or_default() += 1);
            numbers
        };
        let mut verdicts = BTreeMap::new();
        files.iter().for_each(|file| *verdicts.entry(file.verdict.key()).or_default() += 1);
        Summary {
            files: files.len(),
            readable: music().count(),
            good: files.iter().filter(|file| file.verdict == Verdict::Good).count(),
            steps: music().map(|music| music.steps).sum(),
            hours: music().map(|music| music.seconds).sum::<f64>() / 3600.0,
            metres: numbers(&mut music().filter_map(|music| music.metres.first().cloned())),
            verdicts,
            refused: numbers(&mut files.iter().filter_map(|file| file.refused.clone())),
            lost: totals(music().map(|music| lost_by_kind(&music.losses))),
            warnings: totals(music().map(|music| music.odd_by_kind.clone())),
        }
    }
}

/// What a file has lost, by kind, without what it has not lost.
fn lost_by_kind(losses: &Losses) -> BTreeMap<String, usize> {
    let Ok(Value::Object(counts)) = serde_json::to_value(losses) else { return BTreeMap::new() };
    let counts = counts.into_iter().map(|(kind, count)| (kind, count.as_u64().unwrap_or(0)));
    let some = counts.filter(|(_, count)| *count > 0);
    some.map(|(kind, count)| (kind.replace('_', "-"), count as usize)).collect()
}

/// Adds up what happened in some files.
fn totals(files: impl Iterator<Item = BTreeMap<String, usize>>) -> BTreeMap<String, Total> {
    let mut totals: BTreeMap<String, Total> = BTreeMap::new();
    for (kind, count) in files.flatten() {
        let total = totals.entry(kind).or_default();
        *total = Total { files: total.files + 1, count: total.count + count };
    }
    totals
}
