//! A run survives damaged checkpoints.

use super::record::{TINY, checkpoints, everything};
use crate::sandbox::Sandbox;
use deep_jammer::run::newest_checkpoint;
use std::fs;
use std::path::Path;

/// A run with two checkpoints, after 5 and 10 epochs.
fn run() -> Sandbox {
    let sandbox = Sandbox::new();
    let settings = "--sample-every 0 --checkpoint-every 5 --validate-every 3";
    sandbox.succeed(&format!("train PIECES --run run {TINY} {settings} --epochs 10"));
    sandbox
}

const FILES: [&str; 4] =
    ["model.safetensors", "optimizer.safetensors", "best.safetensors", "state.json"];

#[test]
fn a_torn_checkpoint_is_never_read() {
    let sandbox = run();
    let checkpoints = sandbox.path("run/checkpoints");
    let newest = || newest_checkpoint(&checkpoints).unwrap();
    let (whole, damaged) = newest();
    assert!(whole.path.ends_with("step-10") && damaged.is_empty());
    for name in FILES {
        let file = checkpoints.join("step-10").join(name);
        let bytes = fs::read(&file).unwrap();
        let refused = |how: &str| {
            let (older, damaged) = newest();
            assert!(older.path.ends_with("step-5"), "{name} {how}");
            assert_eq!(damaged.len(), 1);
            assert!(damaged[0].to_string().contains(&format!("step-10: {name}")), "{}", damaged[0]);
        };
        for length in [0, 1, bytes.len() / 3, bytes.len() - 1] {
            fs::write(&file, &bytes[..length]).unwrap();
            refused(&format!("cut off after {length}"));
        }
        for place in (0..bytes.len()).step_by(bytes.len() / 23) {
            let mut altered = bytes.clone();
            altered[place] ^= 1;
            fs::write(&file, &altered).unwrap();
            let (found, damaged) = newest();
            if name == "state.json" && found.path.ends_with("step-10") {
                // A space for a space.
                assert!(damaged.is_empty());
                continue;
            }
            refused(&format!("altered at {place}"));
        }
        fs::write(&file, [&bytes[..], b"x"].concat()).unwrap();
        refused("longer than it was");
        fs::remove_file(&file).unwrap();
        refused("missing");
        fs::write(&file, &bytes).unwrap();
    }
    assert!(newest().0.path.ends_with("step-10"));
}

#[test]
fn every_byte_of_the_state_counts() {
    let sandbox = run();
    let checkpoints = sandbox.path("run/checkpoints");
    let file = checkpoints.join("step-10/state.json");
    let bytes = fs::read(&file).unwrap();
    for place in 0..bytes.len() {
        let mut altered = bytes.clone();
        altered[place] ^= 4;
        fs::write(&file, &altered).unwrap();
        let (found, _) = newest_checkpoint(&checkpoints).unwrap();
        assert!(found.path.ends_with("step-5"), "byte {place}");
    }
}

#[test]
fn a_resume_says_what_is_torn_goes_on_from_the_older_one_and_ends_the_same() {
    let reference = Sandbox::new();
    let settings = "--sample-every 0 --checkpoint-every 5 --validate-every 3";
    reference.succeed(&format!("train PIECES --run run {TINY} {settings} --epochs 12"));
    for name in FILES {
        let sandbox = run();
        let file = sandbox.path("run/checkpoints/step-10").join(name);
        let bytes = fs::read(&file).unwrap();
        // Not in place: the best model is the run's own file under another name.
        fs::remove_file(&file).unwrap();
        fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
        let said = sandbox.messages("train --run run --resume --epochs 12");
        assert!(said.contains(&format!("step-10: {name}")), "{said}");
        assert!(said.contains("resuming after epoch 5"), "{said}");
        sandbox.assert_same(&reference, "run");
    }
}

#[test]
fn without_a_whole_checkpoint_there_is_an_error_with_a_remedy() {
    let sandbox = run();
    for step in ["step-5", "step-10"] {
        fs::write(sandbox.path("run/checkpoints").join(step).join("state.json"), "{").unwrap();
    }
    let before = everything(&sandbox.path("run"));
    let error = sandbox.fail("train --run run --resume --epochs 12");
    assert!(error.contains("no intact checkpoint") && error.contains("--force"), "{error}");
    assert!(error.contains("step-5") && error.contains("step-10"), "{error}");
    assert_eq!(everything(&sandbox.path("run")), before);
    fs::remove_dir_all(sandbox.path("run/checkpoints")).unwrap();
    let error = sandbox.fail("train --run run --resume --epochs 12");
    assert!(error.contains("no intact checkpoint"), "{error}");
}

#[test]
fn what_a_killed_process_has_left_half_made_is_swept() {
    let sandbox = run();
    for left in ["checkpoints/.step-12.partial/model.safetensors", "checkpoints/.step-0.old/x"] {
        sandbox.write(&format!("run/{left}"), "half");
    }
    sandbox.write("run/.deep-jammer-Ab12", "half");
    sandbox.succeed("train --run run --resume --epochs 15");
    let left = |name: &str| Path::new(&sandbox.path("run")).join(name).exists();
    assert!(!left("checkpoints/.step-12.partial") && !left("checkpoints/.step-0.old"));
    assert!(!left(".deep-jammer-Ab12"));
    let kept: Vec<_> = checkpoints(&sandbox.path("run"));
    assert!(kept.iter().map(|(step, _)| *step).eq([10, 15]), "{kept:?}");
}
