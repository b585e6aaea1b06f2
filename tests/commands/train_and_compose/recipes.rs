//! Recipes: a piece is composed again to the same bytes, whoever made it and in whatever format.
//!
//! `tests/recipes/` holds a small model, trained on the three pieces of the repository, and what version
//! 0.1.0 of before the recipes had a format number composed with it: `compose` in all its ways, and
//! the studio.

use crate::sandbox::{PIECES, Sandbox, said};
use deep_jammer::composing::{LeadIn, Opening, Recipe};
use deep_jammer::midi;
use deep_jammer::primer::Primer;
use deep_jammer::roll::Roll;
use deep_jammer::score::At;
use std::fs;
use std::path::Path;

const RECIPES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/recipes");

/// A sandbox in which the files of old lie, with the model and the pieces by the names that their
/// recipes have for them.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    for entry in fs::read_dir(RECIPES).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, sandbox.path(path.file_name().unwrap().to_str().unwrap())).unwrap();
    }
    fs::create_dir(sandbox.path("pieces")).unwrap();
    for entry in fs::read_dir(PIECES).unwrap() {
        let path = entry.unwrap().path();
        let name = Path::new("pieces").join(path.file_name().unwrap());
        fs::copy(&path, sandbox.path(name.to_str().unwrap())).unwrap();
    }
    sandbox
}

/// What has to be given with the recipe of a file.
fn options(name: &str) -> &str {
    match name {
        "markov.mid" => "",
        "markov-own.mid" => "--primer pieces/prelude-in-c.mid",
        "own-moved.mid" => "--model model.safetensors --primer pieces/study-in-d.mid",
        "with-primer.mid" => "--model model.safetensors --primer pieces/minuet-in-g.mid",
        name if name.starts_with("endless") => {
            "--model model.safetensors --primer pieces/minuet-in-g.mid"
        }
        _ => "--model model.safetensors",
    }
}

#[test]
fn what_was_composed_before_recipes_had_a_format_number_is_composed_again_to_the_byte() {
    let sandbox = sandbox();
    let mut replayed = 0;
    for entry in fs::read_dir(RECIPES).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if !name.ends_with(".mid") {
            continue;
        }
        sandbox
            .succeed(&format!("compose --recipe {name} {} -o again.mid --force", options(&name)));
        assert!(sandbox.bytes("again.mid") == sandbox.bytes(&name), "{name}");
        replayed += 1;
    }
    assert_eq!(replayed, 19);
    // A recipe that was copied out of the studio as well.
    sandbox.succeed(
        "compose --recipe studio-shaped.txt --model model.safetensors -o again.mid --force",
    );
    assert!(sandbox.bytes("again.mid") == sandbox.bytes("studio-shaped.mid"));
}

#[test]
fn every_piece_of_compose_is_composed_again_from_its_file_to_the_byte() {
    let sandbox = sandbox();
    let with = "--model model.safetensors";
    let lines = [
        (format!("{with} --seed 7 --bars 5 -o a.mid"), "a.mid"),
        (
            format!("{with} --seed 1 --minutes 0.2 --temperature 0.8 --repeats 0.6 -n 3 -o n.mid"),
            "n-2.mid",
        ),
        (format!("{with} --seed 2 --bars 4 --best-of 8 --key F --tempo 92.5 -o b.mid"), "b.mid"),
        (format!("{with} --seed 3 --bars 4 --best-of 1 --metre 5/4 -o c.mid"), "c.mid"),
        (
            format!(
                "{with} --seed 4 --bars 3 --primer pieces/minuet-in-g.mid --with-primer -o d.mid"
            ),
            "d.mid",
        ),
        (
            "--model markov --learn pieces --seed 5 --bars 4 --best-of 3 -o e.mid".to_owned(),
            "e.mid",
        ),
    ];
    for (line, name) in lines {
        sandbox.succeed(&format!("compose {line}"));
        // All that it needs is in its recipe, but for the model.
        let with = if line.contains("markov") { "" } else { with };
        sandbox.succeed(&format!("compose --recipe {name} {with} -o again.mid --force"));
        assert!(sandbox.bytes("again.mid") == sandbox.bytes(name), "{line}");
        // The text of the recipe does as well.
        let text = midi::read(&sandbox.bytes(name)).unwrap().score.texts.remove(0);
        let json = Recipe::from_text(&text).unwrap().to_json();
        fs::write(sandbox.path("recipe.txt"), json + "\n").unwrap();
        sandbox.succeed(&format!("compose --recipe recipe.txt {with} -o again.mid --force"));
        assert!(sandbox.bytes("again.mid") == sandbox.bytes(name), "{line}");
    }
}

