//! `deep-jammer survey`: a blind listening test, from excerpts to the report.

mod excerpts;
mod table;

use super::Outcome;
use super::hosting::host;
use super::output_args::picture_format;
use anyhow::bail;
use clap::{Args, Subcommand, ValueEnum};
use deep_jammer::atomic_file::{self, AtomicFileError, Existing};
use deep_jammer::picture::{self, Estimate, RatingRow, Ratings};
use deep_jammer::survey::{AppState, Disclosure, Report, Store, routes};
use std::io::{self, BufWriter, Write};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// Run a blind listening test of generated and real music.
#[derive(Debug, Args)]
#[command(after_help = "\
Participants do not know which excerpts are real. Each hears every excerpt, in an order of their
own, rates it from 1 to 10 and says whether a human could have composed it. The article asked its
listeners the same. More: docs/survey.md

Examples:
  Make a survey of five pieces by the built-in model and five real ones:
    deep-jammer survey new autumn --real my-midi-files --compose 5
  Serve it to everyone on your network:
    deep-jammer survey serve --host 0.0.0.0
  See the results, and draw them:
    deep-jammer survey report autumn -o autumn.png")]
pub struct Survey {
    #[command(subcommand)]
    command: Command,
    /// The file that keeps the surveys and their answers.
    #[arg(long, global = true, value_name = "FILE", default_value = "surveys.sqlite")]
    store: PathBuf,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a survey of generated and real pieces.
    New(excerpts::New),
    /// Serve all surveys to participants, until Ctrl-C.
    Serve(Serve),
    /// Report the results of a survey.
    Report(ReportOn),
    /// List all surveys.
    #[command(after_help = "\
Example:
  Print the name of each survey, how many have taken part, and the end of its link:
    deep-jammer survey list")]
    List,
    /// Close a survey to further answers.
    #[command(after_help = "\
Its answers are kept, and `survey report` still works. A closed survey can't be opened again.

Example:
  End the survey autumn:
    deep-jammer survey close autumn")]
    Close {
        /// The name of the survey.
        name: String,
    },
}

/// What participants are told about the excerpts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DisclosureArg {
    /// Some excerpts are by people and some by a program, which is the truth.
    Mixed,
    /// All excerpts are by a program, as the article told its listeners.
    AllGenerated,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Prints one link for the participants of each open survey, and one for you, the organiser. All
answers are saved at once.

Example:
  Let the phones on your network take part. Send the link with this machine's address in it:
    deep-jammer survey serve --host 0.0.0.0")]
struct Serve {
    /// The network address to listen on; 0.0.0.0 lets in everyone on your network.
    ///
    /// By default only this machine can take part.
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
    /// The port; 0 takes any free one.
    #[arg(long, default_value_t = 8766)]
    port: u16,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Reports the mean rating, the believability (the share of answers that a human could have composed
it), how certain both are, and the article's results beside them. Works at any time, even while the
survey is open.

Examples:
  Print the results:
    deep-jammer survey report autumn
  Draw them, and write every answer to a table:
    deep-jammer survey report autumn -o autumn.png --csv autumn.csv")]
struct ReportOn {
    /// The name of the survey.
    name: String,
    /// Print one JSON document, for programs.
    #[arg(long)]
    json: bool,
    /// Write every answer as a row of a table, to this file.
    #[arg(long, value_name = "FILE.csv")]
    csv: Option<PathBuf>,
    /// Draw ratings and believability, with the published results beside them.
    #[arg(short, long, value_name = "FILE.svg|png")]
    output: Option<PathBuf>,
    /// Replace files that already exist.
    #[arg(long)]
    force: bool,
}

/// Runs a subcommand.
pub fn run(command: &Survey) -> anyhow::Result<Outcome> {
    let path = &command.store;
    match &command.command {
        Command::New(new) => excerpts::make(new, path),
        Command::Serve(command) => serve(command, path),
        Command::Report(command) => report(command, path),
        Command::List => list(path),
        Command::Close { name } => {
            Store::open(path)?.close(name, now())?;
            Ok(Outcome::Done)
        }
    }
}

/// The time, in milliseconds since 1970.
fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}

