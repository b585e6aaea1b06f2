//! Two people take a whole survey in a real browser, and the report says what they have answered.

use super::server::Server;
use crate::chromium::Browser;
use crate::http::get;
use crate::sandbox::Sandbox;
use serde_json::{Value, json};
use std::path::Path;

/// By excerpt, in the order of the survey: the rating, and whether a human could have composed it.
type Answers = [(u8, bool); 4];

/// What the excerpts of a survey sound like, in its order; a participant cannot know it.
fn sounds(sandbox: &Sandbox) -> Vec<Vec<u8>> {
    let store = rusqlite::Connection::open(sandbox.path("surveys.sqlite")).unwrap();
    let mut query = store.prepare("SELECT sound FROM excerpts ORDER BY number").unwrap();
    let sounds = query.query_map([], |row| row.get(0)).unwrap();
    sounds.collect::<Result<_, _>>().unwrap()
}

/// Opens the survey in a window and begins; nothing where there is no browser.
fn begin(server: &Server, window: (u32, u32), sandbox: &Path) -> Option<Browser> {
    let address = format!("http://127.0.0.1:{}/s/{}", server.port, server.link("first"));
    let page = Browser::open(&address, window, sandbox)?;
    page.wait("it is said what is to come", |page| page.run(STAGE) == "welcome");
    assert!(page.text("#told").contains("some by a computer program"));
    assert_eq!((page.text("#how-many"), page.text("#how-long")), ("4".to_owned(), "1".to_owned()));
    page.click("#begin");
    page.wait("the first excerpt", |page| page.number("place") == 1.0);
    Some(page)
}

const STAGE: &str = "return document.body.dataset.stage";

/// Listens to the excerpt that is there and answers as its place in the survey asks for.
fn answer(page: &Browser, server: &Server, sounds: &[Vec<u8>], answers: &Answers) {
    let place = page.number("place");
    let disabled = "return document.getElementById('questions').disabled";
    assert_eq!(page.run(disabled), true, "nothing can be answered before it is heard");
    page.click("#play");
    page.wait("the excerpt is heard", |page| {
        page.run("return document.body.dataset.heard") == "true"
    });
    let who = page.run("return localStorage.getItem(localStorage.key(0))");
    let path = format!("/api/participants/{}/{place}/sound.wav", who.as_str().unwrap());
    let sound = get(server.port, &path).body;
    let (rating, human) = answers[sounds.iter().position(|it| *it == sound).unwrap()];
    page.click(&format!("#ratings input[value='{rating}']"));
    page.click(&format!(".human input[value='{}']", if human { "yes" } else { "no" }));
    assert!(page.is_within_the_window());
    page.click("#next");
    page.wait("it goes on", |page| {
        page.number("place") == place + 1.0 || page.run(STAGE) == "thanks"
    });
}

#[test]
fn two_people_take_a_whole_survey_and_the_report_has_the_figures_computed_by_hand() {
    let sandbox = Sandbox::with_survey();
    let server = Server::open(&sandbox);
    let sounds = sounds(&sandbox);
    let first: Answers = [(7, true), (5, false), (9, true), (8, true)];
    let second: Answers = [(4, false), (6, false), (8, true), (10, true)];

    const PHONE: (u32, u32) = (390, 844);
    let Some(page) = begin(&server, PHONE, sandbox.0.path()) else { return };
    for answered in 0..4 {
        if answered == 2 {
            // Closed in the middle of an excerpt, and opened again.
            page.click("#play");
            page.tell("POST", "refresh", json!({}));
            page.wait("the page is there again", |page| page.run(STAGE) == "excerpt");
            assert_eq!(page.text("#place"), "Excerpt 3 of 4");
        }
        answer(&page, &server, &sounds, &first);
    }
    assert_eq!(page.run(STAGE), "thanks");
    page.tell("POST", "refresh", json!({}));
    page.wait("nothing is left to answer", |page| page.run(STAGE) == "thanks");
    assert_eq!(page.faults(), [] as [String; 0]);
    drop(page);

    let Some(page) = begin(&server, (1280, 900), sandbox.0.path()) else { return };
    (0..4).for_each(|_| answer(&page, &server, &sounds, &second));
    assert_eq!(page.run(STAGE), "thanks");
    assert_eq!(page.faults(), [] as [String; 0]);
    drop(page);

    let report = sandbox.report("first");
    let figure = |of: &Value, name: &str| of.pointer(name).and_then(Value::as_f64).unwrap();
    let near = |of: &Value, name: &str, expected: f64| {
        let found = figure(of, name);
        assert!((found - expected).abs() < 5e-5, "{name}: {found} for {expected} in {of}");
    };
    assert_eq!((figure(&report, "/participants"), figure(&report, "/finished")), (2.0, 2.0));
    let excerpts = report["excerpts"].as_array().unwrap();
    for (excerpt, (mean, variance, believed)) in
        excerpts.iter().zip([(5.5, 4.5, 1.0), (5.5, 0.5, 0.0), (8.5, 0.5, 2.0), (9.0, 2.0, 2.0)])
    {
        near(excerpt, "/rating/mean", mean);
        let sd = figure(excerpt, "/rating/sd");
        assert!((sd * sd - variance).abs() < 1e-9, "{excerpt}");
        near(excerpt, "/believed/count", believed);
    }
    // 7, 5, 4, 6; by participant 6 and 5. Student's t for one degree of freedom is 12.7062.
    let ours = &report["models"][0];
    near(ours, "/rating/mean", 5.5);
    near(ours, "/rating/sd", 1.29099);
    near(ours, "/rating/interval/0", 5.5 - 0.5 * 12.7062);
    near(ours, "/rating/interval/1", 5.5 + 0.5 * 12.7062);
    near(ours, "/believed/share", 0.25);
    near(ours, "/believed/interval/0", 0.00631);
    near(ours, "/believed/interval/1", 0.80588);
    near(ours, "/preference/real_preferred", 2.0);
    // Nobody took the real ones for a machine's.
    let theirs = &report["models"][1];
    near(theirs, "/rating/mean", 8.75);
    near(theirs, "/believed/share", 1.0);
    near(theirs, "/believed/interval/0", 0.39764);
    near(theirs, "/taken_for_a_machines", 0.0);
    // Ranks 2, 1, 4, 3 and 1, 2, 3, 4: their sums 3, 3, 7, 7.
    near(&report, "/agreement/w", 0.8);
}

#[test]
fn the_organiser_sees_the_report_and_who_has_no_token_does_not() {
    let sandbox = Sandbox::with_survey();
    let server = Server::open(&sandbox);
    let address = format!("http://127.0.0.1:{}/organiser", server.port);
    let with_token = format!("{address}#{}", server.token);
    let Some(page) = Browser::open(&with_token, (1280, 900), sandbox.0.path()) else { return };
    let report = "return document.getElementById('report').textContent";
    page.wait("the report", |page| {
        page.run(report).as_str().unwrap().contains("Large with dropout")
    });
    let text = page.run(report);
    assert!(text.as_str().unwrap().contains("theirs (real)"), "{text}");
    assert_eq!(page.faults(), [] as [String; 0]);
    drop(page);
    let Some(page) = Browser::open(&address, (1280, 900), sandbox.0.path()) else { return };
    page.wait("it is refused", |page| page.text("#status").contains("for the organiser"));
    assert_eq!(page.run(report), "");
}
