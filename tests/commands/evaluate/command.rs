//! The command `evaluate` measures networks and baselines, and `compose` uses the Markov chain.

use super::trained_run::{listeners, sandbox, text};
use crate::sandbox::Sandbox;
use deep_jammer::composing::{Opening, Recipe};
use deep_jammer::midi;
use serde_json::Value;
use std::fs;

const BASELINES: [&str; 3] = ["by itself", "last step", "Markov chain"];

#[test]
fn a_run_is_evaluated_on_what_it_has_held_out_as_it_was_itself() {
    let evaluation = sandbox().json("evaluate --model run");
    assert_eq!(listeners(&evaluation)[0], "network");
    assert_eq!(listeners(&evaluation)[1..], BASELINES);
    assert_eq!(
        (&evaluation["evaluated"]["pieces"], sandbox().split("validation").len()),
        (&1.into(), 1)
    );
    assert_eq!(evaluation["baselines"]["learned_from"]["pieces"], 2);
    assert_eq!(evaluation["skipped"], Value::Array(Vec::new()));
    // The model that is kept is the best that was validated.
    let metrics = fs::read_to_string(sandbox().path("run/metrics.csv")).unwrap();
    let validated = metrics.lines().skip(1).filter_map(|line| line.split(',').nth(6)?.parse().ok());
    let best = validated.fold(f64::INFINITY, f64::min);
    let network = &evaluation["reports"][0];
    let found = network["overall"]["mean_over_steps"]["total"].as_f64().unwrap();
    assert!((found - best).abs() < 1e-9, "{found}, validated {best}");
    assert_eq!(network["pieces"][0]["heard"], "not-learned-from");
    assert_eq!(network["overall"]["mean_over_steps"]["interval"], Value::Null, "of one piece");
}

#[test]
fn networks_together_are_at_most_as_surprised_as_they_are_on_a_mean() {
    let sandbox = Sandbox::with_run();
    let shape = "--time 5,4 --note 3,2 --batch 2 --epochs 3 --validation 0.3";
    sandbox.succeed(&format!("train music --run second {shape}"));
    let nats = |line: &str| {
        let evaluation = sandbox.json(line);
        let network = &evaluation["reports"][0];
        (network["overall"]["mean_over_steps"]["total"].as_f64().unwrap(), evaluation)
    };
    let (first, _) = nats("evaluate --model run");
    let (second, _) = nats("evaluate --model second");
    let (together, evaluation) = nats("evaluate --model run --model second");
    assert_eq!(listeners(&evaluation)[0], "networks");
    assert_eq!(evaluation["models"].as_array().unwrap().len(), 2);
    assert_eq!(evaluation["reports"][0]["pieces"][0]["heard"], "not-learned-from");
    assert_ne!(first, second);
    // By Jensen's inequality: the logarithm is concave.
    assert!(together < (first + second) / 2.0, "{together}: {first} and {second}");
    // One twice is as one.
    let (twice, _) = nats("evaluate --model run --model run");
    assert!((twice - first).abs() < 1e-6, "{twice}, alone {first}");
    // What has been learned from by one is not new to both; what was held out must be the same.
    let others = sandbox.split("training").join(" ");
    sandbox.succeed(&format!("train {others} --run third {shape}"));
    let said = sandbox.fail("evaluate --model run --model third");
    assert!(said.contains("have held out different pieces; name files"), "{said}");
    let of_one = sandbox.split("validation").join(" ");
    let shape = "--time 6 --note 4 --batch 2 --epochs 1 --validation 0";
    sandbox.succeed(&format!("train {of_one} --run fourth {shape}"));
    let (_, evaluation) = nats(&format!("evaluate --model run --model fourth {of_one}"));
    assert_eq!(evaluation["reports"][0]["pieces"][0]["heard"], "learned-from");
    assert!(text(&evaluation["baselines"]["left_out"]).contains("trained on different pieces"));
    let set = set();
    fs::write(sandbox.path("set.json"), set).unwrap();
    let config = "[architecture]\nlayout = \"unmeasured\"\narticulation = false\n";
    fs::write(sandbox.path("set.toml"), config).unwrap();
    let sounding = "--config set.toml --time 6 --note 4 --batch 2 --epochs 1";
    sandbox.succeed(&format!("train set.json --run sounding {sounding}"));
    let said = sandbox.fail("evaluate --model run --model sounding");
    assert!(said.contains("cannot be averaged"), "{said}");
}

