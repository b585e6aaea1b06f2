//! A run describes its settings, its data, its memory and its model.

use super::record::TINY;
use crate::sandbox::Sandbox;
use deep_jammer::run::Config;

#[test]
fn flags_come_before_the_file_and_the_file_before_the_recipe() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "my.toml",
        "[architecture]\ntime = [6]\nnote = [3]\n[training]\nsegment = 16\nbatch = 3\n\
         optimiser.name = \"adadelta\"\n[goal]\nepochs = 2\n[keeping]\nsample_every = 0\n",
    );
    sandbox.succeed("train PIECES --run run --config my.toml --batch 1 --preset small");
    let config = Config::read(&sandbox.path("run/config.toml")).unwrap();
    assert_eq!(config.training.batch, 1, "a flag");
    assert_eq!((config.architecture.time, config.training.segment), (vec![6], 16), "the file");
    assert_eq!(config.training.optimiser.rate(), 1.0, "adadelta's own rate");
    assert_eq!(config.training.clip, 20.0, "the recipe");
    assert!(config.retention.validate_every > 0, "what is automatic is spelled out");
}

#[test]
fn a_runs_configuration_trains_the_same_network_again() {
    let sandbox = Sandbox::new();
    sandbox.succeed(&format!(
        "train PIECES --run one/run {TINY} --epochs 4 --carry 0 --transpose 3 --rate 0.7"
    ));
    sandbox.succeed("train --config one/run/config.toml --run two/run");
    assert_eq!(sandbox.record("one/run"), sandbox.record("two/run"));
    // As the model card says.
    assert!(
        sandbox.text("one/run/README.md").contains("train --config config.toml --epochs 4 --run")
    );
}

#[test]
fn the_article_trains_its_own_recipe() {
    let sandbox = Sandbox::new();
    sandbox.succeed(&format!("train PIECES --run run --article {TINY} --hours 0.000001"));
    let config = Config::read(&sandbox.path("run/config.toml")).unwrap();
    let article = Config::article(config.architecture.clone()).training;
    assert_eq!(config.training.optimiser, article.optimiser);
    assert_eq!(config.goal.epochs, None, "hours are a goal of their own");
}

#[test]
fn neither_memory_nor_threads_change_the_result() {
    let settings = "--time 20,20 --note 4,3 --batch 12 --segment 64 --dropout 0.2 --carry 2 \
                    --epochs 2 --sample-every 2";
    let whole = Sandbox::new();
    let said = whole.messages(&format!("train PIECES --run run {settings} --threads 3"));
    let needed = megabytes(&said);
    let sliced = Sandbox::new();
    let less = (needed - 20.0) / 1000.0;
    let said =
        sliced.messages(&format!("train PIECES --run run {settings} --threads 1 --memory {less}"));
    assert!(said.contains("it is processed in slices of"), "{needed} MB: {said}");
    assert!(megabytes(&said) < needed);
    whole.assert_same(&sliced, "run");
}

/// How much memory a training has said it needs.
fn megabytes(said: &str) -> f64 {
    let (_, rest) = said.split_once("needs about ").unwrap();
    rest.split_once(" MB of memory").unwrap().0.parse().unwrap()
}

#[test]
fn memory_and_disk_are_said_before_the_start() {
    let sandbox = Sandbox::new();
    let said = sandbox.messages(&format!("train PIECES --run run {TINY} --epochs 1 --memory 1"));
    let line = said.lines().find(|line| line.starts_with("needs about")).unwrap();
    assert!(line.contains("of memory (1.0 GB free)") && line.contains("of disk ("), "{line}");
}

#[test]
fn the_model_card_tells_what_the_model_is() {
    let sandbox = Sandbox::new();
    sandbox.succeed(&format!("train PIECES --run my-run {TINY} --epochs 3 --validate-every 1"));
    let card = sandbox.text("my-run/README.md");
    let model = deep_jammer::model::read(&sandbox.path("my-run/model.safetensors")).unwrap();
    let nats = model.training.held_out.unwrap();
    assert!(card.starts_with("# my-run\n"), "{card}");
    for said in [
        "6,5/4,3 units",
        "| pieces | 2 | 1 |",
        &format!("The model of epoch {} is kept: {nats:.4} nats", model.training.epochs),
        "deep-jammer compose --model",
        "from `pieces`",
    ] {
        assert!(card.contains(said), "{said}\n{card}");
    }
}
