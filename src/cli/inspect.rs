//! `deep-jammer inspect`: what MIDI files contain.

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use super::Outcome;
use anyhow::bail;
use deep_jammer::corpus::{self, FileReport, Inspection, Music, Total};
use std::collections::BTreeMap;

/// Show what MIDI files contain, and which are worth training on.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Each file gets one line:
  Metre         its metre. \"4/4 +1\" means mostly 4/4, and one other metre
  Steps         its length in 16ths, the time steps of the network
  Notes         how many notes it has on the 88 keys
  Off grid      the share of notes that begin more than a tenth of a 16th off the grid of 16ths
  Sounding      how many keys sound at once, on average
  Beyond        how many notes are outside the 88 keys
  Drums         how many drum strokes it has. Training leaves them out
  Verdict       one of these, the first that applies:
    unreadable    the file cannot be read. The line below says why
    short         it has fewer than 128 16ths, the length of a segment in the article
    repeats       it is the same music as an earlier file, perhaps transposed or trimmed
    off the grid  more than a quarter of its notes begin off the grid
    good          nothing speaks against it

A line below says what a grid of 16ths loses: strokes and trills that are faster, grace notes. More:
docs/transcription.md

Below the table are the totals: how many files were refused and why, what was left out, and what was
odd about the files. With --json they are the `summary`: `refused`, `lost` and `warnings`, by kind.

Training does not need this command. `train` skips unreadable files by itself.

Examples:
  Look at a folder before training on it:
    deep-jammer inspect my-midi-files
  List the files that are worth training on:
    deep-jammer inspect my-midi-files --json | jq -r '.files[] | select(.verdict == \"good\").path'
  Count what cannot be read, and what is lost, in a large folder:
    deep-jammer inspect my-midi-files --json | jq .summary")]
pub struct Inspect {
    /// MIDI files, and folders to search for them (with their subfolders).
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Print one JSON document for programs, with `files` and `summary`.
    #[arg(long)]
    json: bool,
}

/// Prints a table, or JSON, to standard output.
pub fn run(command: &Inspect) -> anyhow::Result<Outcome> {
    let inspection = corpus::inspect(&command.paths)?;
    let mut out = BufWriter::new(io::stdout().lock());
    if command.json {
        serde_json::to_writer_pretty(&mut out, &inspection).map_err(io::Error::from)?;
        writeln!(out)?;
    } else {
        write_table(&mut out, &inspection)?;
    }
    out.flush()?;
    if inspection.summary.readable == 0 {
        match inspection.files.len() {
            1 => bail!("the file could not be read"),
            files => bail!("none of the {files} files could be read"),
        }
    }
    Ok(Outcome::Done)
}

/// The longest line.
const WIDTH: usize = 120;

/// The width of the columns between the name of the file and the verdict.
const NUMBERS: usize = 61;

/// The width of the longest verdict and of the gaps around the numbers.
const VERDICT: usize = 12 + 4;

fn write_table(out: &mut impl Write, inspection: &Inspection) -> io::Result<()> {
    let names: Vec<_> = inspection.files.iter().map(|file| printable(&file.path)).collect();
    let longest = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    let width = longest.clamp("File".len(), WIDTH - NUMBERS - VERDICT);
    writeln!(
        out,
        "{:width$}  {:<8}  {:>7}  {:>7}  {:>8}  {:>8}  {:>6}  {:>5}  Verdict",
        "File", "Metre", "Steps", "Notes", "Off grid", "Sounding", "Beyond", "Drums",
    )?;
    for (file, name) in inspection.files.iter().zip(names) {
        write!(out, "{:width$}  ", shortened(&name, width))?;
        match &file.music {
            Some(music) => write_numbers(out, music)?,
            None => write!(out, "{:NUMBERS$}", "")?,
        }
        writeln!(out, "  {}", file.verdict.in_words())?;
        for note in notes(file) {
            for line in wrapped(&printable(&note), WIDTH - 4) {
                writeln!(out, "    {line}")?;
            }
        }
    }
    let summary = &inspection.summary;
    let mut metres: Vec<_> = summary.metres.iter().collect();
    metres.sort_by_key(|&(_, &files)| std::cmp::Reverse(files));
    let metres: Vec<_> = metres.iter().map(|(metre, files)| format!("{metre} {files}")).collect();
    let line = format!(
        "{} files, {} readable, {} good; {} steps, {:.1} hours at their tempo; metres: {}",
        summary.files,
        summary.readable,
        summary.good,
        summary.steps,
        summary.hours,
        if metres.is_empty() { "none".to_owned() } else { metres.join(", ") },
    );
    writeln!(out)?;
    let refused: Vec<_> = summary
        .refused
        .iter()
        .map(|(reason, files)| format!("{} {files}", in_words(reason)))
        .collect();
    let totals = [
        ("refused", refused),
        ("left out", totals(&summary.lost)),
        ("warnings", totals(&summary.warnings)),
    ];
    let totals = totals.into_iter().filter(|(_, parts)| !parts.is_empty());
    let totals = totals.map(|(what, parts)| format!("{what}: {}", parts.join(", ")));
    let lines: Vec<_> = std::iter::once(line).chain(totals).collect();
    lines.iter().flat_map(|line| wrapped(line, WIDTH)).try_for_each(|line| writeln!(out, "{line}"))
}

