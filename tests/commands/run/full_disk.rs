//! A full disk ends a run without losing its last good checkpoint.

use super::record::everything;
use crate::sandbox::{PIECES, PROGRAM, Sandbox, error_of, said};
use crate::skipped::skipped;
use std::process::{Command, Output, Stdio};

/// A network whose optimiser has by far the largest file: 230 kB, and 110 kB for a model.
const NETWORK: &str = "--time 24,20 --note 6,4 --batch 2 --segment 16";
const LIMIT: u64 = 170;

const SETTINGS: &str = "--optimiser adam --average 0.9 --sample-every 0 --checkpoint-every 5 \
                        --validate-every 4";

fn begin(sandbox: &Sandbox, epochs: u64) {
    sandbox.succeed(&format!("train PIECES --run run {NETWORK} {SETTINGS} --epochs {epochs}"));
}

/// Runs the program where no file may have more than so many kilobytes. The system tells a program
/// by a signal first; with `trap` it is not told, as on a full disk.
fn limited(sandbox: &Sandbox, kilobytes: u64, trap: &str, line: &str) -> Output {
    let script = format!("{trap} ulimit -f {}; exec \"$@\"", 2 * kilobytes);
    let mut command = Command::new("sh");
    command.current_dir(sandbox.0.path()).args(["-c", &script, "sh"]).arg(PROGRAM);
    command.args(line.split_whitespace().map(|word| word.replace("PIECES", PIECES)));
    command.output().unwrap()
}

const WITHOUT_SIGNAL: &str = "trap '' XFSZ;";

#[test]
fn a_full_disk_is_an_error_that_leaves_the_last_good_checkpoint() {
    let sandbox = Sandbox::new();
    begin(&sandbox, 5);
    let checkpoint = everything(&sandbox.path("run/checkpoints/step-5"));
    let output = limited(&sandbox, LIMIT, WITHOUT_SIGNAL, "train --run run --resume --epochs 20");
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    let error = error_of(&said(&output));
    assert!(error.contains("checkpoints/.step-10.partial/optimizer.safetensors"), "{error}");
    assert!(error.contains("the last good checkpoint is run/checkpoints/step-5"), "{error}");
    assert!(error.contains("deep-jammer train --run run --resume"), "{error}");
    assert_eq!(everything(&sandbox.path("run/checkpoints/step-5")), checkpoint);
    assert!(!sandbox.path("run/checkpoints/.step-10.partial").exists(), "and takes no room");

    sandbox.succeed("train --run run --resume --epochs 20");
    let reference = Sandbox::new();
    begin(&reference, 20);
    sandbox.assert_same(&reference, "run");
}

#[test]
fn a_limit_that_kills_the_program_leaves_the_last_good_checkpoint_as_well() {
    let sandbox = Sandbox::new();
    begin(&sandbox, 5);
    let output = limited(&sandbox, LIMIT, "", "train --run run --resume --epochs 12");
    assert_ne!(output.status.code(), Some(0), "{}", said(&output));
    sandbox.succeed("train --run run --resume --epochs 12");
    let reference = Sandbox::new();
    begin(&reference, 12);
    sandbox.assert_same(&reference, "run");
}

#[test]
fn a_run_that_cannot_begin_leaves_nothing_in_the_way() {
    let sandbox = Sandbox::new();
    let line = format!("train PIECES --run run {NETWORK} {SETTINGS} --epochs 5");
    let output = limited(&sandbox, LIMIT, WITHOUT_SIGNAL, &line);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(error_of(&said(&output)).contains("optimizer.safetensors"));
    assert!(everything(&sandbox.path("run")).is_empty());
    sandbox.succeed(&line);
}

#[test]
fn a_disk_that_fills_up_during_the_training_is_an_error_too() {
    let sandbox = Sandbox::new();
    std::fs::create_dir(sandbox.path("disk")).unwrap();
    // A disk of sixteen megabytes, mounted for nobody but this shell; somebody else fills it as soon as
    // some epochs are done. All in one shell, as the disk goes with it.
    let script = format!(
        "mount -t tmpfs -o size=16m none disk || exit 77
         \"$0\" train '{pieces}' --run disk/run {NETWORK} {SETTINGS} --hours 1 2>said &
         while kill -0 $! && [ \"$(cat disk/run/metrics.csv | wc -l)\" -lt 9 ]; do sleep 0.05; done
         cat /dev/zero >disk/filler
         wait $!; echo $? >status
         rm disk/filler
         goal=$(($(wc -l <disk/run/metrics.csv) + 7))
         \"$0\" train --run disk/run --resume --epochs $goal 2>resumed || exit 1
         cp -r disk/run run",
        pieces = PIECES
    );
    let mut shell = Command::new("unshare");
    shell.current_dir(sandbox.0.path()).args(["-Urm", "sh", "-c", &script]).arg(PROGRAM);
    let output = shell.stdin(Stdio::null()).output();
    let Some(output) = output.ok().filter(|output| {
        output.status.code() != Some(77) && !said(output).contains("unshare failed")
    }) else {
        skipped("no disk can be mounted here");
        return;
    };
    assert!(output.status.success(), "{}\n{}", said(&output), sandbox.text("said"));
    assert_eq!(sandbox.text("status").trim(), "1");
    let error = error_of(&sandbox.text("said"));
    assert!(error.contains("No space left on device") && error.contains("disk/run/"), "{error}");
    assert!(error.contains("the last good checkpoint is disk/run/checkpoints/step-"), "{error}");
    let reference = Sandbox::new();
    let epochs = sandbox.epochs("run");
    reference.succeed(&format!(
        "train PIECES --run run {NETWORK} {SETTINGS} --hours 1 --epochs {epochs}"
    ));
    sandbox.assert_same(&reference, "run");
}
