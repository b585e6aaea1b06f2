//! A run that is stopped in any way and resumed ends like one that never stopped.

use super::record::{TINY, checkpoints, everything};
use crate::sandbox::{PIECES, Sandbox, error_of, said, signal};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Settings under which everything has something to remember: the optimiser, the mean of the
/// weights, memory that is carried, random numbers for transposition and dropout.
const ALL: &str = "--optimiser adam --rate 0.01 --carry 3 --average 0.9 --transpose 5 --dropout 0.3 \
                   --warmup 5 --decay-after 8 --validate-every 8 --sample-every 6 \
                   --checkpoint-every 5";

/// The run that is not interrupted.
fn whole(epochs: u64, settings: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.succeed(&format!("train PIECES --run run {TINY} {settings} --epochs {epochs}"));
    sandbox
}

#[test]
fn twenty_epochs_are_ten_a_resume_and_ten_bit_for_bit() {
    for settings in [ALL, "--article --validate-every 6 --sample-every 7"] {
        let sandbox = whole(10, settings);
        // Epoch 10 is validated because it is the last one, and will not be in twenty.
        assert!(!sandbox.text("run/metrics.csv").lines().nth(10).unwrap().ends_with(','));
        let said = sandbox.messages("train --run run --resume --epochs 20");
        assert!(said.contains("resuming after epoch 10"), "{said}");
        sandbox.assert_same(&whole(20, settings), "run");
    }
}

#[test]
fn a_run_without_validation_is_resumed_bit_for_bit_as_well() {
    let settings = "--validation 0 --sample-every 0 --checkpoint-every 4";
    let sandbox = whole(7, settings);
    sandbox.succeed("train --run run --resume --epochs 9 --threads 1");
    sandbox.assert_same(&whole(9, settings), "run");
    let model = deep_jammer::model::read(&sandbox.path("run/model.safetensors")).unwrap();
    assert_eq!((model.training.epochs, model.training.held_out), (9, None));
}

#[test]
fn a_run_that_is_resumed_with_its_own_command_goes_on() {
    let sandbox = whole(4, ALL);
    let same = format!("train PIECES --run run {TINY} {ALL} --resume --epochs 6");
    sandbox.succeed(&same);
    sandbox.assert_same(&whole(6, ALL), "run");
}

#[test]
fn a_run_that_has_reached_its_goal_says_so_and_stays_as_it_is() {
    let sandbox = whole(6, ALL);
    let before = sandbox.record("run");
    let said = sandbox.messages("train --run run --resume");
    assert!(said.contains("reached its goal after 6 epochs"), "{said}");
    assert!(said.contains("deep-jammer train --run run --resume --epochs 12"), "{said}");
    assert_eq!(sandbox.record("run"), before);
}

#[test]
fn patience_ends_a_run_at_a_validation_and_more_patience_goes_on() {
    // A rate at which nothing is learned: no validation is better than the first but by chance.
    let settings = "--validate-every 1 --sample-every 0 --optimiser adam --rate 0.3";
    let sandbox = whole(60, &format!("{settings} --patience 2"));
    let epochs = sandbox.epochs("run");
    assert!(epochs < 60, "{epochs}");
    let nats: Vec<f64> = sandbox
        .text("run/metrics.csv")
        .lines()
        .skip(1)
        .map(|line| line.rsplit(',').next().unwrap().parse().unwrap())
        .collect();
    let best = (0..nats.len()).min_by(|&a, &b| nats[a].total_cmp(&nats[b])).unwrap();
    assert_eq!(best + 1 + 2, nats.len(), "two after the best: {nats:?}");
    let model = deep_jammer::model::read(&sandbox.path("run/model.safetensors")).unwrap();
    assert_eq!(model.training.epochs, best as u64 + 1, "the best model is kept");
    assert_eq!(model.training.held_out, Some(nats[best]));

    sandbox.succeed("train --run run --resume --patience 3");
    sandbox.assert_same(&whole(60, &format!("{settings} --patience 3")), "run");
}

