//! `deep-jammer man`: manual pages, made of what `--help` says.

use super::{Cli, Outcome};
use anyhow::Context;
use clap::{Command, CommandFactory};
use clap_mangen::Man as Page;
use deep_jammer::atomic_file::{self, Existing};
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;

/// Print the manual page, or write one page for every command into a folder.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The pages say what --help says, for those who like to read it with man:

  deep-jammer man ~/.local/share/man/man1
  man deep-jammer-compose")]
pub struct Man {
    /// The folder to write the pages into. It is created if it does not exist, and pages of an
    /// earlier version are replaced. Without it the main page is printed.
    #[arg(value_name = "FOLDER")]
    folder: Option<PathBuf>,
}

/// Prints the main page, or writes all of them and prints their names.
pub fn run(command: &Man) -> anyhow::Result<Outcome> {
    let mut program = Cli::command().disable_help_subcommand(true);
    // Only then does each command know its full name.
    program.build();
    let mut out = io::stdout().lock();
    let Some(folder) = &command.folder else {
        out.write_all(&page(program)?)?;
        out.flush()?;
        return Ok(Outcome::Done);
    };
    fs::create_dir_all(folder)
        .with_context(|| format!("cannot create the folder {}", folder.display()))?;
    let mut commands = vec![program];
    while let Some(command) = commands.pop() {
        commands.extend(command.get_subcommands().filter(|it| !it.is_hide_set()).cloned());
        let path = folder.join(Page::new(command.clone()).get_filename());
        atomic_file::write(&path, &page(command)?, Existing::Replace)?;
        writeln!(out, "{}", path.display())?;
    }
    Ok(Outcome::Done)
}

/// The manual page of a command, in the language of `man`.
fn page(mut command: Command) -> io::Result<Vec<u8>> {
    // Rendered here, as the crate would run the lines of examples together.
    let notes = command.get_after_long_help().or_else(|| command.get_after_help());
    let notes = notes.map(ToString::to_string);
    command = command.after_help(None::<&str>).after_long_help(None::<&str>);
    let mut page = Vec::new();
    let program = concat!("deep-jammer ", env!("CARGO_PKG_VERSION"));
    Page::new(command).source(program).manual("Deep Jammer").render(&mut page)?;
    if let Some(notes) = notes {
        page.extend(section("NOTES", &notes).bytes());
    }
    Ok(page)
}

/// A section of prose, in which indented lines are examples that stay as they are.
fn section(title: &str, text: &str) -> String {
    let mut section = format!(".SH {title}\n");
    let mut in_example = false;
    for line in text.lines() {
        let example = line.starts_with(' ');
        if example != in_example && !(in_example && line.is_empty()) {
            section += if example { ".PP\n.nf\n" } else { ".fi\n" };
            in_example = example;
        }
        match line {
            "" => section += if in_example { "\n" } else { ".PP\n" },
            line => section += &format!("{}\n", escaped(line)),
        }
    }
    if in_example {
        section += ".fi\n";
    }
    section
}

/// A line that means nothing to `man` but itself.
fn escaped(line: &str) -> String {
    let line = line.replace('\\', "\\e").replace('-', "\\-");
    match line.starts_with(['.', '\'']) {
        true => format!("\\&{line}"),
        false => line,
    }
}
