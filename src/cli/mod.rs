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
mod remedy;
mod render;
#[cfg(feature = "studio")]
mod serve;
mod skipped;
#[cfg(feature = "survey")]
mod survey;
mod train;
mod model_arg;
mod output_args;

use model_arg::{BUILT_IN, learned, model};

use std::io;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Learn from piano music, and compose new piano music without end.
#[derive(Debug, Parser)]
#[command(
    version,
    about,
    after_help = "\
Examples:
  Compose a piece with the built-in model, as MIDI and as sound:
    deep-jammer compose -o new.mid -o new.wav
  Listen in the browser while it composes:
    deep-jammer serve --open
  Train on your own MIDI files, then compose with what the network learned:
    deep-jammer train my-midi-files --run my-run
    deep-jammer compose --model my-run -o new.mid

`deep-jammer COMMAND --help` explains every option of a command and gives examples.
`deep-jammer COMMAND -h` gives one line for each option."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Compose(Box<compose::Compose>),
    #[cfg(feature = "studio")]
    Serve(serve::Serve),
    Render(render::Render),
    Inspect(inspect::Inspect),
    Train(Box<train::Train>),
    Plot(plot::Plot),
    Evaluate(evaluate::Evaluate),
    Compare(compare::Compare),
    Export(export::Export),
    #[cfg(feature = "survey")]
    Survey(survey::Survey),
    Completions(completions::Completions),
    Man(man::Man),
}

/// How a command ended, if it did not fail.
enum Outcome {
    Done,
    /// The user pressed Ctrl-C, and everything worth saving is saved.
    Interrupted,
}

/// The exit code after Ctrl-C: 128 plus the number of the signal, as in shells.
const INTERRUPTED: u8 = 130;

/// Runs the command that the command line asks for. The exit code is 2 for wrong usage (from clap),
/// 1 for failure, 130 after Ctrl-C.
pub fn run() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Compose(command) => compose::run(&command),
        #[cfg(feature = "studio")]
        Command::Serve(command) => serve::run(&command),
        Command::Render(command) => render::run(&command),
        Command::Inspect(command) => inspect::run(&command),
        Command::Train(command) => train::run(&command),
        Command::Plot(command) => plot::run(&command),
        Command::Evaluate(command) => evaluate::run(&command),
        Command::Compare(command) => compare::run(&command),
        Command::Export(command) => export::run(&command),
        #[cfg(feature = "survey")]
        Command::Survey(command) => survey::run(&command),
        Command::Completions(command) => completions::run(&command),
        Command::Man(command) => man::run(&command),
    };
    match result {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Interrupted) => ExitCode::from(INTERRUPTED),
        // The reader of our output has seen enough (`| head`). That is no failure.
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("deep-jammer: {}", remedy::explained(&error));
            ExitCode::FAILURE
        }
    }
}

/// Quotes a word, such as a path, for a shell. Plain words stay as they are.
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
