//! A comparison as a table.

use super::{LongestMatch, Report, WholePiece, WholePieces};
use deep_jammer::originality::{COPY_STEPS, LEAST_KEYS, LEAST_STROKES};
use deep_jammer::statistic::{
    Breakdowns, Distribution, Judgement, PieceComparison, PieceFigure, SetComparison, SetFigure,
    Summary,
};
use std::io::{self, Write};

/// The width of the longest name of a statistic.
const NAME: usize = 26;

pub(super) fn write(out: &mut impl Write, report: &Report) -> io::Result<()> {
    let Report { comparison, originality, whole_pieces } = report;
    let details = originality.generated.iter().zip(&whole_pieces.generated);
    for (piece, (longest, whole)) in comparison.generated.iter().zip(details) {
        write_piece(out, piece)?;
        writeln!(out, "  {}", broken_down(&whole.breakdowns))?;
        writeln!(out, "  {}\n", longest_match(longest))?;
    }
    write_set(out, &comparison.set)?;
    let copies = originality.generated.iter().filter(|longest| longest.copy).count();
    let generated = originality.generated.len();
    writeln!(
        out,
        "\n{copies} of {generated} have {COPY_STEPS} steps or more in common with {} ({} pieces).",
        printable(&originality.training_music),
        originality.pieces
    )?;
    let steps = |longest: &LongestMatch| longest.found.as_ref().map_or(0, |found| found.steps);
    let steps = originality.generated.iter().map(steps).max().unwrap_or(0);
    writeln!(out, "The longest match has {steps} steps.")?;
    write_whole_pieces(out, whole_pieces)
}

/// How the pieces hold up from beginning to end, in two lines.
fn write_whole_pieces(out: &mut impl Write, whole_pieces: &WholePieces) -> io::Result<()> {
    let WholePieces { real_repeated_bars, generated } = whole_pieces;
    let longest = |of: fn(&Breakdowns) -> f64| {
        generated.iter().map(|whole| of(&whole.breakdowns)).fold(0.0, f64::max)
    };
    writeln!(
        out,
        "Longest passages, in measures: silent {:.2}, stuck {:.2}, crowded {:.2}, in circles {:.2}.",
        longest(|of| of.silent),
        longest(|of| of.stuck),
        longest(|of| of.crowded),
        longest(|of| of.circling)
    )?;
    let shares = generated.iter().filter_map(|whole: &WholePiece| whole.repeated_bars);
    let shares = Distribution::new(shares);
    let share = |value: Option<f64>| {
        value.map_or("–".to_owned(), |value| format!("{:.1} %", 100.0 * value))
    };
    writeln!(
        out,
        "Bars that repeat an earlier one of their piece: {} on average ({} to {}), in real pieces {}.",
        share(shares.mean()),
        share(shares.quantile(0.0)),
        share(shares.quantile(1.0)),
        share(*real_repeated_bars)
    )
}

/// The longest passages that have broken down.
fn broken_down(breakdowns: &Breakdowns) -> String {
    let Breakdowns { silent, stuck, crowded, circling } = breakdowns;
    format!(
        "longest passages, in measures: silent {silent:.2}, stuck {stuck:.2}, crowded \
         {crowded:.2}, in circles {circling:.2}"
    )
}

fn write_piece(out: &mut impl Write, piece: &PieceComparison) -> io::Result<()> {
    let PieceComparison { name, steps, compared, real_passages, statistics } = piece;
    writeln!(out, "{}: {steps} steps", printable(name))?;
    let beginning =
        if compared < steps { format!("its first {compared} steps ") } else { String::new() };
    let few = if *real_passages < 20 { ", too few to tell much" } else { "" };
    writeln!(out, "  {:NAME$} {:>9}   {:>9} .. 95 %", "", "", "real 5 %")?;
    for PieceFigure { statistic, value, low, high, judgement } in statistics {
        let mark = match judgement {
            Some(Judgement::Below) => "  below",
            Some(Judgement::Above) => "  above",
            Some(Judgement::Inside) | None => "",
        };
        let [value, low, high] = [value, low, high].map(|value| number(*value));
        let line =
            format!("  {:NAME$} {value:>9}   {low:>9} .. {high:<9}{mark}", statistic.in_words());
        writeln!(out, "{}", line.trim_end())?;
    }
    writeln!(out, "  {beginning}beside {real_passages} real passages of {compared} steps{few}")
}

