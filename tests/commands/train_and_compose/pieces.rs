//! Musicians get the pieces that they ask for.

use super::TINY;
use super::recipe::read;
use crate::sandbox::{PIECES, Sandbox, said, signal};
use deep_jammer::composing::{Opening, Recipe};
use deep_jammer::midi;
use deep_jammer::roll::{Keys, Roll, Step};
use deep_jammer::score::Note;
use std::fs;
use std::path::Path;
use std::process::Stdio;

#[test]
fn a_folder_of_midi_becomes_a_model_and_the_model_a_piece() {
    let sandbox = Sandbox::new();
    let printed = sandbox.succeed(&format!("train PIECES --run run {TINY} --epochs 3"));
    assert_eq!(printed.trim(), Path::new("run").join("model.safetensors").to_str().unwrap());
    let metrics = fs::read_to_string(sandbox.path("run/metrics.csv")).unwrap();
    assert_eq!(metrics.lines().count(), 4, "a head and three epochs:\n{metrics}");

    let printed = sandbox.succeed("compose --model run --bars 16 --seed 7 -o new.mid");
    assert_eq!(printed.trim(), "new.mid");
    let reading = midi::read(&sandbox.bytes("new.mid")).unwrap();
    assert!(reading.warnings.is_empty(), "{:?}", reading.warnings);
    assert_eq!(reading.score.title.as_deref(), Some("Deep Jammer, seed 7"));
    let recipe = Recipe::from_text(&reading.score.texts[0]).unwrap();
    assert_eq!((recipe.seed, recipe.bars), (7, Some(16)));
    let Opening::Excerpt(excerpt) = &recipe.opening else { panic!("{recipe:?}") };
    let model = deep_jammer::model::read(&sandbox.path("run/model.safetensors")).unwrap();
    assert_eq!(recipe.model, Some(model.fingerprint()));
    let primer = &model.primers[excerpt.number.unwrap()];
    assert_eq!(excerpt.source.as_ref(), Some(&primer.source));
    assert_eq!(reading.score.metres[0].value, primer.metre());
}

#[test]
fn the_same_files_and_the_same_seed_give_the_same_model_on_any_number_of_threads() {
    let sandbox = Sandbox::new();
    for threads in [1, 3] {
        sandbox.succeed(&format!(
            "train PIECES --run run{threads} {TINY} --epochs 3 --dropout 0.3 --threads {threads}"
        ));
    }
    let values = |run: &str| {
        let model = deep_jammer::model::read(&sandbox.path(run).join("model.safetensors")).unwrap();
        (model.fingerprint(), model.primers)
    };
    assert_eq!(values("run1"), values("run3"));
}

#[test]
fn the_same_seed_writes_the_same_bytes() {
    let sandbox = Sandbox::new();
    sandbox.succeed(&format!("train PIECES --run run {TINY} --epochs 2"));
    sandbox.succeed("compose --model run --bars 4 --seed 11 -o one.mid");
    sandbox.succeed("compose --model run --bars 4 --seed 10 -n 3 -o many.mid");
    assert_eq!(sandbox.bytes("one.mid"), sandbox.bytes("many-2.mid"));
    assert_ne!(sandbox.bytes("many-1.mid"), sandbox.bytes("many-2.mid"));
}

#[test]
fn the_same_pieces_are_chosen_and_written_on_any_number_of_threads() {
    let sandbox = Sandbox::new();
    sandbox.succeed(&format!("train PIECES --run run {TINY} --epochs 2"));
    for threads in ["1", "3"] {
        let line =
            format!("compose --model run --bars 8 --seed 5 -n 4 --best-of 3 -o {threads}.mid");
        let composed = sandbox.command(&line).env("RAYON_NUM_THREADS", threads).output().unwrap();
        assert_eq!(composed.status.code(), Some(0), "{line}\n{}", said(&composed));
    }
    for piece in 1..=4 {
        let of = |threads| sandbox.bytes(&format!("{threads}-{piece}.mid"));
        assert_eq!(of(1), of(3), "piece {piece}");
    }
}

