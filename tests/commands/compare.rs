//! The command `compare`, as a user runs it.

use crate::sandbox::{PIECES, Sandbox, said};
use deep_jammer::corpus;
use deep_jammer::midi;
use deep_jammer::model;
use deep_jammer::roll::{Keys, Roll, Step};
use std::fs;
use std::path::Path;

fn write(path: &Path, roll: &Roll) {
    fs::write(path, midi::write(&roll.to_score(None, &[]))).unwrap();
}

/// The name of the first of the repository's pieces, as a repertoire has it, and its roll.
fn first() -> (String, Roll) {
    let piece = corpus::read(&[PIECES]).unwrap().pieces.remove(0);
    (format!("{}/{}", piece.folder, piece.name), piece.roll().clone())
}

/// A step of it from which on nothing is held from before.
fn start() -> usize {
    let fresh = |step: &Step| step.held().is_empty() && !step.play.is_empty();
    10 + first().1.steps()[10..].iter().position(fresh).unwrap()
}

/// Two pieces: `copy.mid`, 40 steps of the first of the pieces five semitones lower from bar 3 on,
/// within notes that are in none of them; and `new.mid`, such notes only.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    let other = |step: usize| {
        let keys = Keys::from_iter([10 + (step * step) % 61, 75 + step % 9]);
        Step { play: keys, articulate: keys }
    };
    for (name, copied) in [("copy", 40), ("new", 0)] {
        let mut roll = Roll::new("4/4".parse().unwrap());
        (0..32).for_each(|step| roll.push(other(step)));
        for step in &first().1.steps()[start()..start() + copied] {
            roll.push(step.transposed(-5));
        }
        (0..40).for_each(|step| roll.push(other(step)));
        write(&sandbox.path(&format!("{name}.mid")), &roll);
    }
    sandbox
}

#[test]
fn a_copy_is_named_with_its_piece_its_bar_and_its_transposition() {
    let sandbox = sandbox();
    let found = sandbox.json("compare copy.mid new.mid --with PIECES");
    let copies = &found["originality"]["generated"];
    assert_eq!(copies[0]["copy"], true);
    let run = &copies[0]["run"];
    assert_eq!(run["source"], first().0.as_str());
    assert_eq!((&run["transposition"], &run["source_step"]), (&(-5).into(), &start().into()));
    assert_eq!((&run["step"], &run["bar"]), (&32.into(), &3.into()));
    assert_eq!(copies[1]["copy"], false);
    let table = sandbox.succeed("compare copy.mid new.mid --with PIECES");
    let expected = format!("A COPY: {} steps from bar 3 on", run["steps"]);
    assert!(table.contains(&expected), "{table}");
    assert!(table.contains(&format!("of {}, 5 semitones lower", first().0)), "{table}");
    assert!(table.contains("1 of 2 have 32 steps or more in common with pieces (3 pieces)"));
    assert!(table.contains(&format!("The longest match has {} steps.", run["steps"])));
}

#[test]
fn every_statistic_stands_beside_the_real_range() {
    let sandbox = sandbox();
    let found = sandbox.json("compare new.mid --with PIECES");
    assert_eq!((&found["real_pieces"], &found["generated"][0]["steps"]), (&3.into(), &72.into()));
    let statistics = found["generated"][0]["statistics"].as_array().unwrap();
    assert_eq!(statistics.len(), 12);
    for figure in statistics {
        let [value, low, high] = ["value", "low", "high"].map(|key| figure[key].as_f64());
        let judged = figure["judgement"].as_str();
        let expected = match (value, low, high) {
            (Some(value), Some(low), _) if value < low => Some("below"),
            (Some(value), _, Some(high)) if value > high => Some("above"),
            (Some(_), Some(_), Some(_)) => Some("inside"),
            _ => None,
        };
        assert_eq!(judged, expected, "{figure}");
    }
    // Two keys are struck at every step.
    let of = |name: &str| statistics.iter().find(|of| of["statistic"] == name).unwrap();
    assert_eq!(of("onsets")["value"], 2.0);
    assert_eq!(of("onsets")["judgement"], "above");
    assert_eq!(of("articulate")["value"], 1.0);
    let table = sandbox.succeed("compare new.mid --with PIECES");
    let line = table.lines().find(|line| line.contains("onsets a step")).unwrap();
    assert!(line.contains("2.00") && line.ends_with("above"), "{line}");
    assert!(table.lines().all(|line| line.chars().count() <= 120), "{table}");
    assert_eq!(found["set"]["statistics"].as_array().unwrap().len(), 12);
    assert_eq!(found["set"]["generated_passages"], 1);
}

