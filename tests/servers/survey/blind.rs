//! Nothing tells a participant which excerpts are real, or what others have answered.

use super::server::Server;
use crate::http::{Answer, ask, get};
use crate::sandbox::Sandbox;
use serde_json::json;
use std::collections::BTreeSet;

/// The head of an answer without its date.
fn head(answer: &Answer) -> String {
    answer.head.lines().filter(|line| !line.to_lowercase().starts_with("date:")).collect()
}

#[test]
fn excerpts_have_one_size_one_head_one_loudness_and_no_names() {
    let sandbox = Sandbox::with_survey();
    let server = Server::open(&sandbox);
    let who = server.join("first");
    let sounds: Vec<Answer> = (1..=4).map(|place| server.fetch(&who, place)).collect();
    for sound in &sounds {
        assert_eq!((sound.status, head(sound)), (200, head(&sounds[0])));
        assert_eq!(sound.body.len(), sounds[0].body.len());
        assert_eq!(sound.body[..44], sounds[0].body[..44], "the head of the WAV file");
        for name in ["ours", "theirs", "study", "minuet", "seed"] {
            assert!(!sound.body.windows(name.len()).any(|it| it == name.as_bytes()), "{name}");
        }
    }
    let different: BTreeSet<_> = sounds.iter().map(|sound| &sound.body).collect();
    assert!(different.len() >= 3, "they are different music");
    let loudness = sounds.iter().map(|sound| {
        let samples = hound::WavReader::new(&sound.body[..]).unwrap().into_samples::<i16>();
        let samples: Vec<f32> = samples.map(|it| f32::from(it.unwrap()) / 32768.0).collect();
        let mut meter = ebur128::EbuR128::new(2, 44_100, ebur128::Mode::I).unwrap();
        meter.add_frames_f32(&samples).unwrap();
        meter.loudness_global().unwrap()
    });
    let loudness: Vec<f64> = loudness.collect();
    let (least, most) = loudness.iter().fold((0f64, -99f64), |(l, m), &it| (l.min(it), m.max(it)));
    assert!(most - least < 0.05, "{loudness:?}");
}

#[test]
fn the_page_and_where_one_stands_are_the_same_whatever_the_excerpts_are() {
    let sandbox = Sandbox::with_survey();
    sandbox.succeed(
        "survey new second --generated PIECES --real PIECES/study-in-d.mid --most 3 --seconds 1",
    );
    let server = Server::open(&sandbox);
    let pages: Vec<Answer> = ["first", "second"]
        .map(|name| get(server.port, &format!("/s/{}", server.link(name))))
        .into_iter()
        .collect();
    assert!(pages[0].status == 200 && pages[0].body == pages[1].body);
    let stands = |name: &str| get(server.port, &format!("/api/participants/{}", server.join(name)));
    let (one, other) = (stands("first"), stands("second"));
    assert_eq!(one.text(), other.text());
    let nothing = json!({ "heard": false, "answered": false });
    let expected = json!({ "told": "mixed", "seconds": 1.0, "turns": vec![nothing; 4] });
    assert_eq!(one.json(), expected);
}

#[test]
fn the_order_is_drawn_for_each_participant() {
    let sandbox = Sandbox::with_survey();
    let server = Server::open(&sandbox);
    let orders: BTreeSet<Vec<Vec<u8>>> = (0..12)
        .map(|_| {
            let who = server.join("first");
            (1..=4).map(|place| server.fetch(&who, place).body).collect()
        })
        .collect();
    // Twelve of at least twelve orders: to draw only one or two of them is less likely than 10⁻⁷.
    assert!(orders.len() > 2, "{}", orders.len());
    let excerpts: BTreeSet<Vec<&Vec<u8>>> = orders
        .iter()
        .map(|order| {
            let mut sorted: Vec<_> = order.iter().collect();
            sorted.sort();
            sorted
        })
        .collect();
    assert_eq!(excerpts.len(), 1, "all hear the same excerpts");
}

#[test]
fn only_the_organiser_sees_reports() {
    let sandbox = Sandbox::with_survey();
    let server = Server::open(&sandbox);
    let who = server.join("first");
    for path in ["surveys", "surveys/first", "surveys/nowhere"] {
        for token in ["", "x", &who, &"0".repeat(32), server.link("first")] {
            assert_eq!(server.organise(path, token).status, 403, "{path} with {token:?}");
        }
        assert_eq!(get(server.port, &format!("/api/organiser/{path}")).status, 403);
        let other = [("Authorization", &*format!("Basic {}", server.token))];
        assert_eq!(
            ask(server.port, "GET", &format!("/api/organiser/{path}"), &other, b"").status,
            403
        );
    }
    let report = server.organise("surveys/first", &server.token);
    assert_eq!((report.status, report.json()), (200, sandbox.report("first")));
    assert_eq!(server.organise("surveys/nowhere", &server.token).status, 404);
    let page = get(server.port, "/organiser");
    assert!(
        page.status == 200
            && !page.text().contains("theirs")
            && !page.text().contains(&server.token)
    );
    // Another server has another token.
    let other = Server::open(&sandbox);
    assert_eq!(other.organise("surveys", &server.token).status, 403);
}
