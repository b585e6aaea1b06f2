//! What cannot be had, and what is said then.

use super::TINY;
use crate::sandbox::{Sandbox, error_of, said};
use std::fs;

#[test]
fn nothing_is_written_over_unless_force_is_given() {
    let sandbox = Sandbox::new();
    let train = format!("train PIECES --run run {TINY} --epochs 1");
    sandbox.succeed(&train);
    let model = sandbox.bytes("run/model.safetensors");
    assert!(sandbox.fail(&format!("{train} --seed 2")).contains("--force"));
    assert_eq!(sandbox.bytes("run/model.safetensors"), model);
    sandbox.succeed(&format!("{train} --seed 2 --force"));
    assert_ne!(sandbox.bytes("run/model.safetensors"), model);

    fs::write(sandbox.path("mine.mid"), "mine").unwrap();
    let compose = "compose --model run --bars 1 -o mine.mid";
    assert!(sandbox.fail(compose).contains("mine.mid already exists"));
    assert_eq!(sandbox.bytes("mine.mid"), b"mine");
    sandbox.succeed(&format!("{compose} --force"));
    assert_ne!(sandbox.bytes("mine.mid"), b"mine");
}

#[test]
fn what_is_missing_is_named_with_a_remedy() {
    let sandbox = Sandbox::new();
    assert!(sandbox.fail("compose --learn PIECES").contains("deep-jammer train"));
    assert!(sandbox.fail("compose --model nowhere").contains("nowhere: cannot be read"));
    fs::create_dir(sandbox.path("empty")).unwrap();
    assert!(sandbox.fail("compose --model empty").contains("model.safetensors"));
    assert!(sandbox.fail("train nowhere --run run").contains("nowhere does not exist"));
    assert!(sandbox.fail("train empty --run run").contains("no MIDI files in empty"));
    fs::write(sandbox.path("broken.mid"), "MThd but no more").unwrap();
    let broken = "train broken.mid --run run";
    let error = sandbox.fail(broken);
    assert!(error.contains("could be read"), "{error}");
    assert!(said(&sandbox.run(broken)).contains("broken.mid"), "the file is named above the error");
    assert!(!sandbox.path("run").exists(), "and nothing is begun");
    assert!(sandbox.fail("compose --model broken.mid").contains("broken.mid: is damaged"));
}

#[test]
fn what_cannot_be_written_is_refused_before_anything_is_composed() {
    let sandbox = Sandbox::new();
    sandbox.succeed(&format!("train PIECES --run run {TINY} --epochs 1"));
    fs::create_dir(sandbox.path("folder.mid")).unwrap();
    let refused = [
        ("--bars 100000 -o long.mid", "--endless"),
        ("--minutes 400 -o long.wav", "too long for a sound file"),
        ("--bars 2 -o folder.mid --force", "it is a folder"),
        ("--bars 2 -o nowhere/new.mid", "its folder does not exist"),
        ("--bars 2 -o new.mid -o ./new.mid", "given twice"),
    ];
    for (line, why) in refused {
        let output = sandbox.run(&format!("compose --model run --seed 1 --best-of 1 {line}"));
        let said = said(&output);
        assert_eq!(output.status.code(), Some(1), "{line}\n{said}");
        assert!(error_of(&said).contains(why), "{line}: {said}");
        assert!(!said.contains("steps a second"), "{line}: {said}");
    }
    assert_eq!(sandbox.names().len(), 2, "the run and the folder");
}

#[cfg(unix)]
#[test]
fn whoever_stops_reading_the_names_gets_all_pieces() {
    let sandbox = Sandbox::new();
    sandbox.succeed(&format!("train PIECES --run run {TINY} --epochs 1"));
    let line = "compose --model run --bars 2 --seed 1 -n 4 -o new.mid";
    let mut child = sandbox.command(line).stdout(std::process::Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
    assert!((1..=4).all(|piece| sandbox.path(&format!("new-{piece}.mid")).exists()));
}

#[test]
fn a_recipe_of_compose_says_how_the_piece_is_composed_again() {
    let sandbox = Sandbox::new();
    sandbox.succeed(&format!("train PIECES --run run {TINY} --epochs 2"));
    sandbox
        .succeed("compose --model run --bars 8 --seed 4 --metre 3/4 --temperature 0.9 -o one.mid");
    // By another model it is not played, and the model that is wanted is named.
    let said = sandbox.fail("compose --recipe one.mid -o again.mid");
    assert!(said.contains("is for the model run (") && said.contains("--model run"), "{said}");
    sandbox.succeed("compose --model run --recipe one.mid -o again.mid");
    assert_eq!(sandbox.bytes("again.mid"), sandbox.bytes("one.mid"));
    assert!(sandbox.fail("compose --recipe PIECES/minuet-in-g.mid").contains("no recipe of ours"));
}

#[test]
fn wrong_usage_exits_with_two() {
    let sandbox = Sandbox::new();
    sandbox.misuse("train PIECES");
    sandbox.misuse("train --run r");
    assert!(sandbox.misuse("train PIECES --run r --preset huge").contains("large, medium, small"));
    sandbox.misuse("train PIECES --run r --epochs 0");
    sandbox.misuse("compose --bars none");
    assert!(sandbox.misuse("compose --minutes 0").contains("0.01 to 1000"));
    assert!(sandbox.misuse("compose --tempo 301").contains("20 to 300"));
    assert!(sandbox.misuse("compose --repeats 1").contains("0 to 0.9"));
    assert!(sandbox.misuse("compose --key H").contains("F# minor"));
    assert!(sandbox.misuse("compose --metre 3/5").contains("3/4"));
    assert!(sandbox.misuse("compose --metre 3/32").contains("no whole number of 16ths"));
    assert!(sandbox.misuse("compose --minutes -1").contains("0.01 to 1000"));
    for temperature in ["0", "-1", "inf", "NaN"] {
        let said = sandbox.misuse(&format!("compose --temperature {temperature}"));
        assert!(said.contains("0.01 to 10"), "{said}");
    }
    sandbox.misuse("compose --minutes 1 --bars 8");
    sandbox.misuse("compose --endless -n 2");
    sandbox.misuse("compose --endless --best-of 2");
    sandbox.misuse("sing");
}
