//! The survey refuses bad requests and says why.

use super::server::{SECONDS, Server};
use crate::http::{Answer, ask, get, post};
use crate::sandbox::Sandbox;
use deep_jammer::survey::{Disclosure, Excerpt, Refusal, Store, Survey};
use serde_json::json;

const DAY: i64 = 24 * 3600 * 1000;

fn refused(answer: Answer, status: u16, word: &str) {
    assert_eq!(answer.status, status, "{}", answer.text());
    let reason = answer.json()["error"].as_str().unwrap().to_owned();
    assert!(reason.contains(word), "{reason}");
}

#[test]
fn the_sound_of_an_excerpt_can_be_had_in_parts() {
    let sandbox = Sandbox::with_survey();
    let server = Server::open(&sandbox);
    let who = server.join("first");
    let whole = server.fetch(&who, 1);
    assert_eq!((whole.status, whole.header("accept-ranges")), (200, Some("bytes")));
    let path = format!("/api/participants/{who}/1/sound.wav");
    let part = ask(server.port, "GET", &path, &[("Range", "bytes=0-1")], b"");
    let all = whole.body.len();
    let told = format!("bytes 0-1/{all}");
    assert_eq!((part.status, part.header("content-range")), (206, Some(&*told)));
    assert_eq!(part.body, whole.body[..2]);
    let from = format!("bytes={all}-");
    assert_eq!(ask(server.port, "GET", &path, &[("Range", &from)], b"").status, 416);
}

#[test]
fn a_database_of_something_else_is_left_as_it_is() {
    let sandbox = Sandbox::with_survey();
    let path = sandbox.path("other.db");
    let other = rusqlite::Connection::open(&path).unwrap();
    other
        .execute_batch("CREATE TABLE songs (name TEXT); INSERT INTO songs VALUES ('one');")
        .unwrap();
    drop(other);
    let before = std::fs::read(&path).unwrap();
    let said = sandbox.fail("survey list --store other.db");
    assert!(said.contains("other.db") && said.contains("something else"), "{said}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn ratings_unheard_out_of_range_or_given_twice_are_refused() {
    let sandbox = Sandbox::with_survey();
    let server = Server::open(&sandbox);
    let who = server.join("first");
    let good = json!({ "rating": 7, "human": true });
    refused(server.rate(&who, 1, good.clone()), 409, "listen to the excerpt");
    refused(server.heard(&who, 1), 409, "listen to the excerpt");
    assert_eq!(server.fetch(&who, 1).status, 200);
    // Fetched is not heard.
    refused(server.heard(&who, 1), 409, "listen to the excerpt");
    refused(server.rate(&who, 1, good.clone()), 409, "listen to the excerpt");
    server.listen(&who, [1]);
    for rating in [0, 11, -1, 1_000_000] {
        refused(server.rate(&who, 1, json!({ "rating": rating, "human": true })), 422, "1 to 10");
    }
    for nonsense in [json!({ "rating": 7 }), json!({ "rating": "7", "human": true }), json!([])] {
        assert_eq!(server.rate(&who, 1, nonsense).status, 400);
    }
    assert_eq!(server.rate(&who, 1, good.clone()).status, 204);
    refused(server.rate(&who, 1, json!({ "rating": 1, "human": false })), 409, "already");
    refused(server.rate(&who, 2, good.clone()), 409, "listen to the excerpt");
    refused(server.rate(&who, 9, good.clone()), 404, "no excerpt 9");
    assert_eq!(server.rate(&who, 0, good).status, 400);
    let report = sandbox.report("first");
    assert_eq!((report["answers"].as_u64(), report["participants"].as_u64()), (Some(1), Some(1)));
    let rated: Vec<_> = report["excerpts"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| !it["rating"].is_null())
        .collect();
    assert_eq!(
        (rated.len(), rated[0]["rating"]["mean"].as_f64()),
        (1, Some(7.0)),
        "the first counts"
    );
}

#[test]
fn forged_participants_and_those_of_a_survey_that_is_over_are_refused() {
    let sandbox = Sandbox::with_survey();
    let server = Server::open(&sandbox);
    let who = server.join("first");
    let forged = "0".repeat(who.len());
    let good = json!({ "rating": 7, "human": true });
    for name in [&forged[..], "x", "1", "%27%20OR%201=1"] {
        refused(server.rate(name, 1, good.clone()), 403, "no such participant");
        refused(server.fetch(name, 1), 403, "no such participant");
        refused(get(server.port, &format!("/api/participants/{name}")), 403, "no such participant");
    }
    refused(
        post(server.port, "/api/surveys/nowhere/participants", &json!({})),
        404,
        "no such survey",
    );
    server.listen(&who, [1]);
    sandbox.succeed("survey close first");
    refused(server.rate(&who, 1, good), 403, "closed");
    let link = server.link("first");
    refused(
        post(server.port, &format!("/api/surveys/{link}/participants"), &json!({})),
        403,
        "closed",
    );
    assert!(sandbox.succeed("survey list").contains("closed"));
}

#[test]
fn a_participant_goes_stale_after_thirty_days() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open_or_make(&folder.path().join("surveys")).unwrap();
    let excerpt = |title: &str, real| Excerpt {
        model: "m".to_owned(),
        real,
        title: title.to_owned(),
        sound: vec![0; 8],
    };
    let survey = Survey { name: "s", told: Disclosure::Mixed, seconds: 2.0 };
    let link = store.make(&survey, &[excerpt("a", false), excerpt("b", true)], 0).unwrap();
    let who = store.join(&link, 1000).unwrap();
    store.sound(&who, 0, 2000).unwrap();
    assert!(matches!(store.heard(&who, 0, 3000), Err(Refusal::NotHeard)), "after half of it");
    store.heard(&who, 0, 4000).unwrap();
    assert!(matches!(store.answer(&who, 0, (5, true), 1001 + 30 * DAY), Err(Refusal::Expired)));
    assert!(store.answers("s").unwrap().is_empty());
    store.answer(&who, 0, (5, true), 1000 + 30 * DAY).unwrap();
    assert_eq!(store.answers("s").unwrap()[0].at, 1000 + 30 * DAY);
}

#[test]
fn what_cannot_be_a_survey_is_said() {
    let sandbox = Sandbox::with_survey();
    let real = "--real PIECES";
    let ours = "--generated PIECES/study-in-d.mid";
    let says = |line: String, word: &str| {
        let said = sandbox.fail(&line);
        assert!(said.contains(word), "{line}: {said}");
    };
    says(format!("survey new first {ours} {real} --seconds {SECONDS}"), "already");
    says(format!("survey new other {real}"), "--compose");
    says(format!("survey new other {ours} {real} --seconds 0"), "--seconds");
    says(format!("survey new other {ours} {real} --seconds 250"), "250 seconds");
    says(format!("survey new other {ours} --real nowhere"), "nowhere");
    says("survey report nobody".to_owned(), "there is first");
    says("survey serve --store nowhere.sqlite".to_owned(), "no surveys in nowhere.sqlite");
    std::fs::write(
        sandbox.path("text"),
        "this is no database, and it is long enough to be none".repeat(20),
    )
    .unwrap();
    says("survey list --store text".to_owned(), "text is not a usable file");
    assert_eq!(sandbox.succeed("survey list").lines().count(), 1);
}
