//! Compares generated music with real music.

use super::real_vs_real::{Round, real_vs_real, rounds};
use super::{Distribution, Passage, RealVsReal, Statistic, passages};
use crate::roll::Roll;
use crate::segment::SEGMENT_STEPS;
use rayon::prelude::*;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The fewest passages from which a range of 5 to 95 % can be estimated.
const ENOUGH: usize = 20;

/// Generated pieces compared with real pieces.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// The number of real pieces.
    pub real_pieces: usize,
    /// The number of their steps.
    pub real_steps: usize,
    /// Each generated piece on its own.
    pub generated: Vec<PieceComparison>,
    /// All generated pieces together.
    pub set: SetComparison,
}

/// One generated piece compared with real passages of its length.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PieceComparison {
    /// The name of the piece.
    pub name: String,
    /// The number of its steps.
    pub steps: usize,
    /// How many of these are compared, counted from the first. It is all of them if enough real
    /// pieces are as long.
    pub compared: usize,
    /// The number of real passages of that length.
    pub real_passages: usize,
    /// Every statistic.
    pub statistics: Vec<PieceFigure>,
}

/// One statistic of one piece.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PieceFigure {
    /// The statistic.
    pub statistic: Statistic,
    /// Its value, if it has one.
    pub value: Option<f64>,
    /// The 5 % quantile of the real passages.
    pub low: Option<f64>,
    /// The 95 % quantile of the real passages.
    pub high: Option<f64>,
    /// Where the value lies in relation to this range.
    pub judgement: Option<Judgement>,
}

/// Where a value lies in relation to the range of the real passages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Judgement {
    /// Below the 5 % quantile.
    Below,
    /// Inside the range, as nine in ten real passages are.
    Inside,
    /// Above the 95 % quantile.
    Above,
}

/// All generated pieces compared with all real pieces, by passages of one length.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SetComparison {
    /// The length of the passages in steps. It is the length of the shortest generated piece, if
    /// enough real pieces are as long.
    pub passage: usize,
    /// The number of passages in the generated pieces.
    pub generated_passages: usize,
    /// The number of passages in the real pieces.
    pub real_passages: usize,
    /// Every statistic.
    pub statistics: Vec<SetFigure>,
}

/// One statistic of all pieces.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SetFigure {
    /// The statistic.
    pub statistic: Statistic,
    /// How many of the generated pieces, each as a whole, lie inside the real range.
    pub inside: usize,
    /// How many of the generated pieces have a value.
    pub of: usize,
    /// The generated passages.
    pub generated: Option<Summary>,
    /// The real passages.
    pub real: Option<Summary>,
    /// The overlapping coefficient: the area that both densities have in common, 0 to 1.
    pub overlap: Option<f64>,
    /// The 1-Wasserstein distance of the distributions, in standard deviations of the real
    /// passages.
    pub distance: Option<f64>,
    /// The baseline: the same numbers for real music compared with other real music.
    #[serde(rename = "yardstick")]
    pub real_vs_real: Option<RealVsReal>,
    /// The values of the generated passages.
    #[serde(skip)]
    pub generated_values: Distribution,
    /// The values of the real passages.
    #[serde(skip)]
    pub real_values: Distribution,
}

/// The summary of a distribution.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Summary {
    /// The mean.
    pub mean: f64,
    /// The standard deviation, if there is more than one value.
    pub sd: Option<f64>,
    /// The 5 % quantile.
    pub low: f64,
    /// The 95 % quantile.
    pub high: f64,
}

impl Summary {
    /// Summarises a distribution; `None` if it is empty.
    pub fn of(values: &Distribution) -> Option<Summary> {
        let (low, high) = values.range()?;
        Some(Summary { mean: values.mean()?, sd: values.sd(), low, high })
    }
}

/// Compares generated pieces, each given with its name, with real pieces. There must be at least
/// one piece of either kind, and none may be empty.
///
/// A generated piece is compared with the [passages](passages()) of its length in all real pieces.
/// If there are fewer than twenty, only the beginning of the piece is compared. The beginning is
/// short enough to give twenty passages, but has at least 128 steps, or as many as there are. For
/// the comparison of the sets, generated pieces are cut into passages, too, all as long as the
/// shortest piece.
///
/// `seed` decides how the real pieces are divided for the [`RealVsReal`] baseline.
pub fn compare(generated: &[(String, &Roll)], real: &[&Roll], seed: u64) -> Comparison {
    let lengths: Vec<usize> =
        generated.iter().map(|(_, roll)| comparable_length(roll, real)).collect();
    let shortest = lengths.iter().copied().min().unwrap_or(SEGMENT_STEPS);
    let different: BTreeSet<usize> = lengths.iter().copied().collect();
    let tables: BTreeMap<usize, Table> =
        different.into_iter().map(|length| (length, Table::of(real, length))).collect();
    let pieces: Vec<_> = generated
        .par_iter()
        .zip(&lengths)
        .map(|((name, roll), &length)| compare_piece(name, roll, length, &tables[&length]))
        .collect();
    let rolls: Vec<_> = generated.iter().map(|(_, roll)| *roll).collect();
    let set =
        compare_set(&pieces, &Table::of(&rolls, shortest), &tables[&shortest], shortest, seed);
    Comparison {
        real_pieces: real.len(),
        real_steps: real.iter().map(|roll| roll.len()).sum(),
        generated: pieces,
        set,
    }
}