#[test]
fn a_long_primer_is_named_by_its_recipe_and_has_to_be_given_again() {
    let sandbox = sandbox();
    let with = "--model model.safetensors";
    let prelude = "--primer pieces/prelude-in-c.mid";
    sandbox.succeed(&format!("compose {with} {prelude} --seed 3 --bars 3 -o long.mid"));
    let text = midi::read(&sandbox.bytes("long.mid")).unwrap().score.texts.remove(0);
    let recipe = Recipe::from_text(&text).unwrap();
    let Opening::File(file) = &recipe.opening else { panic!("{recipe:?}") };
    assert_eq!((file.name.as_str(), recipe.lead_in), ("prelude-in-c", LeadIn::None));
    let again = format!("compose --recipe long.mid {with} -o again.mid");
    let said = sandbox.fail(&again);
    assert!(said.contains("\"prelude-in-c\"") && said.contains("--primer FILE.mid"), "{said}");
    let said = sandbox.fail(&format!("{again} --primer pieces/minuet-in-g.mid"));
    assert!(said.contains(&file.fingerprint) && said.contains("--primer pieces/min"), "{said}");
    sandbox.succeed(&format!("{again} {prelude}"));
    assert!(sandbox.bytes("again.mid") == sandbox.bytes("long.mid"));
    // Where nothing is missing, nothing can be given.
    sandbox.succeed(&format!("compose {with} --seed 3 --bars 3 -o short.mid"));
    let said = sandbox.fail(&format!("compose --recipe short.mid {with} {prelude} -o x.mid"));
    assert!(said.contains("leave --primer out"), "{said}");
}

#[test]
fn a_recipe_of_before_names_a_long_primer_by_its_mean_tempo_and_goes_on_in_it() {
    let sandbox = sandbox();
    let prelude = fs::read(Path::new(PIECES).join("prelude-in-c.mid")).unwrap();
    let mut score = midi::read(&prelude).unwrap().score;
    // The second half is half as fast.
    let tempos = [(0, 600_000), (score.end() / 2, 1_200_000)];
    score.tempos = tempos.map(|(tick, value)| At { tick, value }).to_vec();
    sandbox.write("slow.mid", midi::write(&score));
    let with = "--model model.safetensors --primer slow.mid";
    let tempo = |name: &str| midi::read(&sandbox.bytes(name)).unwrap().score.tempos[0].value;
    sandbox.succeed(&format!("compose {with} --seed 3 --bars 3 -o new.mid"));
    assert_eq!(tempo("new.mid"), 1_200_000);
    let text = midi::read(&sandbox.bytes("new.mid")).unwrap().score.texts.remove(0);
    let Opening::File(file) = Recipe::from_text(&text).unwrap().opening else { panic!("{text}") };

    // Before, it was heard in its mean tempo.
    let found = Roll::from_score(&score).unwrap();
    let mut primer = Primer { source: file.name, roll: found.roll };
    assert_eq!(primer.fingerprint(), file.fingerprint);
    primer.roll.set_tempo(found.mean_tempo);
    let before = text.replace(&file.fingerprint, &primer.fingerprint());
    assert_ne!(before, text);
    sandbox.write("before.txt", before);
    sandbox.succeed(&format!("compose --recipe before.txt {with} -o before.mid"));
    assert_eq!(tempo("before.mid"), found.mean_tempo);
}

#[test]
fn a_recipe_is_not_played_by_another_model_and_the_one_it_is_for_is_named() {
    let sandbox = sandbox();
    for name in ["asked.mid", "studio-plain.mid"] {
        let said = sandbox.fail(&format!("compose --recipe {name} -o again.mid"));
        assert!(said.contains("b3c6e0a7b0fc") && said.contains("--model"), "{name}: {said}");
    }
    // A chain that has learned from something else is another model, too.
    let said =
        sandbox.fail("compose --recipe markov.mid --learn pieces/minuet-in-g.mid -o again.mid");
    assert!(said.contains("for the model markov ("), "{said}");
    fs::remove_dir_all(sandbox.path("pieces")).unwrap();
    let said = sandbox.fail("compose --recipe markov.mid -o again.mid");
    assert!(said.contains("pieces does not exist"), "{said}");
}

#[test]
fn a_recipe_writes_every_kind_of_file_and_says_how_the_piece_came_about() {
    let sandbox = sandbox();
    let line = "compose --recipe best-of-eight.mid --model model.safetensors -o a.mid -o a.svg";
    let output = sandbox.finish(line);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "a.mid\na.svg\n");
    assert!(said(&output).contains("best of 8, by itself --best-of 1 --seed 674969543"));
    let svg = String::from_utf8(sandbox.bytes("a.svg")).unwrap();
    assert!(svg.contains("Deep Jammer, seed 21"));
}
