//! Names that are not Unicode text stop nothing: what cannot be named is skipped, and said. Linux
//! allows such names; other systems do not.

use crate::sandbox::{PIECES, Sandbox, error_of, said};
use serde_json::Value;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

/// Options for a network that is trained in a moment.
const TINY: &str = "--time 6,5 --note 4,3 --batch 2 --epochs 1 --segment 16 --sample-every 0";

/// A path in the sandbox, in any bytes.
fn path(sandbox: &Sandbox, name: &[u8]) -> PathBuf {
    sandbox.0.path().join(OsStr::from_bytes(name))
}

/// Three good pieces, one called "café" in Latin-1, and two in a folder of such a name.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    fs::create_dir_all(path(&sandbox, b"music/n\xe9")).unwrap();
    for name in ["minuet-in-g", "prelude-in-c", "study-in-d"] {
        sandbox.write(&format!("music/{name}.mid"), piece(name));
    }
    for name in [&b"music/caf\xe9.mid"[..], b"music/n\xe9/a.mid", b"music/n\xe9/b.mid"] {
        fs::write(path(&sandbox, name), piece("minuet-in-g")).unwrap();
    }
    sandbox
}

fn piece(name: &str) -> Vec<u8> {
    fs::read(format!("{PIECES}/{name}.mid")).unwrap()
}

/// The lines that name what is skipped.
fn skipped(said: &str) -> Vec<&str> {
    said.lines().filter(|line| line.starts_with("skipped")).collect()
}

const SKIPPED: [&str; 2] = [
    "skipped music/caf\u{FFFD}.mid: its name is not Unicode text; rename it",
    "skipped 2 files in music/n\u{FFFD}: the name of this folder is not Unicode text; rename it",
];

#[test]
fn a_training_leaves_out_what_cannot_be_named_and_lists_it() {
    let sandbox = sandbox();
    let messages = sandbox.messages(&format!("train music --run run {TINY}"));
    assert_eq!(skipped(&messages), SKIPPED);
    let list: Value = serde_json::from_slice(&sandbox.bytes("run/dataset.json")).unwrap();
    let files = list["files"].as_array().unwrap();
    let split = |name: &str| {
        let of_name = |file: &&Value| file["path"].as_str().unwrap().ends_with(name);
        files.iter().find(of_name).map(|file| file["split"].clone())
    };
    assert_eq!(files.len(), 6);
    assert_eq!(split("music/caf\u{FFFD}.mid").unwrap(), "unreadable");
    assert_eq!(split("music/n\u{FFFD}/b.mid").unwrap(), "unreadable");
    assert_ne!(split("music/minuet-in-g.mid").unwrap(), "unreadable");
    // All that comes after reads the list again.
    sandbox.succeed("train --run run --resume --epochs 2");
    sandbox.succeed("evaluate --model run");
}

#[test]
fn all_commands_that_walk_folders_leave_out_the_same() {
    let sandbox = sandbox();
    sandbox.succeed(&format!("train PIECES --run run {TINY}"));
    for line in [
        "evaluate music --model run",
        "evaluate PIECES --learn music",
        "compare music --with PIECES",
        "compare PIECES --with music",
        "compose --model markov --learn music --bars 2 --seed 1 -o a.mid",
    ] {
        assert_eq!(skipped(&sandbox.messages(line)), SKIPPED, "{line}");
    }
    let json = sandbox.json("inspect music");
    let refused: Vec<_> = json["files"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|file| file["verdict"] == "unreadable")
        .map(|file| (file["path"].as_str().unwrap(), file["reason"].as_str().unwrap()))
        .collect();
    let in_folder = "its folder n\u{FFFD} has a name that is not Unicode text; rename it";
    assert_eq!(
        refused,
        [
            ("music/caf\u{FFFD}.mid", "its name is not Unicode text; rename it"),
            ("music/n\u{FFFD}/a.mid", in_folder),
            ("music/n\u{FFFD}/b.mid", in_folder),
        ]
    );
}

#[test]
fn where_nothing_is_left_the_names_are_said_and_the_command_fails() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("music")).unwrap();
    fs::write(path(&sandbox, b"music/\xe9.mid"), piece("minuet-in-g")).unwrap();
    let output = sandbox.run(&format!("train music --run run {TINY}"));
    let said = said(&output);
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("skipped music/\u{FFFD}.mid: its name is not Unicode"), "{said}");
    assert!(error_of(&said).contains("none of the 1 files could be read"), "{said}");
    assert!(!sandbox.path("run").exists());
}

#[test]
fn a_given_path_that_cannot_be_named_is_refused_with_what_to_do() {
    let sandbox = sandbox();
    let refused = |line: &str, given: &[u8]| {
        let output = sandbox.command(line).arg(OsStr::from_bytes(given)).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{line}");
        error_of(&said(&output))
    };
    for line in ["inspect", "evaluate PIECES --learn", "compare PIECES --with"] {
        for given in [&b"music/caf\xe9.mid"[..], b"music/n\xe9"] {
            let error = refused(line, given);
            assert!(error.contains("the path is not Unicode text; rename it"), "{line}: {error}");
            assert!(error.contains('\u{FFFD}'), "{line}: {error}");
        }
    }
    let error = refused(&format!("train --run run {TINY}"), b"music/n\xe9");
    assert!(error.contains("music/n\u{FFFD}: the path is not Unicode text; rename it"), "{error}");
    assert!(!sandbox.path("run").exists());
}

#[test]
fn a_run_and_a_file_may_have_any_name_and_what_is_recorded_is_absolute() {
    let sandbox = sandbox();
    let run = OsStr::from_bytes(b"run\xe9");
    let train = |line: &str| {
        let output = sandbox.command(line).arg("--run").arg(run).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    };
    train(&format!("train PIECES {TINY}"));
    train("train --resume --epochs 2");
    let output = sandbox
        .command("render music/minuet-in-g.mid -o")
        .arg(OsStr::from_bytes(b"p\xe9.svg"))
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    // From within a folder of such a name, a relative path is no text when it is made absolute.
    let line = format!("train . --run run {TINY}");
    let within = path(&sandbox, b"music/n\xe9");
    let output = sandbox.command(&line).current_dir(&within).output().unwrap();
    let error = error_of(&said(&output));
    assert!(error.contains("rename it, or start in another folder"), "{error}");
    assert!(!within.join("run").exists());
    // An absolute path is.
    let line = format!("train {} --run run {TINY}", sandbox.path("music").display());
    let output = sandbox.command(&line).current_dir(&within).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(within.join("run/model.safetensors").exists());
}

#[test]
fn a_folder_that_cannot_be_listed_is_skipped_with_a_line() {
    let sandbox = Sandbox::new();
    sandbox.write("music/minuet-in-g.mid", piece("minuet-in-g"));
    // No permissions are taken away here, because they do not bind every user. Linux lists no
    // folder whose path is longer than 4096 bytes.
    let deeper =
        "cd music; d=$(printf %0200d 0); for i in $(seq 25); do mkdir $d && cd $d || break; done";
    let mut shell = std::process::Command::new("sh");
    let made = shell.current_dir(sandbox.0.path()).args(["-c", deeper]).output();
    assert!(made.unwrap().status.success());
    let messages = sandbox.messages(&format!("train music --run run {TINY}"));
    let lines = skipped(&messages);
    assert_eq!(lines.len(), 1, "{messages}");
    assert!(lines[0].contains("this folder cannot be listed"), "{messages}");
    let json = sandbox.json("inspect music");
    assert_eq!(json["summary"]["files"], 2);
    assert_eq!(json["summary"]["readable"], 1);
}
