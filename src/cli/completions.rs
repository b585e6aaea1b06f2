//! `deep-jammer completions`: what lets a shell complete commands and options.

use super::{Cli, Outcome};
use clap::CommandFactory;
use clap_complete::Shell;
use std::io::Write;

/// Print a script with which your shell completes commands and options when you press Tab.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Save the script where your shell looks for it, then open a new terminal:

  bash:        deep-jammer completions bash > ~/.local/share/bash-completion/completions/deep-jammer
  zsh:         deep-jammer completions zsh > ~/.zfunc/_deep-jammer
  fish:        deep-jammer completions fish > ~/.config/fish/completions/deep-jammer.fish
  PowerShell:  deep-jammer completions powershell >> $PROFILE

For zsh, ~/.zshrc must hold two lines: fpath+=~/.zfunc, and after it autoload -U compinit && compinit")]
pub struct Completions {
    /// The shell that you use.
    shell: Shell,
}

/// Prints the script.
pub fn run(command: &Completions) -> anyhow::Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(command.shell, &mut Cli::command(), "deep-jammer", &mut script);
    let mut script = String::from_utf8(script)?;
    if command.shell == Shell::Bash {
        // clap_complete 4.6 spells the hyphen in two ways, so that no option of a command is ever
        // found (clap issue 6421).
        script = script.replace("deep__subcmd__jammer", "deep__jammer");
    }
    let mut out = std::io::stdout().lock();
    out.write_all(script.as_bytes())?;
    out.flush()?;
    Ok(Outcome::Done)
}