#[test]
fn your_own_music_is_gone_on_from_in_its_metre() {
    let sandbox = Sandbox::new();
    sandbox.succeed(&format!("train PIECES --run run {TINY} --epochs 2"));
    let minuet = "--primer PIECES/minuet-in-g.mid";
    sandbox.succeed(&format!("compose --model run {minuet} --bars 4 --seed 1 -o new.mid"));
    let score = midi::read(&sandbox.bytes("new.mid")).unwrap().score;
    assert_eq!(score.metres[0].value.to_string(), "3/4");
    assert_eq!(score.keys[0].value.to_string(), "G major");
    sandbox.succeed(&format!(
        "compose --model run {minuet} --with-primer --bars 4 --seed 1 -o whole.mid"
    ));
    let whole = midi::read(&sandbox.bytes("whole.mid")).unwrap().score;
    let minuet = fs::read(Path::new(PIECES).join("minuet-in-g.mid")).unwrap();
    let minuet = midi::read(&minuet).unwrap().score;
    assert_eq!(whole.notes[..minuet.notes.len() - 5], minuet.notes[..minuet.notes.len() - 5]);
}

#[test]
fn a_piece_goes_on_in_the_tempo_before_a_slow_ending_and_says_what_is_not_heard() {
    let sandbox = Sandbox::new();
    sandbox.succeed(&format!("train PIECES --run run {TINY} --epochs 2"));
    let mut roll = Roll::new("4/4".parse().unwrap());
    for (steps, tempo) in [(112, 500_000), (16, 3_000_000)] {
        roll.change_tempo(roll.len(), tempo);
        for step in 0..steps {
            let keys = Keys::from_iter([40 + step / 4 % 12]);
            let articulate = if step % 4 == 0 { keys } else { Keys::NONE };
            roll.push(Step { play: keys, articulate });
        }
    }
    let mut score = roll.to_score(None, &[]);
    // The first key is struck a second time within its 16th.
    score.notes.insert(1, Note { start: 30, ..score.notes[0] });
    score.notes[0].length = 20;
    sandbox.write("slow-end.mid", midi::write(&score));
    let line = "compose --model run --primer slow-end.mid --bars 2 --seed 1";
    let heard = said(&sandbox.finish(&format!("{line} -o new.mid")));
    let lost = "slow-end.mid: 1 repeated stroke is lost: it is faster than 16ths\n";
    assert!(heard.contains(lost), "{heard}");
    let tempos = |name: &str| {
        let score = midi::read(&sandbox.bytes(name)).unwrap().score;
        score.tempos.iter().map(|at| (at.tick, at.value)).collect::<Vec<_>>()
    };
    assert_eq!(tempos("new.mid"), [(0, 500_000)]);
    sandbox.succeed(&format!("{line} --with-primer -o whole.mid"));
    let whole = [(0, 500_000), (112 * 120, 3_000_000), (128 * 120, 500_000)];
    assert_eq!(tempos("whole.mid"), whole);
    // A tempo that is asked for is that of all of it.
    sandbox.succeed(&format!("{line} --with-primer --tempo 90 -o asked.mid"));
    assert_eq!(tempos("asked.mid"), [(0, 666_667)]);
    // The recipe holds the tempos of the primer, and gives the same bytes.
    sandbox.succeed("compose --model run --recipe whole.mid -o again.mid");
    assert_eq!(sandbox.bytes("again.mid"), sandbox.bytes("whole.mid"));
}

#[test]
fn without_a_model_the_one_within_the_program_composes() {
    let sandbox = Sandbox::new();
    sandbox.succeed("compose --bars 2 --seed 3 -o new.mid");
    let (recipe, score) = read(&sandbox, "new.mid");
    assert_eq!(recipe.model, Some(deep_jammer::model::built_in().fingerprint()));
    assert_eq!(recipe.model_name.as_deref(), Some("built-in"));
    assert!(!score.notes.is_empty(), "{recipe:?}");
    sandbox.succeed("compose --model built-in --bars 2 --seed 3 -o again.mid");
    assert_eq!(sandbox.bytes("again.mid"), sandbox.bytes("new.mid"));
}

#[test]
fn minutes_and_tempo_make_whole_measures() {
    let sandbox = Sandbox::new();
    sandbox.succeed(&format!("train PIECES --run run {TINY} --epochs 2"));
    sandbox.succeed("compose --model run --minutes 0.5 --tempo 90 --metre 4/4 --seed 1 -o new.mid");
    let (recipe, score) = read(&sandbox, "new.mid");
    // 45 quarters.
    assert_eq!((recipe.bars, recipe.tempo), (Some(11), Some(90.0)));
    assert_eq!((score.tempos.len(), score.tempos[0].value), (1, 666_667));
    assert_eq!(score.metres[0].value.to_string(), "4/4");
}

