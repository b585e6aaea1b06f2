//! The studio answers the requests that its page makes.

use super::server::{Studio, sandbox};
use crate::http::{Answer, ask, get, post};
use deep_jammer::midi;
use deep_jammer::roll::{Keys, Roll, Step};
use deep_jammer::score::{At, Note};
use serde_json::{Value, json};

fn begin(studio: &Studio, how: Value) -> Value {
    let begun = post(studio.port, "/api/pieces", &how);
    assert_eq!(begun.status, 201, "{}", begun.text());
    begun.json()
}

fn name(piece: &Value) -> String {
    format!("/api/pieces/{}", piece["piece"].as_str().unwrap())
}

fn measures(music: &Value) -> &Vec<Value> {
    music["measures"].as_array().unwrap()
}

/// The step after the last of some measures.
fn end(music: &Value) -> u64 {
    let last = measures(music).last().unwrap();
    last["step"].as_u64().unwrap() + last["steps"].as_u64().unwrap()
}

fn go_on(studio: &Studio, piece: &str, from: u64, count: u64) -> Answer {
    post(studio.port, &format!("{piece}/measures"), &json!({ "from": from, "count": count }))
}

#[test]
fn measures_follow_each_other_and_say_the_same_when_asked_again() {
    let studio = Studio::open("");
    let begun = begin(&studio, json!({ "seed": 5, "metre": "3/4", "tempo": 120 }));
    let piece = name(&begun);
    assert_eq!(begun["seed"], 5);
    let mut from = end(&begun);
    let mut heard = Vec::new();
    for _ in 0..5 {
        let music = go_on(&studio, &piece, from, 2).json();
        assert_eq!(measures(&music).len(), 2);
        assert_eq!(music, go_on(&studio, &piece, from, 2).json());
        for measure in measures(&music) {
            assert_eq!((&measure["metre"], &measure["steps"]), (&json!("3/4"), &json!(12)));
            assert_eq!(measure["seconds"], 0.125);
        }
        heard.extend(measures(&music).clone());
        from = end(&music);
    }
    // Every key that ends was struck before.
    let mut open = std::collections::BTreeSet::new();
    let pitches = |measure: &Value, what: &str, step: u64| -> Vec<u64> {
        let all = measure[what].as_array().unwrap().iter();
        all.filter(|at| at[0] == step).map(|at| at[1].as_u64().unwrap()).collect()
    };
    for measure in measures(&begun).iter().chain(&heard) {
        for step in 0..measure["steps"].as_u64().unwrap() {
            for pitch in pitches(measure, "ends", step) {
                assert!(open.remove(&pitch), "{pitch} ends and was not there");
            }
            for pitch in pitches(measure, "strikes", step) {
                assert!(open.insert(pitch), "{pitch} is struck and there already");
            }
        }
    }
    // The same seed, the same piece, for another listener.
    let again = begin(&studio, json!({ "seed": 5, "metre": "3/4", "tempo": 120 }));
    assert_eq!(again["measures"], begun["measures"]);
    assert_ne!(again["piece"], begun["piece"]);
    assert_eq!(go_on(&studio, &piece, 1_000_000, 1).status, 409);
    assert_eq!(go_on(&studio, &piece, from + 1, 1).status, 409);
    assert_eq!(go_on(&studio, &piece, from - 1, 1).status, 400);
    assert_eq!(go_on(&studio, &piece, from, 100).status, 400);
}

#[test]
fn what_is_changed_holds_from_its_measure_on_and_can_be_taken_back() {
    let studio = Studio::open("");
    let begun = begin(&studio, json!({ "seed": 8, "metre": "4/4" }));
    let piece = name(&begun);
    let from = end(&begun);
    let plain = go_on(&studio, &piece, from, 4).json();
    let change = |what: Value| post(studio.port, &format!("{piece}/changes"), &what);
    let changed = change(json!({ "step": from, "tempo": 60, "metre": "6/8" })).json();
    let first = &measures(&changed)[0];
    assert_eq!((&first["step"], &first["metre"]), (&json!(from), &json!("6/8")));
    assert_eq!((&first["steps"], &first["seconds"]), (&json!(12), &json!(0.25)));
    let forked = change(json!({ "step": from, "seed": 77 })).json();
    assert_eq!(measures(&forked)[0]["metre"], "6/8");
    let back = || post(studio.port, &format!("{piece}/changes/last"), &json!({}));
    assert_eq!(back().json()["measures"], changed["measures"]);
    assert_eq!(back().status, 200);
    let again = go_on(&studio, &piece, from, 4).json();
    assert_eq!(again["measures"], plain["measures"]);
    assert_eq!(back().status, 409, "nothing is left to take back");
    for (what, word) in [
        (json!({ "step": from, "temperature": 99 }), "temperature"),
        (json!({ "step": from, "tempo": 1 }), "tempo"),
        (json!({ "step": from, "metre": "7/7" }), "metre"),
        (json!({ "step": from, "volume": 1 }), "volume"),
        (json!({ "step": -4 }), "step"),
    ] {
        let refused = change(what);
        assert!((400..500).contains(&refused.status), "{}", refused.text());
        assert!(refused.json()["error"].as_str().unwrap().contains(word), "{}", refused.text());
    }
}