/// What a piece has in common with the training music.
fn longest_match(longest: &LongestMatch) -> String {
    let Some(found) = &longest.found else {
        return format!("no match with at least {LEAST_STROKES} notes on {LEAST_KEYS} keys");
    };
    let transposition = match found.transposition {
        0 => "not transposed".to_owned(),
        up @ 1.. => format!("{up} semitones higher"),
        down => format!("{} semitones lower", -down),
    };
    format!(
        "{} {} steps from bar {} on ({} notes) are bar {} of {}, {transposition}",
        if longest.copy { "A COPY:" } else { "longest match:" },
        found.steps,
        found.bar,
        found.strokes,
        found.source_bar,
        printable(&found.source),
    )
}

fn write_set(out: &mut impl Write, set: &SetComparison) -> io::Result<()> {
    let SetComparison { passage, generated_passages, real_passages, statistics } = set;
    writeln!(
        out,
        "All together, by passages of {passage} steps: {generated_passages} generated, \
         {real_passages} real"
    )?;
    writeln!(
        out,
        "  {:NAME$} {:>7}  {:>15}  {:>15}  {:<14}  distance",
        "", "inside", "generated (sd)", "real (sd)", "overlap"
    )?;
    for figure in statistics {
        let SetFigure {
            statistic,
            inside,
            of,
            generated,
            real,
            overlap,
            distance,
            real_vs_real,
            ..
        } = figure;
        let least = real_vs_real.and_then(|of| of.least_overlap);
        let greatest = real_vs_real.map(|of| of.greatest_distance);
        let less = overlap.zip(least).is_some_and(|(overlap, least)| overlap < least);
        let farther = distance.zip(greatest).is_some_and(|(far, most)| far > most);
        let line = format!(
            "  {:NAME$} {:>7}  {:>15}  {:>15}  {:<14}  {:<14}{}",
            statistic.in_words(),
            format!("{inside}/{of}"),
            summary(*generated),
            summary(*real),
            with_limit(*overlap, '≥', least),
            with_limit(*distance, '≤', greatest),
            if less || farther { "  unlike" } else { "" },
        );
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

fn summary(summary: Option<Summary>) -> String {
    match summary {
        None => "–".to_owned(),
        Some(Summary { mean, sd: None, .. }) => number(Some(mean)),
        Some(Summary { mean, sd, .. }) => format!("{} ({})", number(Some(mean)), number(sd)),
    }
}

/// A number, and the limit that real music keeps.
fn with_limit(value: Option<f64>, sign: char, real: Option<f64>) -> String {
    let two = |value: f64| format!("{value:.2}");
    match (value, real) {
        (None, _) => "–".to_owned(),
        (Some(value), None) => two(value),
        (Some(value), Some(real)) => format!("{} ({sign} {})", two(value), two(real)),
    }
}

/// A number with three significant digits.
fn number(value: Option<f64>) -> String {
    match value {
        None => "–".to_owned(),
        Some(value) if value.abs() >= 10.0 => format!("{value:.1}"),
        Some(value) if value.abs() >= 1.0 => format!("{value:.2}"),
        Some(value) if value.abs() >= 0.1 || value == 0.0 => format!("{value:.3}"),
        Some(value) => format!("{value:.4}"),
    }
}

/// A text without control characters, which could move the cursor or colour the terminal.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits() {
        let found = [0.0, 0.03361, 0.4567, 2.345, 12.34, -0.5].map(|value| number(Some(value)));
        assert_eq!(found, ["0.000", "0.0336", "0.457", "2.35", "12.3", "-0.500"]);
        assert_eq!(number(None), "–");
    }

    #[test]
    fn a_value_stands_beside_what_real_music_keeps_to() {
        assert_eq!(with_limit(Some(0.5), '≥', Some(0.734)), "0.50 (≥ 0.73)");
        assert_eq!(with_limit(Some(0.5), '≥', None), "0.50");
        assert_eq!(with_limit(None, '≥', Some(0.7)), "–");
    }
}