#[test]
fn the_sums_over_pieces_and_folders_agree() {
    let evaluation = sandbox().json("evaluate --model run music");
    for report in evaluation["reports"].as_array().unwrap() {
        let number = |value: &Value| value.as_f64().unwrap();
        let (mut nats, mut steps, mut means) = (0.0, 0.0, 0.0);
        for piece in report["pieces"].as_array().unwrap() {
            assert!(
                (number(&piece["total"]) - number(&piece["play"]) - number(&piece["articulate"]))
                    .abs()
                    < 1e-9
            );
            nats += number(&piece["total"]) * number(&piece["steps"]);
            steps += number(&piece["steps"]);
            means += number(&piece["total"]) / 3.0;
        }
        let overall = &report["overall"];
        assert!((number(&overall["mean_over_steps"]["total"]) - nats / steps).abs() < 1e-9);
        assert!((number(&overall["mean_over_pieces"]["total"]) - means).abs() < 1e-9);
        for mean in ["mean_over_steps", "mean_over_pieces"] {
            let interval = &overall[mean]["interval"];
            assert!(number(&interval["low"]) <= number(&overall[mean]["total"]));
            assert!(number(&interval["high"]) >= number(&overall[mean]["total"]));
        }
        let folders = report["folders"].as_array().unwrap();
        assert_eq!(
            folders.iter().map(|folder| text(&folder["folder"])).collect::<Vec<_>>(),
            ["bach", "petzold"]
        );
        let of_folders: f64 = folders.iter().map(|folder| number(&folder["steps"])).sum();
        assert_eq!(of_folders, steps);
    }
}

#[test]
fn what_was_learned_from_is_marked_whatever_its_file_is_called() {
    let sandbox = Sandbox::with_run();
    let (learned, new) = (sandbox.split("training"), sandbox.split("validation"));
    fs::create_dir(sandbox.path("other")).unwrap();
    fs::copy(sandbox.path(&learned[0]), sandbox.path("other/copy.mid")).unwrap();
    // The same music in other bytes.
    let mut score = midi::read_file(&sandbox.path(&learned[1])).unwrap().score;
    score.title = Some("Something else".to_owned());
    score.notes.iter_mut().for_each(|note| note.pitch += 2);
    fs::write(sandbox.path("other/transposed.mid"), midi::write(&score)).unwrap();
    let evaluation = sandbox.json(&format!("evaluate --model run other {}", new[0]));
    for report in evaluation["reports"].as_array().unwrap() {
        for piece in report["pieces"].as_array().unwrap() {
            let learned = ["copy", "transposed"].contains(&text(&piece["name"]));
            let expected = if learned { "learned-from" } else { "not-learned-from" };
            assert_eq!(piece["heard"], expected, "{piece}");
        }
        assert_eq!(report["learned_from"]["pieces"], 2);
        assert_eq!(report["not_learned_from"]["pieces"], 1);
    }
    let table = sandbox.succeed(&format!("evaluate --model run other {}", new[0]));
    assert!(table.contains("* trained on"), "{table}");
    assert!(table.contains("other/transposed                *"), "{table}");
}

#[test]
fn the_order_of_the_files_changes_nothing() {
    let mut files = [sandbox().split("training"), sandbox().split("validation")].concat();
    let line = |files: &[String]| format!("evaluate --model run {} --json", files.join(" "));
    let one = sandbox().succeed(&line(&files));
    files.reverse();
    assert_eq!(sandbox().succeed(&line(&files)), one);
    let learn = |files: &[String]| format!("evaluate music --learn {} --json", files.join(" "));
    let one = sandbox().succeed(&learn(&files));
    files.reverse();
    assert_eq!(sandbox().succeed(&learn(&files)), one);
}

#[test]
fn the_baselines_can_be_evaluated_alone_and_on_other_music() {
    let held_out = &sandbox().split("validation")[0];
    let learned = sandbox().split("training").join(" ");
    let alone = sandbox().json(&format!("evaluate {held_out} --learn {learned}"));
    assert_eq!(listeners(&alone), BASELINES);
    assert_eq!(alone["models"], Value::Array(Vec::new()));
    let beside = sandbox().json("evaluate --model run");
    assert_eq!(alone["reports"][2]["overall"], beside["reports"][3]["overall"], "the same chain");
    let other = sandbox().json(&format!("evaluate --model run --learn {held_out}"));
    assert_ne!(other["reports"][3]["overall"], beside["reports"][3]["overall"]);
    assert_eq!(other["reports"][3]["pieces"][0]["heard"], "learned-from");
    assert_eq!(other["reports"][0]["pieces"][0]["heard"], "not-learned-from");
}