#[test]
fn hours_end_a_run_that_has_no_epochs_to_reach() {
    let sandbox = Sandbox::new();
    let said = sandbox.messages(&format!("train PIECES --run run {TINY} --hours 0.0001"));
    assert!(said.contains("the time is up"), "{said}");
    assert!(sandbox.text("run/config.toml").contains("hours = 0.0001"));
    assert!(sandbox.text("run/config.toml").contains("# epochs: none"));
    assert!(sandbox.text("run/README.md").contains("Remove `hours` from that file first"));
    let said = sandbox.messages("train --run run --resume");
    assert!(said.contains("--hours 0.0002"), "{said}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_saves_says_how_to_resume_and_loses_nothing() {
    let sandbox = Sandbox::new();
    let endless = format!("train PIECES --run run {TINY} {ALL} --epochs 1000000");
    let (mut child, said) = sandbox.start(&endless);
    signal(&child, "INT");
    let said: Vec<_> = said.collect();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{said:?}");
    assert!(said.iter().any(|line| line.contains("deep-jammer train --run run --resume")));
    let epochs = sandbox.epochs("run");
    let (saved, _) = checkpoints(&sandbox.path("run")).pop().unwrap();
    // If its validation was broken off, the step's row is still to come.
    let rows = epochs..=epochs + 1;
    assert!(rows.contains(&saved), "the step that was under way is saved: {saved} of {epochs}");
    sandbox.succeed(&format!("train --run run --resume --epochs {}", saved + 4));
    sandbox.assert_same(&whole(saved + 4, ALL), "run");
}

#[cfg(unix)]
#[test]
fn the_second_ctrl_c_quits_at_once() {
    let sandbox = Sandbox::new();
    // A step of this takes seconds.
    let slow = "--time 100 --note 50 --batch 40 --segment 64 --validate-every 1000";
    let (mut child, mut said) = sandbox.start(&format!("train PIECES --run run {slow}"));
    signal(&child, "INT");
    assert!(said.any(|line| line.contains("again to quit at once")));
    signal(&child, "INT");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(!said.any(|line| line.contains("saved")));
    assert_eq!(checkpoints(&sandbox.path("run")).pop().unwrap().0, 0);
}

#[test]
fn a_run_that_is_killed_again_and_again_ends_as_if_it_never_had_been() {
    let settings = ALL.replace("--checkpoint-every 5", "--checkpoint-every 3");
    let reference = whole(60, &settings);
    let begin = format!("train PIECES --run run {TINY} {settings} --epochs 60 --force");
    for seed in 0..3 {
        let sandbox = Sandbox::new();
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut kills = 0;
        // Longer and longer, so that it comes to an end on any machine.
        for round in 1.. {
            let begun = sandbox.path("run/config.toml").exists();
            let line = if begun { "train --run run --resume" } else { &begin };
            let mut child = sandbox
                .command(line)
                .stdout(std::process::Stdio::null())
                .stderr(std::process::Stdio::piped())
                .spawn()
                .unwrap();
            let moment = u64::from(random.next_u32()) % (300 * round);
            std::thread::sleep(std::time::Duration::from_millis(moment));
            child.kill().unwrap();
            let output = child.wait_with_output().unwrap();
            match output.status.code() {
                None => kills += 1,
                code => {
                    assert_eq!(code, Some(0), "{}", said(&output));
                    break;
                }
            }
        }
        eprintln!("seed {seed}: killed {kills} times");
        sandbox.assert_same(&reference, "run");
        let mut left = walkdir::WalkDir::new(sandbox.path("run")).into_iter().map(Result::unwrap);
        let hidden = left.find(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            name.starts_with('.') && name != ".lock"
        });
        assert!(hidden.is_none(), "{hidden:?} is left");
    }
}

#[test]
fn what_a_killed_process_has_left_half_removed_goes_with_the_next_resume() {
    let sandbox = whole(3, "--sample-every 0");
    // Killed while the last checkpoint took its place; nothing is left to train.
    for name in [".step-1.old", ".step-4.partial"] {
        std::fs::create_dir(sandbox.path("run/checkpoints").join(name)).unwrap();
    }
    sandbox.succeed("train --run run --resume");
    let left = std::fs::read_dir(sandbox.path("run/checkpoints")).unwrap();
    let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().starts_with('.')), "{left:?}");
}

#[test]
fn other_settings_are_refused_with_both_values_and_nothing_is_changed() {
    let sandbox = whole(3, "--sample-every 0");
    let before = everything(&sandbox.path("run"));
    for (option, said) in [
        ("--batch 7", "training.batch was 2, now 7"),
        ("--time 6,6", "architecture.time was [6, 5], now [6, 6]"),
        ("--preset small", "architecture.note was [4, 3], now [25, 13]"),
        ("--optimiser adadelta", "training.optimiser.name was \"adam\", now \"adadelta\""),
        (
            "--seed 5 --validation 0.2",
            "corpus.validation was 0.1, now 0.2; training.seed was 1, now 5",
        ),
        ("--checkpoint-every 7", "keeping.checkpoint_every was 100, now 7"),
    ] {
        let error = sandbox.fail(&format!("train --run run --resume --epochs 9 {option}"));
        assert!(error.contains(said), "{option}: {error}");
    }
    let error = sandbox.fail("train PIECES/minuet-in-g.mid --run run --resume");
    assert!(error.contains("corpus.paths was"), "{error}");
    assert_eq!(everything(&sandbox.path("run")), before);
}

