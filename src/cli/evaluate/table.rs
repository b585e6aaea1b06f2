//! An evaluation as tables of at most 100 columns.

use super::{Amount, Baselines, Evaluation};
use crate::cli::inspect::{printable, shortened};
use deep_jammer::evaluation::{
    Difference, Exposure, Interval, MeanDifference, PieceFigures, Report, Summary,
};
use std::io::{self, Write};

/// The widths of the columns with the names of evaluators, folders and pieces.
const NAME: usize = 13;
const FOLDER: usize = 18;
const PIECE: usize = 32;

/// Writes the tables.
pub fn write(out: &mut impl Write, evaluation: &Evaluation) -> io::Result<()> {
    introduce(out, evaluation)?;
    let reports = &evaluation.reports;
    writeln!(
        out,
        "\nAll pieces: NLL in nats per step, with 95 % confidence intervals in brackets"
    )?;
    overall(out, reports, |report| Some(&report.overall))?;
    if reports.iter().any(|report| report.trained_on.is_some()) {
        writeln!(out, "\nOnly the pieces that were not trained on")?;
        overall(out, reports, |report| report.held_out.as_ref())?;
        writeln!(out, "\nOnly the pieces that were trained on")?;
        overall(out, reports, |report| report.trained_on.as_ref())?;
    }
    let Some((first, others)) = reports.split_first() else { return Ok(()) };
    if !evaluation.differences.is_empty() {
        differences(out, first, &evaluation.differences)?;
    }
    if first.folders.len() > 1 {
        folders(out, first, others)?;
    }
    pieces(out, first, others)
}

fn introduce(out: &mut impl Write, evaluation: &Evaluation) -> io::Result<()> {
    let music = |amount: &Amount| {
        let Amount { what, pieces, steps } = amount;
        let plural = if *pieces == 1 { "" } else { "s" };
        format!("{pieces} piece{plural} {what}, {steps} steps")
    };
    let named = [("Network  ", &evaluation.models), ("Against  ", &evaluation.against)];
    let subjects = named.iter().flat_map(|&(role, subjects)| {
        subjects.iter().enumerate().map(move |(index, subject)| (role, index, subject))
    });
    for (role, index, model) in subjects {
        let shape = &model.architecture;
        let (path, layout) = (printable(&model.path), &shape.layout);
        let what = if index == 0 { role } else { "     and " };
        writeln!(out, "{what}  {path} ({}), epoch {}", model.fingerprint, model.epochs)?;
        writeln!(out, "           {shape} units, layout {layout}")?;
    }
    writeln!(out, "Evaluated  {}", music(&evaluation.evaluated))?;
    match &evaluation.baselines {
        Baselines::LearnedFrom(amount) => writeln!(out, "Baselines  from {}", music(amount)),
        Baselines::LeftOut(why) => writeln!(out, "Baselines  left out: {}", printable(why)),
    }
}

/// One line for each evaluator.
fn overall<'a>(
    out: &mut impl Write,
    reports: &'a [Report],
    of: impl Fn(&'a Report) -> Option<&'a Summary>,
) -> io::Result<()> {
    writeln!(
        out,
        "{:NAME$}  {:<38}  {:<22}  notes over one half",
        "", "mean over all steps", "mean over pieces"
    )?;
    writeln!(
        out,
        "{:NAME$}  {:>6} {:<15} {:>6} {:>8}  {:>6} {:<15}  {:>6} {:>6} {:>6}",
        "", "total", "", "play", "artic.", "total", "", "prec.", "recall", "acc."
    )?;
    for report in reports {
        let Some(summary) = of(report) else { continue };
        let (steps, pieces) = (summary.mean_over_steps, summary.mean_over_pieces);
        writeln!(
            out,
            "{:NAME$}  {} {:<15} {} {:>8}  {} {:<15}  {} {} {}",
            report.name,
            nats(steps.total),
            interval(steps.interval),
            nats(steps.play),
            nats(steps.articulate),
            nats(pieces.total),
            interval(pieces.interval),
            share(summary.notes.precision()),
            share(summary.notes.recall()),
            share(summary.notes.accuracy()),
        )?;
    }
    Ok(())
}

/// How the NLL of the others differs from that of the first.
fn differences(out: &mut impl Write, first: &Report, differences: &[Difference]) -> io::Result<()> {
    writeln!(
        out,
        "\nCompared with the {}: difference in nats per step, + is worse; 95 % intervals in brackets",
        first.name
    )?;
    writeln!(
        out,
        "{:NAME$}  {:>7} {:<17}  {:>7} {:<17}  pieces with lower NLL",
        "", "steps", "", "pieces", ""
    )?;
    for difference in differences {
        let Difference { name, over_steps, over_pieces, lower_nll, pieces } = difference;
        let mean = |of: &MeanDifference| format!("{:>+7.3} {:<17}", of.mean, interval(of.interval));
        writeln!(
            out,
            "{name:NAME$}  {}  {}  {lower_nll} of {pieces}",
            mean(over_steps),
            mean(over_pieces)
        )?;
    }
    Ok(())
}

