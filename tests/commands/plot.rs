//! The command `plot` draws the pictures of a run.

use crate::sandbox::{Sandbox, said};
use deep_jammer::midi;
use deep_jammer::network::Nats;
use deep_jammer::roll::{Keys, Roll, Step};
use deep_jammer::run::metrics::{Metrics, Row};
use std::fs;
use std::path::Path;

/// What is printed on success, and what is said beside it.
fn succeed(sandbox: &Sandbox, line: &str) -> (String, String) {
    let output = sandbox.finish(&format!("plot {line}"));
    let said = said(&output);
    (String::from_utf8(output.stdout).unwrap(), said)
}

/// A run's folder with the loss of so many epochs.
fn run(epochs: u64) -> Sandbox {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("my-run")).unwrap();
    let mut metrics = Metrics::create(&sandbox.path("my-run/metrics.csv")).unwrap();
    for epoch in 1..=epochs {
        let nats = Nats { play: 3.0 + 30.0 / epoch as f64, articulate: 0.5 };
        let validation = epoch.is_multiple_of(10).then_some(nats);
        metrics.write(&Row { epoch, nats, validation }).unwrap();
    }
    sandbox
}

fn add_sample(sandbox: &Sandbox, epoch: u64) {
    let mut roll = Roll::new("4/4".parse().unwrap());
    for step in 0..128 {
        let play = Keys::from_iter([30 + (step * epoch as usize) % 30]);
        roll.push(Step { play, articulate: Keys::NONE });
    }
    let folder = sandbox.path("my-run/samples");
    fs::create_dir_all(&folder).unwrap();
    let bytes = midi::write(&roll.to_score(None, &[]));
    fs::write(folder.join(format!("epoch-{epoch:06}.mid")), bytes).unwrap();
}

fn lines(folder: &str, names: &[&str]) -> String {
    let path = |name: &&str| format!("{}\n", Path::new(folder).join(name).display());
    names.iter().map(path).collect()
}

#[test]
fn a_run_with_samples_gets_its_two_pictures_in_two_formats() {
    let sandbox = run(120);
    [100, 50].into_iter().for_each(|epoch| add_sample(&sandbox, epoch));
    let (printed, said) = succeed(&sandbox, "my-run");
    let names = ["loss.svg", "loss.png", "growth.svg", "growth.png"];
    assert_eq!(printed, lines("my-run/plots", &names));
    assert_eq!(said, "");
    let bytes = |name: &str| sandbox.bytes(&format!("my-run/plots/{name}"));
    let text = |name: &str| String::from_utf8(bytes(name)).unwrap();
    assert!(text("loss.svg").contains("Learning curve of my-run"));
    assert!(text("loss.svg").contains("best 3.750 at epoch 120"));
    let growth = text("growth.svg");
    assert!(growth.find("epoch 50\n").unwrap() < growth.find("epoch 100\n").unwrap());
    assert!(bytes("loss.png").starts_with(b"\x89PNG") && bytes("growth.png").len() > 1000);

    let before = bytes("growth.png");
    succeed(&sandbox, "my-run");
    assert_eq!(bytes("growth.png"), before, "and the same again");
}

#[test]
fn without_samples_only_the_loss_is_drawn_wherever_it_is_wanted() {
    let sandbox = run(1);
    let (printed, _) = succeed(&sandbox, "my-run -o pictures/of-today");
    assert_eq!(printed, lines("pictures/of-today", &["loss.svg", "loss.png"]));
    assert!(sandbox.path("pictures/of-today/loss.png").exists());
    assert!(!sandbox.path("my-run/plots").exists());
}

#[test]
fn a_damaged_sample_is_named_and_the_others_are_shown() {
    let sandbox = run(120);
    add_sample(&sandbox, 50);
    fs::write(sandbox.path("my-run/samples/epoch-000100.mid"), "MThd").unwrap();
    let (printed, said) = succeed(&sandbox, "my-run");
    assert_eq!(printed.lines().count(), 4);
    assert!(said.starts_with("not shown: ") && said.contains("epoch-000100.mid: "), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[test]
fn a_run_may_be_plotted_while_a_row_is_being_written() {
    let sandbox = run(20);
    let path = sandbox.path("my-run/metrics.csv");
    let mut bytes = fs::read(&path).unwrap();
    bytes.extend(b"21,3.1,0");
    fs::write(&path, bytes).unwrap();
    succeed(&sandbox, "my-run");
}

#[test]
fn what_is_no_run_is_named_with_a_remedy() {
    let sandbox = run(0);
    sandbox.fail("plot nowhere");
    assert_eq!(
        said(&sandbox.run("plot nowhere")),
        "deep-jammer: nowhere does not exist; check the spelling\n"
    );
    fs::create_dir(sandbox.path("empty")).unwrap();
    let said = sandbox.fail("plot empty");
    assert!(said.contains("the folder empty holds no metrics.csv") && said.contains("--run"));
    assert!(sandbox.fail("plot my-run").contains("metrics.csv holds no epoch yet"));
    fs::write(sandbox.path("my-run/metrics.csv"), "epoch,loss\n1,2\n").unwrap();
    let said = sandbox.fail("plot my-run");
    assert!(said.contains("metrics.csv, line 1: it should be \"epoch,play_nats"), "{said}");
    assert!(!sandbox.path("my-run/plots").exists(), "and nothing is begun");
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let sandbox = run(3);
    fs::write(sandbox.path("taken"), "").unwrap();
    let said = sandbox.fail("plot my-run -o taken");
    assert!(said.contains("taken: ") && said.contains("check the path"), "{said}");
}

#[test]
fn wrong_usage_exits_with_two() {
    let sandbox = run(3);
    for line in ["", "my-run another", "my-run --format gif"] {
        sandbox.misuse(&format!("plot {line}"));
    }
}
