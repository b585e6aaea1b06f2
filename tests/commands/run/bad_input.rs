//! Bad input gives one clear error, and nothing is written.

use super::record::{TINY, checkpoints, everything};
use crate::sandbox::{PIECES, Sandbox};
use deep_jammer::model;
use std::fs;

/// The error of a run that must not begin.
fn refused(sandbox: &Sandbox, line: &str) -> String {
    let error = sandbox.fail(&format!("train {line} --run run"));
    assert!(!sandbox.path("run").exists(), "{line}: something was written");
    error
}

#[test]
fn music_that_is_none_is_refused() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("empty")).unwrap();
    assert!(refused(&sandbox, "empty").contains("no MIDI files in empty"));
    assert!(refused(&sandbox, "nowhere").contains("nowhere does not exist"));
    sandbox.write("broken/a.mid", "MThd but no more");
    sandbox.write("broken/b.mid", "");
    assert!(refused(&sandbox, "broken").contains("none of the 2 files could be read"));
    let error = refused(&sandbox, "PIECES --segment 4000");
    assert!(error.contains("none of the 3 pieces is as long as a segment, 4000 steps"), "{error}");
}

#[test]
fn a_file_of_settings_is_refused_with_its_name_its_line_and_the_key() {
    let sandbox = Sandbox::new();
    let error = |settings: &str| {
        sandbox.write("my.toml", settings);
        refused(&sandbox, "PIECES --config my.toml")
    };
    let unknown = error("[training]\nbatch = 3\nbach = 1\n");
    assert!(unknown.starts_with("my.toml, line 3: training.bach"), "{unknown}");
    assert!(unknown.contains("`batch`") && unknown.contains("`segment`"), "{unknown}");
    assert!(error("[training]\nbatch = \"many\"").contains("line 2: training.batch"));
    assert!(error("[training\n").starts_with("my.toml, line 1: "));
    assert!(error("training.batch = 0").contains("batch must be 1 to 65536"));
    assert!(error("keeping.checkpoint_every = 0").contains("checkpoint_every must be at least 1"));
    assert!(error("[architecture]\ntime = []").contains("time layers need at least one layer"));
    assert!(refused(&sandbox, "PIECES --config no.toml").starts_with("no.toml: cannot be read"));
    assert!(refused(&sandbox, "--config my.toml").contains("no music to train on"));
}

#[test]
fn values_beyond_their_range_are_refused_by_name() {
    let sandbox = Sandbox::new();
    for (options, said) in [
        ("--rate 0", "rate must be more than 0"),
        ("--rate nan", "rate must be more than 0"),
        ("--clip 0", "clip must be more than 0"),
        ("--dropout 1", "dropout must be at least 0 and below 1"),
        ("--average 1", "average must be 0 to under 1"),
        ("--transpose 44", "transpose must be"),
        ("--validation 1", "validation must be 0 to under 1"),
        ("--hours 0", "hours must be more than 0"),
        ("--memory 0", "--memory must be more than 0"),
        ("--memory 0.001", "--memory GB"),
        ("--time 0", "time layers"),
        ("--layout narrow", "narrow"),
        ("--optimiser sgd", "choose adadelta or adam"),
        ("--validation 0 --patience 3", "--patience needs held-out pieces"),
        ("--reset-dense", "--reset-dense needs a model"),
        ("--epochs 9000000000000000", "free some space"),
    ] {
        let error = refused(&sandbox, &format!("PIECES {TINY} {options}"));
        assert!(error.contains(said), "{options}: {error}");
    }
}

#[test]
fn a_model_that_cannot_be_gone_on_from_is_refused() {
    let sandbox = Sandbox::new();
    sandbox.succeed(&format!("train PIECES --run old {TINY} --epochs 1 --sample-every 0"));
    let bytes = sandbox.bytes("old/model.safetensors");
    let from = |name: &str| refused(&sandbox, &format!("PIECES --from {name} --segment 16"));
    assert!(from("no.safetensors").contains("no.safetensors: cannot be read"));
    fs::create_dir(sandbox.path("empty")).unwrap();
    assert!(from("empty").contains("holds no model.safetensors"));
    sandbox.write("cut.safetensors", &bytes[..bytes.len() - 100]);
    assert!(from("cut.safetensors").contains("cut.safetensors: is damaged"));
    let before = br#"\"version\":"#;
    let place = bytes.windows(before.len()).position(|window| window == before).unwrap();
    let mut later = bytes.clone();
    later[place + before.len()] = b'7';
    sandbox.write("later.safetensors", later);
    assert!(from("later.safetensors").contains("is of format 7"));
    let sound = model::read(&sandbox.path("old/model.safetensors")).unwrap();
    let mut wrong = sound.clone();
    wrong.architecture.note = vec![4, 4];
    sandbox.write("wrong.safetensors", model::to_bytes(&wrong));
    assert!(from("wrong.safetensors").contains("its architecture asks for"));
    let mut nan = sound;
    nan.parameters.values[3] = f32::NAN;
    sandbox.write("nan.safetensors", model::to_bytes(&nan));
    assert!(from("nan.safetensors").contains("not finite"));
    for (sizes, said) in [
        ("--time 7,5", "time [7, 5] instead of [6, 5]"),
        ("--preset medium", "note [50, 25] instead of [4, 3]"),
        ("--dense 3", "dense [3] instead of []"),
    ] {
        let error = refused(&sandbox, &format!("PIECES --from old {sizes}"));
        assert!(error.contains(said) && error.contains("leave the sizes out"), "{error}");
    }
}

#[test]
fn a_folder_with_files_of_those_names_is_not_taken() {
    let sandbox = Sandbox::new();
    sandbox.write("run/README.md", "mine");
    let error = sandbox.fail(&format!("train PIECES --run run {TINY} --epochs 1"));
    assert!(error.contains("README.md already exists"), "{error}");
    sandbox.write("file", "");
    let error = sandbox.fail(&format!("train PIECES --run file {TINY} --epochs 1"));
    assert!(error.contains("cannot make the folder file"), "{error}");
}

#[test]
fn a_loss_that_becomes_no_number_stops_with_the_epoch_and_the_last_good_checkpoint() {
    let sandbox = Sandbox::new();
    let line = format!("train PIECES --run run {TINY} --epochs 30 --checkpoint-every 1");
    let error = sandbox.fail(&format!("{line} --article --optimiser adam --rate 1e30"));
    assert!(error.contains("diverged: in epoch 2"), "{error}");
    assert!(error.contains("the last good checkpoint is run/checkpoints/step-1"), "{error}");
    assert_eq!(sandbox.epochs("run"), 1);
    assert_eq!(checkpoints(&sandbox.path("run")).pop().unwrap().0, 1);
    model::read(&sandbox.path("run/model.safetensors")).unwrap();
    let before = everything(&sandbox.path("run/checkpoints"));
    assert!(sandbox.fail("train --run run --resume").contains("in epoch 2"), "and does so again");
    assert_eq!(everything(&sandbox.path("run/checkpoints")), before);
}

#[test]
fn a_file_given_as_music_needs_no_extension() {
    let sandbox = Sandbox::new();
    sandbox.write("tune", fs::read(format!("{PIECES}/minuet-in-g.mid")).unwrap());
    let said = sandbox.messages(&format!("train tune --run run {TINY} --epochs 1"));
    assert!(said.contains("all pieces are the same music"), "{said}");
}