#[test]
fn a_model_without_its_run_is_evaluated_without_baselines() {
    let held_out = &sandbox().split("validation")[0];
    let line = format!("evaluate --model run/model.safetensors {held_out}");
    let evaluation = sandbox().json(&line);
    assert_eq!(listeners(&evaluation), ["network"]);
    assert!(text(&evaluation["baselines"]["left_out"]).contains("--learn"));
    assert_eq!(evaluation["reports"][0]["pieces"][0]["heard"], "unknown");
    let with_run = sandbox().json("evaluate --model run");
    assert_eq!(evaluation["reports"][0]["overall"], with_run["reports"][0]["overall"]);
    let table = sandbox().succeed(&line);
    assert!(table.contains("Baselines  left out") && table.contains("? it is unknown"), "{table}");
    let said = sandbox().fail("evaluate --model run/model.safetensors");
    assert!(said.contains("does not say which pieces were held out"), "{said}");
}

#[test]
fn the_model_of_the_program_is_evaluated_by_its_name() {
    let piece = concat!(env!("CARGO_MANIFEST_DIR"), "/pieces/study-in-d.mid");
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/model/model.safetensors");
    let [by_name, by_file] = ["built-in", file].map(|model| {
        sandbox().json(&format!("evaluate --model {model} {piece}"))["reports"].clone()
    });
    assert_eq!(by_name, by_file);
}

#[test]
fn music_that_is_no_longer_what_it_was_is_named() {
    let sandbox = Sandbox::with_run();
    let (learned, new) = (sandbox.split("training"), sandbox.split("validation"));
    fs::copy(sandbox.path(&new[0]), sandbox.path(&learned[0])).unwrap();
    let evaluation = sandbox.json("evaluate --model run");
    assert_eq!(listeners(&evaluation), ["network"]);
    let why = text(&evaluation["baselines"]["left_out"]);
    assert!(why.contains("1 of the 2 files") && why.contains("(altered)"), "{why}");
    // What is listed can be told apart still.
    let files = format!("{} {}", learned[1], new[0]);
    let evaluation = sandbox.json(&format!("evaluate --model run {files}"));
    for piece in evaluation["reports"][0]["pieces"].as_array().unwrap() {
        let known = learned[1].contains(text(&piece["name"]));
        let expected = if known { "learned-from" } else { "not-learned-from" };
        assert_eq!(piece["heard"], expected, "{piece}");
    }
    fs::remove_file(sandbox.path(&new[0])).unwrap();
    let said = sandbox.fail("evaluate --model run");
    assert!(said.contains("held-out pieces") && said.contains("(missing)"), "{said}");
}

#[test]
fn tables_fit_a_hundred_columns_and_what_is_missing_has_a_remedy() {
    for line in
        ["evaluate --model run", "evaluate --model run music", "evaluate music --learn music"]
    {
        for line in sandbox().succeed(line).lines().filter(|line| !line.starts_with("Network")) {
            assert!(line.chars().count() <= 100, "{line}");
        }
    }
    assert!(sandbox().fail("evaluate").contains("--model"));
    assert!(sandbox().fail("evaluate --model run --test").contains("no test piece"));
    assert!(sandbox().fail("evaluate music").contains("--learn"));
    assert!(sandbox().fail("evaluate --learn music").contains("before --learn"));
    assert!(sandbox().fail("evaluate --model music").contains("model.safetensors"));
    assert!(sandbox().fail("evaluate nowhere --learn music").contains("nowhere does not exist"));
    fs::write(sandbox().path("broken.mid"), "MThd but no more").unwrap();
    assert!(sandbox().fail("evaluate --model run broken.mid").contains("broken.mid"));
    let evaluation = sandbox().json("evaluate --model run broken.mid music");
    assert_eq!(text(&evaluation["skipped"][0]["path"]), "broken.mid");
    assert_eq!(evaluation["evaluated"]["pieces"], 3);
}