#[test]
fn pieces_that_break_down_or_repeat_themselves_are_found() {
    let sandbox = sandbox();
    // Three bars of 4/4 on one key, two on others, a bar of rests and a last note.
    let mut roll = Roll::new("4/4".parse().unwrap());
    for step in 0..97 {
        let key = match step {
            0..48 => Some(40),
            48..80 => Some(step),
            80..96 => None,
            _ => Some(50),
        };
        let keys = Keys::from_iter(key);
        roll.push(Step { play: keys, articulate: keys });
    }
    write(&sandbox.path("stuck.mid"), &roll);
    let found = sandbox.json("compare stuck.mid new.mid --with PIECES");
    let wholes = found["whole_pieces"]["generated"].as_array().unwrap();
    let whole = wholes.iter().find(|whole| whole["name"] == "stuck.mid").unwrap();
    // The 49th step is on a second key; the bar of rests follows a key, and a note follows it.
    assert_eq!((&whole["stuck"], &whole["silent"]), (&(49.0 / 16.0).into(), &1.0.into()));
    // From the second stroke of the first key on each is as the one before.
    assert_eq!(whole["circling"], 47.0 / 16.0);
    // Of six whole bars the second and the third repeat the first.
    let share = whole["repeated_bars"].as_f64().unwrap();
    assert!((share - 2.0 / 6.0).abs() < 1e-12, "{share}");
    let real = found["whole_pieces"]["real_repeated_bars"].as_f64().unwrap();
    assert!((0.0..1.0).contains(&real));
    let table = sandbox.succeed("compare stuck.mid --with PIECES");
    let breakdowns = "Longest passages, in measures: silent 1.00, stuck 3.06, crowded 0.00, in \
                      circles 2.94.";
    assert!(table.contains(breakdowns), "{table}");
    assert!(table.contains("one of their piece: 33.3 % on average (33.3 % to 33.3 %)"), "{table}");
}

#[test]
fn real_pieces_beside_themselves_are_inside_and_all_copied() {
    let sandbox = sandbox();
    let found = sandbox.json("compare PIECES --with PIECES");
    for longest in found["originality"]["generated"].as_array().unwrap() {
        assert_eq!(longest["copy"], true, "{longest}");
        assert_eq!(longest["run"]["transposition"], 0);
    }
    let overlaps = found["set"]["statistics"].as_array().unwrap();
    // The real-vs-real baseline keeps the name that programs know.
    assert!(overlaps.iter().all(|figure| figure.get("yardstick").is_some()), "{overlaps:?}");
    for figure in overlaps.iter().filter(|figure| !figure["overlap"].is_null()) {
        assert!(figure["overlap"].as_f64().unwrap() > 0.99, "{figure}");
        assert_eq!(figure["distance"], 0.0);
    }
}

#[test]
fn a_picture_is_drawn_and_not_over_another() {
    let sandbox = sandbox();
    for name in ["a.svg", "a.png"] {
        let line = format!("compare copy.mid new.mid --with PIECES -o {name}");
        sandbox.succeed(&line);
        let message = sandbox.fail(&line);
        assert!(message.contains(name) && message.contains("--force"), "{message}");
        sandbox.succeed(&format!("{line} --force"));
    }
    let svg = fs::read_to_string(sandbox.path("a.svg")).unwrap();
    assert!(svg.contains("copy.mid and new.mid beside pieces") && svg.contains("groove"), "{svg}");
    assert!(fs::read(sandbox.path("a.png")).unwrap().starts_with(b"\x89PNG"));
    let message = sandbox.fail("compare new.mid --with PIECES -o a.gif");
    assert!(message.contains("a.gif") && message.contains(".svg or .png"), "{message}");
}