/// How often something happened, by kind, in words.
fn totals(totals: &BTreeMap<String, Total>) -> Vec<String> {
    let in_files = |(kind, total): (&String, &Total)| {
        let files = if total.files == 1 { "file" } else { "files" };
        format!("{} {} in {} {files}", in_words(kind), total.count, total.files)
    };
    totals.iter().map(in_files).collect()
}

/// A kind as people say it.
fn in_words(kind: &str) -> String {
    kind.replace('-', " ")
}

fn write_numbers(out: &mut impl Write, music: &Music) -> io::Result<()> {
    let metre = match &music.metres[..] {
        [] => String::new(),
        [only] => only.clone(),
        [main, others @ ..] => format!("{main} +{}", others.len()),
    };
    write!(
        out,
        "{metre:<8}  {:>7}  {:>7}  {:>6.1} %  {:>8.1}  {:>6}  {:>5}",
        music.steps,
        music.notes,
        100.0 * music.off_grid,
        music.polyphony,
        music.out_of_range,
        music.percussion,
    )
}

/// How many warnings are printed for a file. A damaged file of a thousand tracks has thousands.
const MOST_WARNINGS: usize = 5;

/// The lines below a file's line.
fn notes(file: &FileReport) -> Vec<String> {
    let reason = file.reason.iter().cloned();
    let repeats = file.repeats.iter().map(|original| format!("the same music as {original}"));
    let warnings = file.music.iter().flat_map(|music| music.warnings.iter());
    let more = warnings.clone().count().saturating_sub(MOST_WARNINGS);
    let more = (more > 0).then(|| format!("and {more} more warnings; --json lists them all"));
    let warnings = warnings.take(MOST_WARNINGS).cloned();
    // What a piano does not play has columns of its own.
    let lost = file.music.iter().map(|music| music.losses.on_the_grid().join("; "));
    let lost = lost.filter(|lost| !lost.is_empty());
    reason.chain(repeats).chain(warnings).chain(more).chain(lost).collect()
}

/// A text without control characters, which could move the cursor or colour the terminal.
pub(super) fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{FFFD}' } else { c }).collect()
}

/// The last `width` characters, because the end of a path says more than its beginning.
pub(super) fn shortened(text: &str, width: usize) -> String {
    let length = text.chars().count();
    if length <= width {
        return text.to_owned();
    }
    let end: String = text.chars().skip(length - width + 1).collect();
    format!("…{end}")
}

/// A text in lines of at most `width` characters, broken at spaces where possible.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let mut word: Vec<char> = word.chars().collect();
        loop {
            let line = lines.last_mut().expect("there is always a line");
            let used = line.chars().count();
            let space = usize::from(used > 0);
            if used + space + word.len() <= width {
                line.extend(" ".chars().take(space).chain(word));
                break;
            }
            if used > 0 {
                lines.push(String::new());
            } else {
                line.extend(word.drain(..width));
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_broken_at_spaces_and_long_words_anywhere() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("abcdefgh ij", 5), ["abcde", "fgh", "ij"].map(str::to_owned));
        assert_eq!(wrapped("", 5), [""]);
    }

    #[test]
    fn of_a_long_path_the_end_is_shown() {
        assert_eq!(shortened("Bach/inventio.mid", 9), "…ntio.mid");
        assert_eq!(shortened("a.mid", 9), "a.mid");
    }

    #[test]
    fn control_characters_do_not_reach_the_terminal() {
        assert_eq!(printable("a\u{1b}[2Jb"), "a\u{FFFD}[2Jb");
    }
}