#[test]
fn files_hold_what_was_heard_and_the_command_line_repeats_it() {
    let studio = Studio::open("");
    let begun = begin(&studio, json!({ "seed": 3, "temperature": 0.9 }));
    let piece = name(&begun);
    let music = go_on(&studio, &piece, end(&begun), 3).json();
    let step = measures(&music)[1]["step"].as_u64().unwrap();
    let what = json!({ "step": step, "tempo": 150, "density": 1.5 });
    let music = post(studio.port, &format!("{piece}/changes"), &what).json();
    let until = end(&music);
    let file = |kind: &str| get(studio.port, &format!("{piece}/music.{kind}?until={until}"));
    let downloaded = file("mid");
    assert_eq!(downloaded.header("content-type"), Some("audio/midi"));
    let score = midi::read(&downloaded.body).unwrap().score;
    assert!(!score.notes.is_empty());
    let wav = file("wav");
    let wav = hound::WavReader::new(&wav.body[..]).unwrap();
    assert!(wav.duration() > 44_100);
    assert_eq!(&file("png").body[1..4], b"PNG");
    assert!(file("svg").text().contains("<svg"));
    assert!(file("musicxml").text().contains("<score-partwise"));
    assert_eq!(file("exe").status, 400);

    let recipe = get(studio.port, &format!("{piece}/recipe?until={until}"));
    sandbox().write("recipe.txt", &recipe.body);
    let line = "compose --model run --recipe recipe.txt -o again.mid --force";
    sandbox().succeed(line);
    let again = midi::read(&sandbox().bytes("again.mid")).unwrap().score;
    assert_eq!(
        (again.notes, again.tempos, again.metres),
        (score.notes, score.tempos, score.metres)
    );
    // So does the file itself, which has the recipe in it.
    sandbox().write("heard.mid", &downloaded.body);
    let line = "compose --model run --recipe heard.mid -o once-more.mid --force";
    sandbox().succeed(line);
    let bytes = |name| sandbox().bytes(name);
    assert_eq!(bytes("once-more.mid"), bytes("again.mid"));

    // In the studio, too.
    let repeated = begin(&studio, json!({ "recipe": recipe.text() }));
    let again = get(studio.port, &format!("{}/music.mid?until={until}", name(&repeated)));
    assert_eq!(again.body, downloaded.body);
    assert_eq!(post(studio.port, "/api/pieces", &json!({ "recipe": "{}" })).status, 422);
}

#[test]
fn music_of_ones_own_is_gone_on_from() {
    let studio = Studio::open("");
    let minuet =
        std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/pieces/minuet-in-g.mid")).unwrap();
    let roll = Roll::from_score(&midi::read(&minuet).unwrap().score).unwrap().roll;
    let begun = ask(studio.port, "POST", "/api/pieces/midi?seed=1", &[], &minuet);
    assert_eq!(begun.status, 201, "{}", begun.text());
    let begun = begun.json();
    assert_eq!(begun["metre"], "3/4");
    // The last four measures of it, then what is new.
    assert_eq!(begun["lead_in"], 48);
    let strikes = |measure: &Value| measure["strikes"].as_array().unwrap().len();
    let last = roll.len() - 12;
    let expected = roll.steps()[last..].iter().map(|step| step.articulate.count()).sum::<usize>();
    assert_eq!(strikes(&measures(&begun)[3]), expected);

    let notes = json!([
        { "pitch": 60, "start": 1.0, "seconds": 0.4 },
        { "pitch": 64, "start": 1.5, "seconds": 0.4 },
        { "pitch": 67, "start": 2.0, "seconds": 0.9 },
    ]);
    let how = json!({ "notes": notes, "tempo": 120, "metre": "4/4", "seed": 2 });
    let begun = begin(&studio, how);
    let expected = json!([[0, 60], [4, 64], [8, 67]]);
    let first = &measures(&begun)[0]["strikes"];
    // At 120 quarters a minute a quarter lasts half a second.
    assert_eq!(first.as_array().unwrap()[..3], expected.as_array().unwrap()[..], "{first}");
    for notes in [
        json!([]),
        json!([{ "pitch": 200, "start": 0.0, "seconds": 1.0 }]),
        json!([{ "pitch": 60, "start": 1e9, "seconds": 1.0 }]),
    ] {
        let refused = post(studio.port, "/api/pieces", &json!({ "notes": notes }));
        assert_eq!(refused.status, 422, "{}", refused.text());
    }
    let one = json!([{ "pitch": 60, "start": 0.0, "seconds": 1.0 }]);
    let refused = post(studio.port, "/api/pieces", &json!({ "notes": one, "metre": "255/1" }));
    assert_eq!(refused.status, 422, "{}", refused.text());
    // Music at a tempo that nobody plays is gone on with at one that somebody could.
    let mut score = midi::read(&minuet).unwrap().score;
    score.tempos = vec![At { tick: 0, value: 1 }];
    let begun = ask(studio.port, "POST", "/api/pieces/midi", &[], &midi::write(&score));
    assert_eq!((begun.status, begun.json()["tempo"].as_f64()), (201, Some(300.0)));
}