#[test]
fn a_model_tells_what_is_copied_from_its_training_wherever_its_files_are() {
    let sandbox = sandbox();
    let tiny = "--time 6,5 --note 4,3 --batch 2 --segment 16 --epochs 1 --validation 0";
    fs::create_dir(sandbox.path("music")).unwrap();
    for entry in fs::read_dir(PIECES).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, sandbox.path("music").join(path.file_name().unwrap())).unwrap();
    }
    sandbox.succeed(&format!("train music --run full {tiny}"));
    sandbox.succeed(&format!("train music --run bare {tiny} --without-music"));
    let card = fs::read_to_string(sandbox.path("full/README.md")).unwrap();
    assert!(card.contains("carries the notes"), "{card}");
    let copied = |model: &str| {
        let found = sandbox.json(&format!("compare copy.mid --model {model}"));
        assert_eq!(found["real_pieces"], 3);
        let run = &found["originality"]["generated"][0]["run"];
        (run["steps"].as_u64().unwrap(), run["source"].as_str().unwrap().to_owned())
    };
    let expected = copied("full");
    assert!(expected.0 >= 38 && expected.1.starts_with("music/"), "{expected:?}");
    // Without the music in the model it is read again from the files that the run lists.
    assert_eq!(copied("bare"), expected);
    assert_eq!(copied("bare/model.safetensors"), expected);
    fs::rename(sandbox.path("music"), sandbox.path("elsewhere")).unwrap();
    assert_eq!(copied("full"), expected);
    let message = sandbox.fail("compare copy.mid --model bare");
    assert!(
        message.contains("does not carry the music") && message.contains("missing"),
        "{message}"
    );
    fs::copy(sandbox.path("bare/model.safetensors"), sandbox.path("lone.safetensors")).unwrap();
    let message = sandbox.fail("compare copy.mid --with PIECES --model lone.safetensors");
    assert!(message.contains("lone.safetensors") && message.contains("--with"), "{message}");
    // Runs and models may stand for the real pieces, too.
    let found = sandbox.json("compare copy.mid --with full");
    assert_eq!((&found["real_pieces"], &found["originality"]["pieces"]), (&3.into(), &3.into()));
    // Who goes on from a model has learned from its music as well.
    fs::create_dir(sandbox.path("other")).unwrap();
    fs::copy(sandbox.path("new.mid"), sandbox.path("other/new.mid")).unwrap();
    let from = "--run next --from full --epochs 1 --segment 16 --batch 2 --validation 0";
    sandbox.succeed(&format!("train other {from}"));
    sandbox.succeed("train --run next --resume --epochs 2");
    let file = sandbox.path("next/model.safetensors");
    let training_music = model::read(&file).unwrap().training_music.unwrap().unpack().unwrap();
    let sources: Vec<_> = training_music.pieces.iter().map(|piece| piece.source.as_str()).collect();
    assert_eq!((sources.len(), sources[0]), (4, "other/new"));
}

#[test]
fn what_cannot_be_compared_is_named() {
    let sandbox = sandbox();
    fs::write(sandbox.path("broken.mid"), "MThd").unwrap();
    let broken = "compare broken.mid --with PIECES";
    assert!(sandbox.fail(broken).contains("none of the generated"));
    assert!(said(&sandbox.run(broken)).contains("broken.mid"), "the file is named above the error");
    let message = sandbox.fail("compare new.mid --with broken.mid");
    assert!(message.contains("none of the real pieces"), "{message}");
    let message = sandbox.fail("compare new.mid --with nowhere");
    assert!(message.contains("nowhere does not exist"), "{message}");
    let output = sandbox.run("compare new.mid broken.mid --with PIECES");
    assert_eq!(output.status.code(), Some(0));
    assert!(said(&output).starts_with("skipped broken.mid"), "{}", said(&output));
    for line in ["compare", "compare new.mid", "compare --with PIECES"] {
        assert_eq!(sandbox.run(line).status.code(), Some(2), "{line}");
    }
}
