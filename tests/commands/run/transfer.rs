//! A run can start from another model's weights.

use super::record::{TINY, checkpoints};
use crate::sandbox::{PIECES, Sandbox};
use deep_jammer::model::{self, Model};
use std::path::Path;

/// The model as a run began it.
fn first(run: &Path) -> Model {
    let (step, path) = checkpoints(run).remove(0);
    assert_eq!(step, 0);
    model::read(&path.join("model.safetensors")).unwrap()
}

#[test]
fn extended_training_begins_with_all_weights_of_the_other_model() {
    let sandbox = Sandbox::new();
    sandbox.succeed(&format!("train PIECES --run old {TINY} --dense 3 --epochs 3"));
    let old = model::read(&sandbox.path("old/model.safetensors")).unwrap();
    sandbox.succeed("train PIECES --run new --from old --segment 16 --batch 2 --epochs 1 --seed 4");
    let new = first(&sandbox.path("new"));
    assert_eq!(new.architecture, old.architecture);
    assert_eq!(new.parameters, old.parameters);
    let config = sandbox.text("new/config.toml");
    assert!(config.contains(&format!("from_fingerprint = \"{}\"", old.fingerprint())), "{config}");
    // A resume needs the other model no more.
    std::fs::remove_dir_all(sandbox.path("old")).unwrap();
    sandbox.succeed("train --run new --resume --epochs 2");
}

#[test]
fn fine_tuning_draws_the_dense_layers_anew_and_nothing_else() {
    let sandbox = Sandbox::new();
    sandbox.succeed(&format!("train PIECES --run old {TINY} --dense 3 --epochs 3"));
    let old = model::read(&sandbox.path("old/model.safetensors")).unwrap();
    sandbox.succeed(
        "train PIECES --run new --from old/model.safetensors --reset-dense --segment 16 --epochs 1",
    );
    let new = first(&sandbox.path("new"));
    for (index, tensor) in old.parameters.layers.tensors.iter().enumerate() {
        let same = old.parameters.tensor(index) == new.parameters.tensor(index);
        assert_eq!(same, !tensor.name.starts_with("dense"), "{}", tensor.name);
    }
}

#[test]
fn another_folder_of_music_may_be_gone_on_with() {
    let sandbox = Sandbox::new();
    sandbox.succeed(&format!("train PIECES/study-in-d.mid --run old {TINY} --epochs 1"));
    sandbox.succeed("train PIECES/minuet-in-g.mid --run new --from old --segment 16 --epochs 1");
    let config = sandbox.text("new/config.toml");
    assert!(config.contains(&format!("{PIECES}/minuet-in-g.mid")), "{config}");
}

#[test]
fn the_model_within_the_program_may_be_gone_on_from() {
    let sandbox = Sandbox::new();
    sandbox.succeed(
        "train PIECES --run new --from built-in --segment 16 --batch 1 --epochs 1 --validation 0 \
         --sample-every 0",
    );
    let built_in = model::built_in();
    let new = first(&sandbox.path("new"));
    assert_eq!(new.parameters, built_in.parameters);
    let config = sandbox.text("new/config.toml");
    assert!(config.contains("from = \"built-in\""), "{config}");
    assert!(sandbox.text("new/README.md").contains(&built_in.fingerprint()));
    sandbox.succeed("train --run new --resume --epochs 2");
}