#[test]
fn a_metre_that_no_primer_has_is_taken_up_from_a_downbeat_and_said() {
    let sandbox = Sandbox::new();
    sandbox.succeed(&format!("train PIECES --run run {TINY} --epochs 2"));
    let minuet = "compose --model run --primer PIECES/minuet-in-g.mid --bars 3 --seed 1";
    let said = sandbox.messages(&format!("{minuet} --metre 5/4 -o new.mid"));
    assert!(said.contains("is in 3/4: after it the music goes on in 5/4"), "{said}");
    let (recipe, score) = read(&sandbox, "new.mid");
    assert_eq!(
        (recipe.metre.unwrap().to_string(), score.metres[0].value.to_string().as_str()),
        ("5/4".into(), "5/4")
    );
    let same = sandbox.messages(&format!("{minuet} --metre 3/4 -o same.mid"));
    assert!(!same.contains("goes on in"), "{same}");
    sandbox.succeed(&format!("{minuet} --metre 5/4 --with-primer -o whole.mid"));
    let (_, whole) = read(&sandbox, "whole.mid");
    let metres: Vec<_> = whole.metres.iter().map(|at| at.value.to_string()).collect();
    assert_eq!(metres, ["3/4", "5/4"]);
}

#[test]
fn a_key_moves_the_primer_and_a_mode_that_it_has_not_is_refused() {
    let sandbox = Sandbox::new();
    sandbox.succeed(&format!("train PIECES --run run {TINY} --epochs 2"));
    let minuet =
        "compose --model run --primer PIECES/minuet-in-g.mid --with-primer --bars 1 --seed 1";
    sandbox.succeed(&format!("{minuet} -o own.mid"));
    let said = sandbox.messages(&format!("{minuet} --key D -o new.mid"));
    assert!(said.contains("moved down by 5"), "{said}");
    let ((_, own), (recipe, new)) = (read(&sandbox, "own.mid"), read(&sandbox, "new.mid"));
    assert_eq!(recipe.key.unwrap().to_string(), "D major");
    assert_eq!(new.keys[0].value.to_string(), "D major");
    for (new, own) in new.notes.iter().zip(&own.notes).take(100) {
        assert_eq!((new.start, new.pitch + 5), (own.start, own.pitch));
    }
    let said = sandbox.fail(&format!("{minuet} --key Dm -o minor.mid"));
    assert!(said.contains("in G major") && said.contains("not made minor"), "{said}");
}

#[test]
fn the_best_of_several_is_named_and_can_be_composed_by_itself() {
    let sandbox = Sandbox::new();
    sandbox.succeed(&format!("train PIECES --run run {TINY} --epochs 2"));
    let said = sandbox.messages("compose --model run --bars 8 --seed 4 --best-of 5 -o best.mid");
    assert!(
        said.contains("best of 5, by itself --best-of 1 --seed") && said.contains("bars come back"),
        "{said}"
    );
    let (recipe, score) = read(&sandbox, "best.mid");
    let choosing = recipe.best_of.unwrap();
    assert_eq!((recipe.seed, choosing.of), (4, 5));
    let alone = format!("compose --model run --bars 8 --best-of 1 --seed {}", choosing.seed);
    sandbox.succeed(&format!("{alone} -o alone.mid"));
    assert_eq!(read(&sandbox, "alone.mid").1.notes, score.notes);
    sandbox.succeed("compose --model run --bars 8 --seed 4 --best-of 5 -o again.mid");
    assert_eq!(sandbox.bytes("again.mid"), sandbox.bytes("best.mid"));
    // Where nobody says how many, it is two,
    sandbox.succeed("compose --model run --bars 8 --seed 4 -o usual.mid");
    sandbox.succeed("compose --model run --bars 8 --seed 4 --best-of 2 -o two.mid");
    assert_eq!(sandbox.bytes("usual.mid"), sandbox.bytes("two.mid"));
    assert_eq!(read(&sandbox, "usual.mid").0.best_of.unwrap().of, 2);
    // but there must be music to judge by.
    sandbox.succeed("export --model run --without-music -o bare.safetensors");
    let said = sandbox.fail("compose --model bare.safetensors --best-of 2 -o no.mid");
    assert!(said.contains("--best-of") && said.contains("does not carry the music"), "{said}");
    sandbox.succeed("compose --model bare.safetensors --bars 8 --seed 4 -o bare.mid");
    assert_eq!(read(&sandbox, "bare.mid").0.best_of, None);
    // Where the music lies elsewhere it is only asked for if somebody says so: it may be gone tomorrow.
    sandbox.succeed(&format!("train PIECES --run poor {TINY} --epochs 1 --without-music"));
    sandbox.succeed("compose --model poor --bars 8 --seed 4 -o poor.mid");
    assert_eq!(read(&sandbox, "poor.mid").0.best_of, None);
    sandbox.succeed("compose --model poor --bars 8 --seed 4 --best-of 2 -o asked.mid");
    assert_eq!(read(&sandbox, "asked.mid").0.best_of.unwrap().of, 2);
}