/// A set of sounding notes: a scale up to learn from, then five steps to choose by, and six for a
/// test.
fn set() -> String {
    let piece = |steps: usize| {
        let steps: Vec<_> = (0..steps).map(|step| format!("[{}]", 60 + step % 8)).collect();
        format!("[{}]", steps.join(", "))
    };
    format!(r#"{{"train": [{}], "valid": [{}, []], "test": [{}]}}"#, piece(80), piece(5), piece(6))
}

#[test]
fn of_a_set_each_part_has_its_use_and_only_what_sounds_is_measured() {
    let sandbox = Sandbox::new();
    fs::write(sandbox.path("set.json"), set()).unwrap();
    let steps = |evaluation: &Value| evaluation["evaluated"]["steps"].as_u64().unwrap();
    let line = "evaluate set.json --learn set.json";
    let evaluation = sandbox.json(line);
    assert_eq!(
        (steps(&evaluation), &evaluation["baselines"]["learned_from"]["steps"]),
        (5, &80.into())
    );
    assert_eq!(steps(&sandbox.json(&format!("{line} --test"))), 6);
    for report in evaluation["reports"].as_array().unwrap() {
        assert_eq!(report["overall"]["mean_over_steps"]["articulate"], 0.0);
    }
    fs::write(
        sandbox.path("set.toml"),
        "[architecture]\nlayout = \"unmeasured\"\narticulation = false\n",
    )
    .unwrap();
    sandbox.succeed(
        "train set.json --run run --config set.toml --time 6 --note 4 --batch 2 --epochs 2",
    );
    let (chosen_by, test) =
        (sandbox.json("evaluate --model run"), sandbox.json("evaluate --model run --test"));
    assert_eq!((steps(&chosen_by), steps(&test)), (5, 6));
    for evaluation in [&chosen_by, &test] {
        assert_eq!(listeners(evaluation).len(), 4);
        for report in evaluation["reports"].as_array().unwrap() {
            assert_eq!(report["overall"]["mean_over_steps"]["articulate"], 0.0);
            assert!(report["overall"]["mean_over_steps"]["total"].as_f64().unwrap() > 0.0);
        }
    }
    assert!(sandbox.fail("evaluate --model run set.json --learn nowhere").contains("nowhere"));
    assert!(sandbox.fail("evaluate --model nowhere --test").contains("nowhere"));
}

#[test]
fn a_markov_chain_composes_and_its_recipe_repeats_it() {
    let sandbox = sandbox();
    let line = "compose --model markov --learn music --bars 6 --seed 5";
    sandbox.succeed(&format!("{line} -o chain.mid"));
    let bytes = fs::read(sandbox.path("chain.mid")).unwrap();
    let score = midi::read(&bytes).unwrap().score;
    let recipe = Recipe::from_text(&score.texts[0]).unwrap();
    assert_eq!((recipe.seed, recipe.bars), (5, Some(6)));
    assert_eq!(recipe.model_name.as_deref(), Some("markov"), "{recipe:?}");
    // It goes on in the metre of the piece whose excerpt it heard.
    let Opening::Excerpt(excerpt) = &recipe.opening else { panic!("{recipe:?}") };
    let source = format!("music/{}.mid", excerpt.source.as_ref().unwrap());
    let heard = midi::read(&fs::read(sandbox.path(&source)).unwrap()).unwrap().score;
    assert_eq!(recipe.metre, None, "no other metre was asked for");
    assert_eq!(score.metres[0].value, heard.metres[0].value);
    // By nothing but the recipe.
    sandbox.succeed("compose --recipe chain.mid -o replayed.mid");
    assert!(fs::read(sandbox.path("replayed.mid")).unwrap() == bytes);
    let learn = recipe.learn.join(" ");
    let Recipe { seed, temperature, .. } = recipe;
    let bars = recipe.bars.unwrap();
    sandbox.succeed(&format!(
        "compose --model markov --learn {learn} --bars {bars} --seed {seed} --temperature \
         {temperature} -o again.mid"
    ));
    assert!(fs::read(sandbox.path("again.mid")).unwrap() == bytes);
    // A file learned from is as good as its folder, and after a primer of one's own it goes on.
    let minuet = "music/petzold/minuet-in-g.mid";
    sandbox.succeed(&format!(
        "compose --model markov --learn {minuet} --primer {minuet} --bars 2 --seed 5 -o after.mid"
    ));
    let after = midi::read(&fs::read(sandbox.path("after.mid")).unwrap()).unwrap().score;
    assert_eq!(after.metres[0].value.to_string(), "3/4");
    assert_ne!(Recipe::from_text(&after.texts[0]).unwrap().model, recipe.model);
    assert!(sandbox.fail("compose --model markov").contains("--learn"));
    assert!(sandbox.fail("compose --model run --learn music").contains("--model markov"));
    assert!(
        sandbox.fail("compose --model markov --learn nowhere").contains("nowhere does not exist")
    );
}