/// The figures of each folder: those of the first evaluator, and the totals of the others.
fn folders(out: &mut impl Write, first: &Report, others: &[Report]) -> io::Result<()> {
    writeln!(out, "\nBy folder, mean over all steps: {}", with_others(first, others))?;
    let head = ["pieces", "steps", "total", "artic.", "acc."];
    let [pieces, steps, total, articulate, accuracy] = head;
    write!(
        out,
        "{:FOLDER$} {pieces:>6} {steps:>6}  {total:>6} {:15} {articulate:>6} {accuracy:>6}",
        "folder", ""
    )?;
    write_heads(out, others)?;
    for (index, figures) in first.folders.iter().enumerate() {
        let summary = &figures.summary;
        write!(
            out,
            "{:FOLDER$} {:>6} {:>6}  {} {:15} {} {}",
            shortened(&printable(&figures.folder), FOLDER),
            summary.pieces,
            summary.steps,
            nats(summary.mean_over_steps.total),
            interval(summary.mean_over_steps.interval),
            nats(summary.mean_over_steps.articulate),
            share(summary.notes.accuracy()),
        )?;
        let total = |other: &Report| other.folders[index].summary.mean_over_steps.total;
        write_totals(out, others.iter().map(total))?;
    }
    Ok(())
}

/// The same for each piece.
fn pieces(out: &mut impl Write, first: &Report, others: &[Report]) -> io::Result<()> {
    writeln!(out, "\nBy piece: {}", with_others(first, others))?;
    let [steps, total, play, articulate, accuracy] = ["steps", "total", "play", "artic.", "acc."];
    write!(
        out,
        "{:PIECE$} {steps:>7} {total:>6} {play:>6} {articulate:>6} {accuracy:>6}",
        "piece"
    )?;
    write_heads(out, others)?;
    let mut used = Vec::new();
    for (index, figures) in first.pieces.iter().enumerate() {
        let PieceFigures { entry, steps, total, play, articulate, notes, .. } = figures;
        let name = printable(&format!("{}/{}", entry.folder, entry.name));
        let mark = mark(index, first, others);
        write!(
            out,
            "{:PIECE$}{}{steps:>7} {} {} {} {}",
            shortened(name.trim_start_matches('/'), PIECE),
            mark.map_or(' ', |(mark, _)| mark),
            nats(*total),
            nats(*play),
            nats(*articulate),
            share(notes.accuracy()),
        )?;
        write_totals(out, others.iter().map(|other| other.pieces[index].total))?;
        used.extend(mark.filter(|mark| !used.contains(mark)));
    }
    used.iter().try_for_each(|(mark, meaning)| writeln!(out, "{mark} {meaning}"))
}

/// The mark of a piece, and its meaning: who was trained on it.
fn mark(index: usize, first: &Report, others: &[Report]) -> Option<(char, &'static str)> {
    match first.pieces[index].exposure {
        Exposure::TrainedOn => Some(('*', "trained on")),
        _ if others.iter().any(|other| other.pieces[index].exposure == Exposure::TrainedOn) => {
            Some(('+', "trained on by others"))
        }
        Exposure::Unknown => Some(('?', "it is unknown whether the network was trained on it")),
        Exposure::HeldOut => None,
    }
}

fn with_others(first: &Report, others: &[Report]) -> String {
    let others = if others.is_empty() { "" } else { ", and the totals of the others" };
    format!("{}{others}", first.name)
}

/// The heads of the last columns, the totals of the other evaluators.
fn write_heads(out: &mut impl Write, others: &[Report]) -> io::Result<()> {
    let width = total_width(others.len());
    for other in others {
        write!(out, " {:>width$}", other.name.split_whitespace().last().unwrap_or_default())?;
    }
    writeln!(out)
}

fn write_totals(
    out: &mut impl Write,
    totals: impl ExactSizeIterator<Item = f64>,
) -> io::Result<()> {
    let width = total_width(totals.len());
    for total in totals {
        write!(out, " {:>width$}", nats(total))?;
    }
    writeln!(out)
}

/// The width of a total: narrower if another network stands beside the three baselines.
fn total_width(others: usize) -> usize {
    if others > 3 { 6 } else { 9 }
}

/// Nats in six columns, if there are fewer than a hundred.
fn nats(nats: f64) -> String {
    format!("{nats:>6.3}")
}

fn share(share: Option<f64>) -> String {
    share.map_or(format!("{:>6}", "-"), |share| format!("{share:>6.3}"))
}

fn interval(interval: Option<Interval>) -> String {
    interval.map_or(String::new(), |Interval { low, high }| format!("[{low:.3} {high:.3}]"))
}