#[test]
fn files_that_are_moved_or_altered_are_named_and_new_ones_are_left_alone() {
    let sandbox = Sandbox::new();
    for name in ["minuet-in-g.mid", "prelude-in-c.mid", "study-in-d.mid"] {
        sandbox.write(&format!("music/{name}"), std::fs::read(format!("{PIECES}/{name}")).unwrap());
    }
    sandbox.succeed(&format!("train music --run run {TINY} --epochs 2 --sample-every 0"));
    sandbox.write("music/new.mid", sandbox.bytes("music/study-in-d.mid"));
    sandbox.succeed("train --run run --resume --epochs 3");
    let before = everything(&sandbox.path("run"));
    let altered = [sandbox.bytes("music/minuet-in-g.mid"), vec![0]].concat();
    sandbox.write("music/minuet-in-g.mid", altered);
    std::fs::rename(sandbox.path("music/study-in-d.mid"), sandbox.path("music/moved.mid")).unwrap();
    let error = sandbox.fail("train --run run --resume --epochs 4");
    assert!(error.starts_with("2 of the 3 files"), "{error}");
    assert!(error.contains("minuet-in-g.mid (altered)"), "{error}");
    assert!(error.contains("study-in-d.mid (missing)"), "{error}");
    assert_eq!(everything(&sandbox.path("run")), before);
}

#[test]
fn a_record_that_was_tampered_with_is_refused() {
    let sandbox = whole(2, "--sample-every 0");
    let config = sandbox.text("run/config.toml");
    sandbox.write("run/config.toml", config.replace("clip = 20.0", "clip = 4.0"));
    let error = sandbox.fail("train --run run --resume --epochs 4");
    assert!(error.contains("config.toml") && error.contains("training.clip was 20.0"), "{error}");
    sandbox.write("run/config.toml", config.replace("clip", "clop"));
    let error = sandbox.fail("train --run run --resume --epochs 4");
    assert!(error.contains("config.toml, line") && error.contains("clop"), "{error}");
    sandbox.write("run/config.toml", config);
    let dataset = sandbox.text("run/dataset.json");
    sandbox.write("run/dataset.json", dataset.replace("\"validation\"", "\"training\""));
    let error = sandbox.fail("train --run run --resume --epochs 4");
    assert!(error.contains("dataset.json has changed since the run began"), "{error}");
}

#[cfg(unix)]
#[test]
fn two_processes_never_train_the_same_run() {
    let sandbox = Sandbox::new();
    let line = format!("train PIECES --run run {TINY} --epochs 1000000");
    let (mut child, _said) = sandbox.start(&line);
    for second in ["train --run run --resume", &format!("{line} --force")] {
        let error = sandbox.fail(second);
        assert!(error.contains("another deep-jammer is training in run"), "{error}");
    }
    child.kill().unwrap();
    child.wait().unwrap();
    sandbox.succeed(&format!("train --run run --resume --epochs {}", sandbox.epochs("run").max(1)));
}

#[test]
fn a_run_is_not_begun_twice_unless_force_is_given_and_then_wholly() {
    let sandbox = whole(5, "--sample-every 1 --validate-every 2");
    sandbox.write("run/my-notes.txt", "mine");
    let before = everything(&sandbox.path("run"));
    let again = format!("train PIECES --run run {TINY} --epochs 2 --sample-every 0");
    let error = sandbox.fail(&again);
    assert!(error.contains("--resume") && error.contains("--force"), "{error}");
    assert_eq!(everything(&sandbox.path("run")), before);
    sandbox.succeed(&format!("{again} --force"));
    assert_eq!(sandbox.text("run/my-notes.txt"), "mine");
    assert!(!sandbox.path("run/samples").exists());
    assert_eq!(checkpoints(&sandbox.path("run")).pop().unwrap().0, 2);
    let fresh = Sandbox::new();
    fresh.succeed(&again);
    sandbox.assert_same(&fresh, "run");
}

#[test]
fn what_is_no_run_cannot_be_resumed() {
    let sandbox = Sandbox::new();
    for folder in ["nowhere", "empty"] {
        std::fs::create_dir_all(sandbox.path("empty")).unwrap();
        let error = error_of(&said(&sandbox.run(&format!("train --run {folder} --resume"))));
        assert!(error.contains("holds no training") && error.contains("--run"), "{error}");
    }
    assert!(!sandbox.path("nowhere").exists());
}