/// Serves the surveys.
fn serve(command: &Serve, path: &Path) -> anyhow::Result<Outcome> {
    let store = Store::open(path)?;
    let surveys = store.surveys()?;
    let (state, token) = AppState::new(store, command.host.is_loopback());
    let address = SocketAddr::new(command.host, command.port);
    host(routes(state), address, "Closing the surveys. All answers are kept.", |here| {
        for survey in surveys.iter().filter(|survey| !survey.closed) {
            println!("{}: {here}/s/{}", survey.name, survey.link);
        }
        println!("organiser: {here}/organiser#{token}");
        match command.host.is_loopback() {
            true => eprintln!(
                "Only this machine can take part. With --host 0.0.0.0, everyone who can reach it can."
            ),
            false => eprintln!(
                "Everyone who can reach this machine at {} can take part. Put this machine's name or \
                 address into the link before you send it. Keep the organiser's link to yourself.",
                command.host
            ),
        }
        eprintln!("Ctrl-C closes the surveys.");
    })
}

fn list(path: &Path) -> anyhow::Result<Outcome> {
    let mut out = io::stdout().lock();
    for survey in Store::open(path)?.surveys()? {
        let closed = if survey.closed { ", closed" } else { "" };
        writeln!(
            out,
            "{}: {} excerpts, {} participants, {} answers{closed}; /s/{}",
            survey.name, survey.excerpts, survey.participants, survey.answers, survey.link
        )?;
    }
    Ok(Outcome::Done)
}

/// Prints the report, and writes the other files that the user asked for.
fn report(command: &ReportOn, path: &Path) -> anyhow::Result<Outcome> {
    let picture = command.output.as_deref().map(|path| anyhow::Ok((path, picture_format(path)?)));
    let picture: Option<(&Path, picture::Format)> = picture.transpose()?;
    let existing = if command.force { Existing::Replace } else { Existing::Keep };
    for file in command.csv.iter().chain(&command.output) {
        if file.exists() && !command.force {
            return Err(AtomicFileError::Exists(file.clone()).into());
        }
    }
    let mut store = Store::open(path)?;
    let report = store.report(&command.name)?;
    if let Some(file) = &command.csv {
        let mut rows = Vec::new();
        table::csv(&mut rows, &report, &store.answers(&command.name)?)?;
        atomic_file::write(file, &rows, existing)?;
    }
    if let Some((file, format)) = picture {
        atomic_file::write(file, &picture::ratings(&ratings(&report), format), existing)?;
    }
    let mut out = BufWriter::new(io::stdout().lock());
    match command.json {
        true => {
            serde_json::to_writer_pretty(&mut out, &report).map_err(io::Error::from)?;
            writeln!(out)?;
        }
        false => table::write(&mut out, &report)?,
    }
    out.flush()?;
    Ok(Outcome::Done)
}

/// The ratings of a report, for the picture.
fn ratings(report: &Report) -> Ratings {
    let row = |name: &str, real: bool, rating: Option<Estimate>, believed: Option<Estimate>| {
        RatingRow { name: name.to_owned(), real, rating, believed }
    };
    let rating = |of: &Option<deep_jammer::survey::Rating>| {
        of.map(|rating| Estimate { value: rating.mean, interval: rating.interval })
    };
    let share = |of: &deep_jammer::survey::Share| {
        of.share.map(|value| Estimate { value, interval: Some(of.interval) })
    };
    let models = report.models.iter();
    let models = models.map(|it| row(&it.model, it.real, rating(&it.rating), share(&it.believed)));
    let excerpts = report.excerpts.iter();
    let excerpts =
        excerpts.map(|it| row(&it.title, it.real, rating(&it.rating), share(&it.believed)));
    let figure = |value| Estimate { value, interval: None };
    let published = report.published.iter().map(|it| {
        let real = it.what.starts_with("real");
        row(it.what, real, Some(figure(it.rating)), it.believability.map(figure))
    });
    let heading = |words: &str| words.to_owned();
    Ratings {
        title: format!(
            "{}: {} answers of {} participants",
            report.survey, report.answers, report.participants
        ),
        groups: vec![
            (heading("By model"), models.collect()),
            (heading("By excerpt"), excerpts.collect()),
            (heading("Published: report and article"), published.collect()),
        ],
    }
}

/// Checks the name of a new survey.
fn check_name(name: &str) -> anyhow::Result<()> {
    if name.is_empty() || name.len() > 100 || name.chars().any(char::is_control) {
        bail!("the name of a survey must have 1 to 100 characters");
    }
    Ok(())
}

impl From<DisclosureArg> for Disclosure {
    fn from(told: DisclosureArg) -> Disclosure {
        match told {
            DisclosureArg::Mixed => Disclosure::Mixed,
            DisclosureArg::AllGenerated => Disclosure::AllGenerated,
        }
    }
}
