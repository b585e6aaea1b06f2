//! Generated music beside real music.

use super::real_vs_real::{Round, real_vs_real, rounds};
use super::{Distribution, Passage, RealVsReal, Statistic, passages};
use crate::roll::Roll;
use crate::segment::SEGMENT_STEPS;
use rayon::prelude::*;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Fewer passages than these tell nothing of where nine in ten lie.
const ENOUGH: usize = 20;

/// Generated pieces beside a set of real ones.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    /// How many real pieces there are.
    pub real_pieces: usize,
    /// How many steps they have.
    pub real_steps: usize,
    /// Each generated piece by itself.
    pub generated: Vec<PieceComparison>,
    /// All of them together.
    pub set: SetComparison,
}

/// One generated piece beside real passages of its length.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PieceComparison {
    /// What it is called.
    pub name: String,
    /// How many steps it has.
    pub steps: usize,
    /// How many of them, from the first on, are compared: all, if enough real pieces are as long.
    pub compared: usize,
    /// How many real passages of that length it is compared with.
    pub real_passages: usize,
    /// Every statistic.
    pub statistics: Vec<PieceFigure>,
}

/// One statistic of one piece.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct PieceFigure {
    /// Which.
    pub statistic: Statistic,
    /// Its value, where it has one.
    pub value: Option<f64>,
    /// The value below which 5 % of the real passages lie.
    pub low: Option<f64>,
    /// The value above which 5 % of them lie.
    pub high: Option<f64>,
    /// Where the piece lies.
    pub judgement: Option<Judgement>,
}

/// Where a value lies beside the range of the real ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Judgement {
    /// Below the 5 % quantile.
    Below,
    /// Where nine in ten real passages are.
    Inside,
    /// Above the 95 % quantile.
    Above,
}

/// All generated pieces beside all real ones, by passages of one length.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SetComparison {
    /// How long the passages are, in steps: as the shortest generated piece, if enough real pieces
    /// are as long.
    pub passage: usize,
    /// How many passages the generated pieces have.
    pub generated_passages: usize,
    /// How many the real ones have.
    pub real_passages: usize,
    /// Every statistic.
    pub statistics: Vec<SetFigure>,
}

/// One statistic of all pieces.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SetFigure {
    /// Which.
    pub statistic: Statistic,
    /// How many of the generated pieces, each as a whole, lie inside the real range.
    pub inside: usize,
    /// Of how many: those that have a value.
    pub of: usize,
    /// The generated passages.
    pub generated: Option<Summary>,
    /// The real passages.
    pub real: Option<Summary>,
    /// The area that both densities have in common, 0 to 1.
    pub overlap: Option<f64>,
    /// How far the distributions are apart (1-Wasserstein), in standard deviations of the real one.
    pub distance: Option<f64>,
    /// The same for real music beside other real music.
    pub real_vs_real: Option<RealVsReal>,
    /// The values of the generated passages.
    #[serde(skip)]
    pub generated_values: Distribution,
    /// The values of the real passages.
    #[serde(skip)]
    pub real_values: Distribution,
}

/// A distribution in a few numbers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Summary {
    /// The mean.
    pub mean: f64,
    /// The standard deviation, where there is more than one value.
    pub sd: Option<f64>,
    /// The quantile of 5 %.
    pub low: f64,
    /// The quantile of 95 %.
    pub high: f64,
}

impl Summary {
    /// A distribution's numbers, where it has values.
    pub fn of(values: &Distribution) -> Option<Summary> {
        let (low, high) = values.range()?;
        Some(Summary { mean: values.mean()?, sd: values.sd(), low, high })
    }
}

/// Compares generated pieces, each with its name, with real ones. None of them is empty, and there
/// are some of both.
///
/// A generated piece is compared with the [passages](passages()) of its length in all real pieces.
/// Where there are not twenty of them, only as much of its beginning is compared as gives twenty, but
/// no less than 128 steps, or as much as there is. For the set, generated pieces are cut into
/// passages as well, all as long as the shortest of them.
///
/// `seed` decides how the real pieces are divided for the [`RealVsReal`].
pub fn compare(generated: &[(String, &Roll)], real: &[&Roll], seed: u64) -> Comparison {
    let lengths: Vec<usize> = generated.iter().map(|(_, roll)| comparable(roll, real)).collect();
    let shortest = lengths.iter().copied().min().unwrap_or(SEGMENT_STEPS);
    let different: BTreeSet<usize> = lengths.iter().copied().collect();
    let tables: BTreeMap<usize, Table> =
        different.into_iter().map(|length| (length, Table::of(real, length))).collect();
    let pieces: Vec<_> = generated
        .par_iter()
        .zip(&lengths)
        .map(|((name, roll), &length)| beside(name, roll, length, &tables[&length]))
        .collect();
    let rolls: Vec<_> = generated.iter().map(|(_, roll)| *roll).collect();
    let set = set(&pieces, &Table::of(&rolls, shortest), &tables[&shortest], shortest, seed);
    Comparison {
        real_pieces: real.len(),
        real_steps: real.iter().map(|roll| roll.len()).sum(),
        generated: pieces,
        set,
    }
}

/// How many steps of a roll can be compared.
pub(super) fn comparable(roll: &Roll, real: &[&Roll]) -> usize {
    let longest = real.iter().map(|roll| roll.len()).max().unwrap_or(0);
    let most = roll.len().min(longest);
    let enough =
        |length: &usize| real.iter().map(|roll| roll.len() / length).sum::<usize>() >= ENOUGH;
    let least = most.min(SEGMENT_STEPS);
    (least..=most).rev().find(enough).unwrap_or(least)
}

/// All statistics of all passages of a length.
pub(super) struct Table {
    /// Of each passage, the number of its piece.
    pieces: Vec<usize>,
    /// Of each statistic, the values of all passages.
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

fn beside(name: &str, roll: &Roll, length: usize, real: &Table) -> PieceComparison {
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

fn set(
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