#[test]
fn a_file_goes_on_in_its_own_tempo_and_what_is_not_heard_of_it_is_said() {
    let studio = Studio::open("");
    let mut roll = Roll::new("4/4".parse().unwrap());
    for (steps, tempo) in [(112, 500_000), (16, 2_000_000)] {
        roll.change_tempo(roll.len(), tempo);
        for step in 0..steps {
            let keys = Keys::from_iter([40 + step % 12]);
            roll.push(Step { play: keys, articulate: keys });
        }
    }
    let mut score = roll.to_score(None, &[]);
    score.notes.push(Note { start: 15_000, pitch: 3, length: 100, velocity: 64 });
    score.notes.sort();
    let begun = ask(studio.port, "POST", "/api/pieces/midi?seed=1", &[], &midi::write(&score));
    assert_eq!(begun.status, 201, "{}", begun.text());
    let begun = begun.json();
    assert_eq!(begun["notices"], json!(["1 note is outside the 88 keys and is left out"]));
    assert_eq!(begun["tempo"], 120.0);
    // Of the four measures of the file that are played the last is as slow as it is there.
    let seconds = measures(&begun).iter().map(|measure| measure["seconds"].as_f64().unwrap());
    assert_eq!(seconds.take(5).collect::<Vec<_>>(), [0.125, 0.125, 0.125, 0.5, 0.125]);
    assert_eq!(begin(&studio, json!({}))["notices"], json!([]));
}

#[test]
fn a_full_studio_says_so_and_a_seat_that_is_left_is_free() {
    let studio = Studio::open("--listeners 2");
    let (first, _second) = (begin(&studio, json!({})), begin(&studio, json!({})));
    let refused = post(studio.port, "/api/pieces", &json!({}));
    assert_eq!(refused.status, 503);
    assert!(refused.text().contains("full"), "{}", refused.text());
    assert!(refused.header("retry-after").is_some());
    // Who is seated can begin anew: in the seat that is left for it.
    let instead = json!({ "instead_of": first["piece"] });
    let first = begin(&studio, instead.clone());
    assert_eq!(post(studio.port, "/api/pieces", &instead).status, 503, "that one is gone");
    assert_eq!(ask(studio.port, "DELETE", &name(&first), &[], b"").status, 204);
    begin(&studio, json!({}));
    assert_eq!(go_on(&studio, &name(&first), 0, 1).status, 404);
    assert_eq!(post(studio.port, &name(&first), &json!({})).status, 404);
}

#[test]
fn nobody_is_composed_for_hours_ahead() {
    let studio = Studio::open("");
    let begun = begin(&studio, json!({ "seed": 1, "tempo": 60, "metre": "4/4" }));
    let piece = name(&begun);
    let mut from = end(&begun);
    // At this tempo a measure lasts four seconds.
    for _ in 0..40 {
        let answer = go_on(&studio, &piece, from, 1);
        if answer.status == 429 {
            assert!(from / 16 * 4 >= 80, "refused after {from} steps");
            assert!(answer.header("retry-after").is_some());
            // A change that could not be heard yet is not made.
            let recipe = || get(studio.port, &format!("{piece}/recipe")).text();
            let before = recipe();
            let change = json!({ "step": from, "temperature": 0.5 });
            assert_eq!(post(studio.port, &format!("{piece}/changes"), &change).status, 429);
            assert_eq!(recipe(), before);
            return;
        }
        from = end(&answer.json());
    }
    panic!("{from} steps were composed at once");
}
