//! The command `man`: there is a page for every command, which says all that its `--help` says.

use crate::sandbox::{Sandbox, said};
use crate::skipped::skipped;
use std::collections::BTreeSet;
use std::process::Command;

/// The commands that the help of a command lists.
fn commands(help: &str) -> Vec<String> {
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let names = lines.take_while(|line| !line.is_empty());
    let names = names.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = names.filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

/// The long options that a text names.
fn options(text: &str) -> BTreeSet<String> {
    let name = |part: &str| {
        part.chars().take_while(|c| c.is_ascii_lowercase() || *c == '-').collect::<String>()
    };
    let names = text.split("--").skip(1).map(name);
    names.filter(|name| !name.is_empty() && !name.starts_with('-')).collect()
}

/// The words of a page without what only `man` reads.
fn plain(page: &str) -> String {
    page.replace("\\-", "-").replace("\\fB", "").replace("\\fI", "").replace("\\fR", "")
}

#[test]
fn there_is_a_page_for_every_command_with_every_option() {
    let sandbox = Sandbox::new();
    let printed = sandbox.succeed("man pages");
    let printed: BTreeSet<&str> = printed.lines().collect();
    let mut expected = BTreeSet::new();
    let mut left = vec![String::new()];
    while let Some(command) = left.pop() {
        let help = sandbox.succeed(&format!("{command} --help"));
        let inner = commands(&help);
        left.extend(inner.iter().map(|inner| format!("{command} {inner}")));
        let name = format!("deep-jammer{}.1", command.replace(' ', "-"));
        let page = plain(&sandbox.text(&format!("pages/{name}")));
        for option in options(&help) {
            assert!(page.contains(&format!("--{option}")), "{name}: --{option}");
        }
        for inner in inner {
            assert!(page.contains(&format!("{}-{inner}(1)", name.trim_end_matches(".1"))));
        }
        expected.insert(format!("pages/{name}"));
    }
    assert!(expected.contains("pages/deep-jammer-survey-new.1"), "{expected:?}");
    assert_eq!(
        printed.iter().map(|line| line.replace('\\', "/")).collect::<BTreeSet<_>>(),
        expected
    );
    // Pages of an earlier version are replaced.
    sandbox.succeed("man pages");
}

#[test]
fn without_a_folder_the_main_page_is_printed() {
    let sandbox = Sandbox::new();
    let page = sandbox.succeed("man");
    sandbox.succeed("man pages");
    assert_eq!(page, sandbox.text("pages/deep-jammer.1"));
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let sandbox = Sandbox::new();
    sandbox.write("file", "");
    let error = sandbox.fail("man file/pages");
    assert!(error.contains("cannot create the folder file/pages"), "{error}");
}

#[test]
fn the_formatter_of_man_finds_no_fault_with_any_page() {
    if Command::new("groff").arg("--version").output().is_err() {
        skipped("there is no groff");
        return;
    }
    let sandbox = Sandbox::new();
    let pages = sandbox.succeed("man pages");
    for page in pages.lines() {
        let mut groff = Command::new("groff");
        let output = groff.args(["-ww", "-z", "-man"]).arg(sandbox.path(page)).output().unwrap();
        assert_eq!(said(&output), "", "{page}");
    }
}
