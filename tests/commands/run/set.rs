//! A run can train on a set of pieces in one file, with a published split.

use super::record::TINY;
use crate::sandbox::Sandbox;
use deep_jammer::dataset::{Dataset, Split};

/// Six pieces of a few chords to learn from, two to choose by and one to be kept for the end; one
/// more is shorter than a segment, and so is one of those to choose by.
fn set() -> String {
    let piece = |first: usize, steps: usize| {
        let chord = |step: usize| format!("[{}, {}]", first + step % 5, first + 12 + step % 7);
        format!("[{}]", (0..steps).map(chord).collect::<Vec<_>>().join(", "))
    };
    let train = (0..6).map(|n| piece(40 + n, 40)).chain([piece(50, 9)]).collect::<Vec<_>>();
    format!(
        r#"{{"train": [{}], "valid": [{}, {}], "test": [{}]}}"#,
        train.join(", "),
        piece(60, 30),
        piece(61, 12),
        piece(70, 50)
    )
}

fn config(sandbox: &Sandbox) {
    sandbox
        .write("sounding.toml", "[architecture]\nlayout = \"unmeasured\"\narticulation = false\n");
}

#[test]
fn a_set_is_learned_from_by_its_own_split_whatever_the_seed() {
    let sandbox = Sandbox::new();
    sandbox.write("set.json", set());
    config(&sandbox);
    for seed in [1, 2] {
        let said = sandbox.messages(&format!(
            "train set.json --config sounding.toml --run run{seed} {TINY} --epochs 2 --seed {seed}"
        ));
        assert!(said.contains("1 pieces, 50 steps, are kept for a test"), "{said}");
        let dataset = Dataset::read(&sandbox.path(&format!("run{seed}/dataset.json"))).unwrap();
        let names = |side| dataset.of(side).map(|file| file.name.clone()).collect::<Vec<_>>();
        assert_eq!(
            names(Split::Training),
            (1..=6).map(|n| format!("train-00{n}")).collect::<Vec<_>>()
        );
        assert_eq!(names(Split::Validation), ["valid-001", "valid-002"], "a short one counts, too");
        assert_eq!(names(Split::Test), ["test-001"]);
        assert_eq!(names(Split::TooShort), ["train-007"]);
    }
}

#[test]
fn a_run_on_a_set_goes_on_as_if_it_had_never_stopped() {
    let sandbox = Sandbox::new();
    sandbox.write("set.json", set());
    config(&sandbox);
    let train = format!("train set.json --config sounding.toml {TINY} --validate-every 3");
    sandbox.succeed(&format!("{train} --run one/run --epochs 8"));
    sandbox.succeed(&format!("{train} --run two/run --epochs 3"));
    sandbox.succeed("train --run two/run --resume --epochs 8");
    assert_eq!(sandbox.text("one/run/metrics.csv"), sandbox.text("two/run/metrics.csv"));
    // Only what sounds is predicted.
    let metrics = sandbox.text("one/run/metrics.csv");
    assert!(metrics.lines().skip(1).all(|row| row.split(',').nth(2) == Some("0")), "{metrics}");
}

#[test]
fn a_run_on_a_set_that_has_changed_is_not_gone_on_with() {
    let sandbox = Sandbox::new();
    sandbox.write("set.json", set());
    config(&sandbox);
    sandbox.succeed(&format!("train set.json --config sounding.toml --run run {TINY} --epochs 1"));
    sandbox.write("set.json", set().replace("[70,", "[71,"));
    let error = sandbox.fail("train --run run --resume --epochs 2");
    assert!(error.contains("set.json (altered)"), "{error}");
}
