//! The command `completions`: the script does in bash what it is for.

use crate::sandbox::{Sandbox, said};
use crate::skipped::skipped;
use std::process::Command;

/// What bash does when Tab is pressed after the last of its arguments.
const PRESS_TAB: &str = r#"
source ./script
function=$(complete -p deep-jammer | sed 's/.*-F \([^ ]*\).*/\1/')
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
"$function" "$1" "${@: -1}" "${@: -2:1}"
printf '%s\n' "${COMPREPLY[@]}"
"#;

#[test]
fn there_is_a_script_for_every_shell_that_knows_every_command() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = sandbox.succeed(&format!("completions {shell}"));
        for word in ["compose", "train", "serve", "survey", "primer", "endless"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
}

#[test]
fn an_unknown_shell_is_told_which_there_are() {
    let sandbox = Sandbox::new();
    let message = sandbox.misuse("completions csh");
    assert!(message.contains("bash, elvish, fish, powershell, zsh"), "{message}");
}

#[test]
fn bash_completes_commands_options_and_values_with_it() {
    if Command::new("bash").arg("--version").output().is_err() {
        skipped("there is no bash");
        return;
    }
    let sandbox = Sandbox::new();
    sandbox.write("script", sandbox.succeed("completions bash"));
    let completed = |words: &[&str]| {
        let mut bash = Command::new("bash");
        bash.current_dir(sandbox.0.path()).args(["-c", PRESS_TAB, "bash"]).args(words);
        let output = bash.output().unwrap();
        assert_eq!(said(&output), "");
        let words = String::from_utf8(output.stdout).unwrap();
        words.split_whitespace().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(completed(&["deep-jammer", "comp"]), ["compose", "compare", "completions"]);
    assert_eq!(completed(&["deep-jammer", "compose", "--tem"]), ["--tempo", "--temperature"]);
    assert_eq!(completed(&["deep-jammer", "completions", "z"]), ["zsh"]);
}
