//! The commands `train` and `compose`, as a user runs them.

use assert_cmd::Command;
use deep_jammer::composing::Recipe;
use deep_jammer::midi;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use tempfile::TempDir;

const PIECES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/pieces");

/// A folder in which the program is run.
struct Desk(TempDir);

impl Desk {
    fn new() -> Desk {
        Desk(tempfile::tempdir().unwrap())
    }

    fn run(&self, line: &str) -> Output {
        let mut command = Command::cargo_bin("deep-jammer").unwrap();
        let arguments = line.split_whitespace().map(|word| word.replace("PIECES", PIECES));
        command.current_dir(self.0.path()).args(arguments).output().unwrap()
    }

    fn succeed(&self, line: &str) -> String {
        let output = self.run(line);
        assert_eq!(output.status.code(), Some(0), "{line}\n{}", talk(&output));
        String::from_utf8(output.stdout).unwrap()
    }

    fn fail(&self, code: i32, line: &str) -> String {
        let output = self.run(line);
        assert_eq!(output.status.code(), Some(code), "{line}\n{}", talk(&output));
        talk(&output)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).unwrap()
    }
}

fn talk(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A network so small that a step takes no time.
const TINY: &str = "--time 6,5 --note 4,3 --batch 2";

#[test]
fn a_folder_of_midi_becomes_a_model_and_the_model_a_piece() {
    let desk = Desk::new();
    let printed = desk.succeed(&format!("train PIECES --run run {TINY} --epochs 3"));
    assert_eq!(printed.trim(), Path::new("run").join("model.safetensors").to_str().unwrap());
    let metrics = fs::read_to_string(desk.path("run/metrics.csv")).unwrap();
    assert_eq!(metrics.lines().count(), 4, "a head and three epochs:\n{metrics}");

    let printed = desk.succeed("compose --model run --bars 16 --seed 7 -o new.mid");
    assert_eq!(printed.trim(), "new.mid");
    let reading = midi::read(&desk.bytes("new.mid")).unwrap();
    assert!(reading.warnings.is_empty(), "{:?}", reading.warnings);
    assert_eq!(reading.score.title.as_deref(), Some("Deep Jammer, seed 7"));
    let recipe = Recipe::from_text(&reading.score.texts[0]).expect("a recipe");
    assert_eq!((recipe.seed, recipe.bars), (7, 16));
    assert_eq!(reading.score.metres[0].value, recipe.metre);
}

#[test]
fn the_same_files_and_the_same_seed_give_the_same_model_on_any_number_of_threads() {
    let desk = Desk::new();
    for threads in [1, 3] {
        desk.succeed(&format!(
            "train PIECES --run run{threads} {TINY} --epochs 3 --dropout 0.3 --threads {threads}"
        ));
    }
    let values = |run: &str| {
        let model = deep_jammer::model::read(&desk.path(run).join("model.safetensors")).unwrap();
        (model.fingerprint(), model.primers)
    };
    assert_eq!(values("run1"), values("run3"));
}

#[test]
fn the_same_seed_writes_the_same_bytes() {
    let desk = Desk::new();
    desk.succeed(&format!("train PIECES --run run {TINY} --epochs 2"));
    desk.succeed("compose --model run --bars 4 --seed 11 -o one.mid");
    desk.succeed("compose --model run --bars 4 --seed 10 -n 3 -o many.mid");
    assert_eq!(desk.bytes("one.mid"), desk.bytes("many-2.mid"));
    assert_ne!(desk.bytes("many-1.mid"), desk.bytes("many-2.mid"));
}

#[test]
fn your_own_music_is_gone_on_from_in_its_metre() {
    let desk = Desk::new();
    desk.succeed(&format!("train PIECES --run run {TINY} --epochs 2"));
    let minuet = "--primer PIECES/minuet-in-g.mid";
    desk.succeed(&format!("compose --model run {minuet} --bars 4 --seed 1 -o new.mid"));
    let score = midi::read(&desk.bytes("new.mid")).unwrap().score;
    assert_eq!(score.metres[0].value.to_string(), "3/4");
    assert_eq!(score.keys[0].value.to_string(), "G major");
    desk.succeed(&format!(
        "compose --model run {minuet} --with-primer --bars 4 --seed 1 -o whole.mid"
    ));
    let whole = midi::read(&desk.bytes("whole.mid")).unwrap().score;
    let minuet = fs::read(Path::new(PIECES).join("minuet-in-g.mid")).unwrap();
    let minuet = midi::read(&minuet).unwrap().score;
    assert_eq!(whole.notes[..minuet.notes.len() - 5], minuet.notes[..minuet.notes.len() - 5]);
}

#[test]
fn nothing_is_written_over_unless_force_is_given() {
    let desk = Desk::new();
    let train = format!("train PIECES --run run {TINY} --epochs 1");
    desk.succeed(&train);
    let model = desk.bytes("run/model.safetensors");
    assert!(desk.fail(1, &format!("{train} --seed 2")).contains("--force"));
    assert_eq!(desk.bytes("run/model.safetensors"), model);
    desk.succeed(&format!("{train} --seed 2 --force"));
    assert_ne!(desk.bytes("run/model.safetensors"), model);

    fs::write(desk.path("mine.mid"), "mine").unwrap();
    let compose = "compose --model run --bars 1 -o mine.mid";
    assert!(desk.fail(1, compose).contains("mine.mid is there already"));
    assert_eq!(desk.bytes("mine.mid"), b"mine");
    desk.succeed(&format!("{compose} --force"));
    assert_ne!(desk.bytes("mine.mid"), b"mine");
}

#[test]
fn what_is_missing_is_named_with_a_remedy() {
    let desk = Desk::new();
    assert!(desk.fail(1, "compose").contains("deep-jammer train"));
    assert!(desk.fail(1, "compose --model nowhere").contains("nowhere: cannot be read"));
    fs::create_dir(desk.path("empty")).unwrap();
    assert!(desk.fail(1, "compose --model empty").contains("model.safetensors"));
    assert!(desk.fail(1, "train nowhere --run run").contains("nowhere does not exist"));
    assert!(desk.fail(1, "train empty --run run").contains("no MIDI files in empty"));
    fs::write(desk.path("broken.mid"), "MThd but no more").unwrap();
    let said = desk.fail(1, "train broken.mid --run run");
    assert!(said.contains("broken.mid") && said.contains("could be read"), "{said}");
    assert!(!desk.path("run").exists(), "and nothing is begun");
    assert!(desk.fail(1, "compose --model broken.mid").contains("broken.mid: is damaged"));
}

#[test]
fn wrong_usage_exits_with_two() {
    let desk = Desk::new();
    desk.fail(2, "train PIECES");
    desk.fail(2, "train --run r");
    assert!(desk.fail(2, "train PIECES --run r --preset huge").contains("large, medium, small"));
    desk.fail(2, "train PIECES --run r --epochs 0");
    desk.fail(2, "compose --bars none");
    desk.fail(2, "sing");
}
