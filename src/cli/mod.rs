//! The commands of the program.

mod compare;
mod completions;
mod compose;
mod evaluate;
mod export;
#[cfg(feature = "http")]
mod hosting;
mod inspect;
mod interruption;
mod man;
mod plot;
mod progress;
mod render;
#[cfg(feature = "studio")]
mod serve;
#[cfg(feature = "survey")]
mod survey;
mod train;
mod model_arg;
mod output_args;

use model_arg::{BUILT_IN, learned, model};

use std::io;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Learn from piano music and compose new piano music without end.
#[derive(Debug, Parser)]
#[command(
    version,
    about,
    after_help = "\
New music by the model that is part of the program:
  deep-jammer compose -o new.mid
In two steps from a folder of piano MIDI files to new music of that kind:
  deep-jammer train my-midi-files --run my-run
  deep-jammer compose --model my-run -o new.mid"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Inspect(inspect::Inspect),
    Train(Box<train::Train>),
    Compose(Box<compose::Compose>),
    Evaluate(evaluate::Evaluate),
    Render(render::Render),
    Plot(plot::Plot),
    Compare(compare::Compare),
    Export(export::Export),
    #[cfg(feature = "studio")]
    Serve(serve::Serve),
    #[cfg(feature = "survey")]
    Survey(survey::Survey),
    Completions(completions::Completions),
    Man(man::Man),
}

/// How a command has ended, if it has not failed.
enum Outcome {
    Done,
    /// Ctrl-C, and all that had to be saved has been.
    Interrupted,
}

/// The exit code after Ctrl-C: 128 and the signal's number, as shells have it.
const INTERRUPTED: u8 = 130;

/// Does what the command line says. Wrong usage exits with 2 (by clap), failure with 1, Ctrl-C
/// with 130.
pub fn run() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Inspect(command) => inspect::run(&command),
        Command::Train(command) => train::run(&command),
        Command::Compose(command) => compose::run(&command),
        Command::Evaluate(command) => evaluate::run(&command),
        Command::Render(command) => render::run(&command),
        Command::Plot(command) => plot::run(&command),
        Command::Compare(command) => compare::run(&command),
        Command::Export(command) => export::run(&command),
        #[cfg(feature = "studio")]
        Command::Serve(command) => serve::run(&command),
        #[cfg(feature = "survey")]
        Command::Survey(command) => survey::run(&command),
        Command::Completions(command) => completions::run(&command),
        Command::Man(command) => man::run(&command),
    };
    match result {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Interrupted) => ExitCode::from(INTERRUPTED),
        // Whoever reads our output has seen enough (`| head`): no failure.
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("deep-jammer: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// A word, a path say, as a shell takes it.
fn quoted(word: &str) -> String {
    // A backslash means something to the shells of Unix, and divides paths on Windows, where quotes
    // are double ones and cannot be in a path.
    let plain =
        |c: char| c.is_alphanumeric() || "/:._-+,~=@%".contains(c) || (cfg!(windows) && c == '\\');
    match word.chars().all(plain) {
        true => word.to_owned(),
        false if cfg!(windows) => format!("\"{word}\""),
        false => format!("'{}'", word.replace('\'', "'\\''")),
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(|io| io.kind() == io::ErrorKind::BrokenPipe)
    })
}
