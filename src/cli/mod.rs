//! The commands of the program.

mod inspect;

use std::io;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Learn from piano music and compose new piano music without end.
#[derive(Debug, Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Inspect(inspect::Inspect),
}

/// Does what the command line says. Wrong usage exits with 2 (by clap), failure with 1.
pub fn run() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Inspect(command) => inspect::run(&command),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads our output has seen enough (`| head`): no failure.
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("deep-jammer: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<io::Error>().is_some_and(|io| io.kind() == io::ErrorKind::BrokenPipe)
    })
}