#[cfg(unix)]
#[test]
fn music_without_end_is_written_part_by_part_until_it_is_interrupted() {
    let sandbox = Sandbox::new();
    sandbox.succeed(&format!("train PIECES --run run {TINY} --epochs 2"));
    let line = "compose --model run --endless --bars 2 --seed 6 -o new.mid";
    let mut command = sandbox.command(line);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    while !sandbox.path("new-3.mid").exists() {
        assert!(child.try_wait().unwrap().is_none(), "it goes on for ever");
        std::thread::yield_now();
    }
    signal(&child, "INT");
    assert_eq!(child.wait().unwrap().code(), Some(130));
    for part in 1..=3u64 {
        let (recipe, score) = read(&sandbox, &format!("new-{part}.mid"));
        assert_eq!((recipe.part, recipe.bars), (Some(part), Some(2)));
        assert_eq!(score.title, Some(format!("Deep Jammer, seed 6, part {part}")));
    }
    let names = sandbox.names();
    assert!(
        names.iter().all(|name| !name.starts_with(".deep-jammer")),
        "nothing half-written is left"
    );
    // What is there already stands in its way before any work is done.
    assert!(sandbox.fail(line).contains("new-1.mid already exists"));
}

#[test]
fn a_model_is_passed_on_in_half_the_size() {
    let sandbox = Sandbox::new();
    sandbox.succeed(&format!("train PIECES --run run {TINY} --epochs 2"));
    let printed = sandbox.succeed("export --model run --half -o half.safetensors");
    assert_eq!(printed.trim(), "half.safetensors");
    let [whole, half] = ["run/model.safetensors", "half.safetensors"]
        .map(|name| deep_jammer::model::read(&sandbox.path(name)).unwrap());
    assert_eq!((&half.primers, &half.training_music), (&whole.primers, &whole.training_music));
    assert_ne!(half.fingerprint(), whole.fingerprint());
    sandbox.succeed("compose --model half.safetensors --bars 2 --seed 1 -o new.mid");
    assert!(sandbox.fail("export --model run -o half.safetensors").contains("--force"));
    // Of three pieces in three metres none has enough of its kind.
    let said = sandbox.fail("export --model run --openings 4 -o short.safetensors");
    assert!(said.contains("no openings that can serve as primers"), "{said}");
    sandbox.succeed("export --model built-in --openings 9 -o short.safetensors");
    let short = deep_jammer::model::read(&sandbox.path("short.safetensors")).unwrap();
    assert_eq!(short.primers.len(), 9);
}

#[test]
fn only_what_is_new_is_judged_and_rests_at_the_end_are_kept() {
    let sandbox = Sandbox::new();
    sandbox.succeed(&format!("train PIECES --run run {TINY} --epochs 2"));
    let line = "compose --model run --primer PIECES/minuet-in-g.mid --bars 8 --seed 4 --best-of 3";
    sandbox.succeed(&format!("{line} -o new.mid"));
    sandbox.succeed(&format!("{line} -o whole.mid --with-primer"));
    let chosen = |name| read(&sandbox, name).0.best_of.unwrap();
    assert_eq!(chosen("whole.mid"), chosen("new.mid"));
    for name in ["new.mid", "whole.mid"] {
        // The piano's track ends with a bar line: the last delta times add up to whole measures.
        let bytes = sandbox.bytes(name);
        let file = midly::Smf::parse(&bytes).unwrap();
        let ticks: u32 = file.tracks[1].iter().map(|event| event.delta.as_int()).sum();
        let bars = if name == "new.mid" { 8 } else { 32 + 8 };
        assert_eq!(ticks, bars * 3 * 480, "{name}");
    }
}