/// The number of steps of a roll that can be compared.
pub(super) fn comparable_length(roll: &Roll, real: &[&Roll]) -> usize {
    let longest = real.iter().map(|roll| roll.len()).max().unwrap_or(0);
    let most = roll.len().min(longest);
    let enough =
        |length: &usize| real.iter().map(|roll| roll.len() / length).sum::<usize>() >= ENOUGH;
    let least = most.min(SEGMENT_STEPS);
    (least..=most).rev().find(enough).unwrap_or(least)
}

/// All statistics of all passages of one length.
pub(super) struct Table {
    /// For each passage, the index of its piece.
    pieces: Vec<usize>,
    /// For each statistic, the values of all passages.
    values: Vec<Vec<Option<f64>>>,
    pub(super) distributions: Vec<Distribution>,
}

impl Table {
    pub(super) fn of(rolls: &[&Roll], length: usize) -> Table {
        let all = |passage: &Passage<'_>| Statistic::ALL.map(|statistic| statistic.of(passage));
        let rows: Vec<_> = rolls
            .par_iter()
            .enumerate()
            .flat_map_iter(|(piece, roll)| {
                let rows = passages(roll, length).into_iter().map(move |of| (piece, all(&of)));
                rows.collect::<Vec<_>>()
            })
            .collect();
        let values: Vec<Vec<_>> = (0..Statistic::ALL.len())
            .map(|statistic| rows.iter().map(|(_, row)| row[statistic]).collect())
            .collect();
        Table {
            pieces: rows.iter().map(|&(piece, _)| piece).collect(),
            distributions: values
                .iter()
                .map(|values| Distribution::new(values.iter().copied().flatten()))
                .collect(),
            values,
        }
    }
}

fn compare_piece(name: &str, roll: &Roll, length: usize, real: &Table) -> PieceComparison {
    let passage = Passage::new(roll, 0, length);
    let figure = |(&statistic, real): (&Statistic, &Distribution)| {
        let (value, range) = (statistic.of(&passage), real.range());
        let judgement = value.zip(range).map(|(value, (low, high))| match value {
            _ if value < low => Judgement::Below,
            _ if value > high => Judgement::Above,
            _ => Judgement::Inside,
        });
        let (low, high) = (range.map(|range| range.0), range.map(|range| range.1));
        PieceFigure { statistic, value, low, high, judgement }
    };
    PieceComparison {
        name: name.to_owned(),
        steps: roll.len(),
        compared: length,
        real_passages: real.pieces.len(),
        statistics: Statistic::ALL.iter().zip(&real.distributions).map(figure).collect(),
    }
}

fn compare_set(
    pieces: &[PieceComparison],
    generated: &Table,
    real: &Table,
    passage: usize,
    seed: u64,
) -> SetComparison {
    let rounds: Vec<Round> = rounds(&real.pieces, generated.pieces.len(), seed);
    let figure = |index: usize| {
        let judgements = pieces.iter().filter_map(|piece| piece.statistics[index].judgement);
        let (ours, theirs) = (&generated.distributions[index], &real.distributions[index]);
        let sd = theirs.sd().filter(|&sd| sd > 0.0);
        SetFigure {
            statistic: Statistic::ALL[index],
            inside: judgements.clone().filter(|&judged| judged == Judgement::Inside).count(),
            of: judgements.count(),
            generated: Summary::of(ours),
            real: Summary::of(theirs),
            overlap: ours.overlap(theirs),
            distance: ours.distance(theirs).zip(sd).map(|(distance, sd)| distance / sd),
            real_vs_real: real_vs_real(&rounds, &real.values[index], sd),
            generated_values: ours.clone(),
            real_values: theirs.clone(),
        }
    };
    SetComparison {
        passage,
        generated_passages: generated.pieces.len(),
        real_passages: real.pieces.len(),
        statistics: (0..Statistic::ALL.len()).into_par_iter().map(figure).collect(),
    }
}
