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

/// Ask people how they like the music, without telling them which pieces are real.
#[derive(Debug, Args)]
#[command(after_help = "\
  deep-jammer survey new autumn --real my-midi-files --compose 5
  deep-jammer survey serve --host 0.0.0.0
  deep-jammer survey report autumn -o autumn.png

Each participant hears every excerpt, in an order of their own, rates it from 1 to 10 and says whether
a human could have composed it: the questions by which the article judged its music.")]
pub struct Survey {
    #[command(subcommand)]
    command: Command,
    /// The file in which surveys and answers are kept.
    #[arg(long, global = true, value_name = "FILE", default_value = "surveys.sqlite")]
    store: PathBuf,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a survey of generated and real pieces.
    New(excerpts::New),
    /// Serve all surveys, until Ctrl-C.
    Serve(Serve),
    /// Tell what the answers to a survey say.
    Report(ReportOn),
    /// List the surveys.
    List,
    /// End a survey: nobody can answer any more.
    Close {
        /// The survey.
        name: String,
    },
}

/// What participants are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Tell {
    /// Some excerpts are by people, some by a program: the truth.
    Mixed,
    /// All are by a program, as the article told its listeners.
    AllGenerated,
}

#[derive(Debug, Args)]
struct Serve {
    /// The address to listen at; 0.0.0.0 is all that this machine has.
    #[arg(long, default_value = "127.0.0.1")]
    host: IpAddr,
    /// The port; 0 for any that is free.
    #[arg(long, default_value_t = 8766)]
    port: u16,
}

#[derive(Debug, Args)]
struct ReportOn {
    /// The survey.
    name: String,
    /// Print one JSON document, for programs.
    #[arg(long)]
    json: bool,
    /// Write every answer as a row of a table.
    #[arg(long, value_name = "FILE.csv")]
    csv: Option<PathBuf>,
    /// Draw ratings and believability, the published figures beside them.
    #[arg(short, long, value_name = "FILE.svg|png")]
    output: Option<PathBuf>,
    /// Replace files that are there already.
    #[arg(long)]
    force: bool,
}

/// Does what is asked of surveys.
pub fn run(command: &Survey) -> anyhow::Result<Outcome> {
    let path = &command.store;
    match &command.command {
        Command::New(new) => excerpts::make(new, path),
        Command::Serve(serve) => open(serve, path),
        Command::Report(what) => report(what, path),
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
fn open(serve: &Serve, path: &Path) -> anyhow::Result<Outcome> {
    let store = Store::open(path)?;
    let surveys = store.surveys()?;
    let (state, token) = AppState::new(store, serve.host.is_loopback());
    let address = SocketAddr::new(serve.host, serve.port);
    host(routes(state), address, "Closing the surveys. All answers are kept.", |here| {
        for survey in surveys.iter().filter(|survey| !survey.closed) {
            println!("{}: {here}/s/{}", survey.name, survey.link);
        }
        println!("organiser: {here}/organiser#{token}");
        match serve.host.is_loopback() {
            true => eprintln!(
                "Only this machine can take part; --host 0.0.0.0 lets in everybody who can reach it."
            ),
            false => eprintln!(
                "Everybody who can reach this machine at {} can take part. Send the link with this \
                 machine's name or address in it, and keep the organiser's to yourself.",
                serve.host
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

/// Prints the report, and writes what else is asked for.
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
        atomic_file::write(file, &picture::ratings(&drawn(&report), format), existing)?;
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

/// What is drawn of a report.
fn drawn(report: &Report) -> Ratings {
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

/// A name that a survey can have.
fn check_name(name: &str) -> anyhow::Result<()> {
    if name.is_empty() || name.len() > 100 || name.chars().any(char::is_control) {
        bail!("a survey's name has 1 to 100 letters");
    }
    Ok(())
}

impl From<Tell> for Disclosure {
    fn from(tell: Tell) -> Disclosure {
        match tell {
            Tell::Mixed => Disclosure::Mixed,
            Tell::AllGenerated => Disclosure::AllGenerated,
        }
    }
}
