//! `evaluate --against` tells which of two networks predicts music better.

use super::trained_run::{listeners, text};
use crate::sandbox::Sandbox;
use serde_json::Value;
use std::fs;

/// A sandbox with a second run, which has learned from all three pieces.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::with_run();
    let shape = "--time 5,4 --note 3,2 --batch 2 --epochs 3 --validation 0";
    sandbox.succeed(&format!("train music --run second {shape}"));
    sandbox
}

fn total(report: &Value) -> f64 {
    report["overall"]["mean_over_steps"]["total"].as_f64().unwrap()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

fn near(one: f64, other: f64) {
    assert!((one - other).abs() < 1e-9, "{one} and {other}");
}

#[test]
fn each_listener_is_compared_with_the_network_on_the_same_pieces() {
    let sandbox = sandbox();
    let evaluation = sandbox.json("evaluate --model run --against second music");
    assert_eq!(listeners(&evaluation)[..2], ["network", "the other"]);
    assert_eq!(text(&evaluation["models"][0]["path"]), "run");
    assert_eq!(text(&evaluation["against"][0]["path"]), "second");
    // Each is what it is alone.
    let reports = evaluation["reports"].as_array().unwrap();
    for (report, run) in reports.iter().zip(["run", "second"]) {
        let alone = sandbox.json(&format!("evaluate --model {run} music"));
        assert_eq!(report["overall"], alone["reports"][0]["overall"], "{run}");
        assert!(alone["against"].as_array().unwrap().is_empty());
    }
    let differences = evaluation["differences"].as_array().unwrap();
    assert_eq!(differences.len(), reports.len() - 1);
    for (difference, report) in differences.iter().zip(&reports[1..]) {
        assert_eq!(difference["listener"], report["listener"]);
        let mean = number(&difference["over_steps"]["mean"]);
        near(mean, total(report) - total(&reports[0]));
        let interval = &difference["over_steps"]["interval"];
        assert!(number(&interval["low"]) <= mean && mean <= number(&interval["high"]));
        let pieces = |report: &Value| report["pieces"].as_array().unwrap().clone();
        let pairs = pieces(&reports[0]).into_iter().zip(pieces(report));
        let less = pairs.filter(|(first, other)| number(&other["total"]) < number(&first["total"]));
        assert_eq!(difference["less_surprised"], less.count());
        assert_eq!(difference["pieces"], 3);
    }
}

#[test]
fn the_other_way_round_the_difference_has_the_other_sign() {
    let sandbox = sandbox();
    let first = |line: &str| sandbox.json(line)["differences"][0].clone();
    let one = first("evaluate --model run --against second music");
    let other = first("evaluate --model second --against run music");
    for mean in ["over_steps", "over_pieces"] {
        near(number(&one[mean]["mean"]), -number(&other[mean]["mean"]));
        let (one, other) = (&one[mean]["interval"], &other[mean]["interval"]);
        near(number(&one["low"]), -number(&other["high"]));
        near(number(&one["high"]), -number(&other["low"]));
    }
    assert_eq!(number(&one["less_surprised"]) + number(&other["less_surprised"]), 3.0);
    let itself = first("evaluate --model run --against run music");
    assert_eq!(
        (number(&itself["over_steps"]["mean"]), number(&itself["less_surprised"])),
        (0.0, 0.0)
    );
}

#[test]
fn what_the_other_has_learned_from_is_marked() {
    let sandbox = sandbox();
    // By its run, and by the music that its model carries.
    for second in ["second", "second/model.safetensors"] {
        let line = format!("evaluate --model run --against {second}");
        let evaluation = sandbox.json(&line);
        assert_eq!(evaluation["reports"][0]["pieces"][0]["heard"], "not-learned-from");
        assert_eq!(evaluation["reports"][1]["pieces"][0]["heard"], "learned-from", "{second}");
        let table = sandbox.succeed(&line);
        assert!(table.contains("+ trained on by others"), "{table}");
        assert!(table.contains("Against    second"), "{table}");
        let below = table.split("Compared with the network").nth(1).expect("the differences");
        assert!(below.contains("the other") && below.contains(" of 1"), "{table}");
        assert!(table.lines().all(|line| line.chars().count() <= 100), "{table}");
    }
    // A model that carries none cannot tell.
    sandbox.succeed("export --model second --without-music -o silent.safetensors");
    let evaluation = sandbox.json("evaluate --model run --against silent.safetensors");
    assert_eq!(evaluation["reports"][1]["pieces"][0]["heard"], "unknown");
}

#[test]
fn several_others_are_compared_as_one() {
    let sandbox = sandbox();
    let evaluation = sandbox.json("evaluate --model run --against run --against second music");
    assert_eq!(listeners(&evaluation)[..2], ["network", "the others"]);
    assert_eq!(evaluation["against"].as_array().unwrap().len(), 2);
    let together = sandbox.json("evaluate --model run --model second music");
    assert_eq!(evaluation["reports"][1]["overall"], together["reports"][0]["overall"]);
}

#[test]
fn what_cannot_be_compared_is_said() {
    let sandbox = sandbox();
    let said = sandbox.misuse("evaluate --against second music --learn music");
    assert!(said.contains("--model"), "the command line says what is missing");
    fs::write(sandbox.path("sounding.toml"), "[architecture]\narticulation = false\n").unwrap();
    sandbox.succeed(
        "train music --run sounding --config sounding.toml --time 4 --note 3 --batch 2 --epochs 1 \
         --validation 0",
    );
    let said = sandbox.fail("evaluate --model run --against sounding music");
    assert!(said.contains("run and sounding cannot be averaged or compared"), "{said}");
    assert!(sandbox.fail("evaluate --model run --against nowhere music").contains("nowhere"));
}
