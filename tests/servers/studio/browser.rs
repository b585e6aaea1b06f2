//! The page works in a real browser.

use super::server::{Studio, sandbox};
use crate::chromium::Browser;
use serde_json::json;
use std::time::Duration;

fn page(studio: &Studio) -> String {
    format!("http://127.0.0.1:{}/", studio.port)
}

const DESKTOP: (u32, u32) = (1280, 900);
const PHONE: (u32, u32) = (390, 844);

fn play(browser: &Browser) {
    browser.click("#play");
    browser.wait("music begins", |page| page.number("step") >= 0.0);
}

#[test]
fn a_minute_of_music_plays_without_a_gap_and_the_roll_moves() {
    let studio = Studio::open("");
    let Some(browser) = Browser::open(&page(&studio), DESKTOP, sandbox().0.path()) else { return };
    play(&browser);
    std::thread::sleep(Duration::from_secs(2));
    let picture = || browser.run("return document.getElementById('roll').toDataURL()");
    let (gaps, clock) = (browser.number("gaps"), browser.number("clock"));
    let (mut step, mut struck, mut seen) = (browser.number("step"), 0.0, picture());
    let memory = studio.memory();
    while browser.number("clock") < clock + 60.0 {
        std::thread::sleep(Duration::from_secs(3));
        let (now, notes, drawn) = (browser.number("step"), browser.number("struck"), picture());
        assert!(now > step, "step {now} after {step}");
        assert!(notes >= struck);
        assert_ne!(drawn, seen, "the roll stands still");
        assert!(browser.number("ahead") > 0.0);
        (step, struck, seen) = (now, notes, drawn);
    }
    assert!(struck > 20.0, "{struck} notes in a minute");
    assert_eq!(browser.number("gaps"), gaps, "the music has waited for the composer");
    let lit = |browser: &Browser| {
        browser.run("return document.querySelectorAll('.key.lit').length").as_u64() > Some(0)
    };
    browser.wait("a key that is lit", lit);
    if let (Some(before), Some(after)) = (memory, studio.memory()) {
        assert!(after < before + 30.0, "{before} MB have become {after}");
    }
    assert_eq!(browser.faults(), Vec::<String>::new());
}

#[test]
fn a_tab_in_the_background_plays_on() {
    let studio = Studio::open("");
    let Some(browser) = Browser::open(&page(&studio), DESKTOP, sandbox().0.path()) else { return };
    play(&browser);
    std::thread::sleep(Duration::from_secs(3));
    let (gaps, clock) = (browser.number("gaps"), browser.number("clock"));
    let first = browser.tell("GET", "window", json!({}));
    let other = browser.tell("POST", "window/new", json!({ "type": "tab" }));
    browser.tell("POST", "window", json!({ "handle": other["handle"] }));
    std::thread::sleep(Duration::from_secs(20));
    browser.tell("POST", "window", json!({ "handle": first }));
    assert!(browser.number("clock") > clock + 15.0);
    assert!(browser.number("ahead") > 0.0);
    assert_eq!(browser.number("gaps"), gaps);
}

#[test]
fn a_midi_file_is_gone_on_from_and_what_was_heard_can_be_downloaded() {
    let studio = Studio::open("");
    let Some(browser) = Browser::open(&page(&studio), DESKTOP, sandbox().0.path()) else { return };
    browser.type_into("#file", concat!(env!("CARGO_MANIFEST_DIR"), "/pieces/minuet-in-g.mid"));
    browser.wait("it plays", |page| page.number("step") > 4.0);
    assert!(browser.text("#status").contains("after your file"), "{}", browser.text("#status"));
    assert!(browser.text("#now").starts_with("3/4"));
    browser.wait("it goes on", |page| page.number("step") > 50.0);
    let seed: String = browser.text("#status").chars().filter(char::is_ascii_digit).collect();
    let file = sandbox().path(&format!("deep-jammer-{seed}.mid"));
    let _ = std::fs::remove_file(&file);
    browser.click("[data-kind=mid]");
    browser.wait("the file", |_| std::fs::metadata(&file).is_ok_and(|file| file.len() > 100));
    let score = deep_jammer::midi::read(&std::fs::read(&file).unwrap()).unwrap().score;
    // The last four measures of the minuet come first.
    let minuet =
        std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/pieces/minuet-in-g.mid")).unwrap();
    let minuet = deep_jammer::midi::read(&minuet).unwrap().score;
    let first =
        minuet.notes.iter().map(|note| note.start + note.length).max().unwrap() - 4 * 3 * 480;
    let begins: Vec<u8> =
        minuet.notes.iter().filter(|it| it.start >= first).map(|it| it.pitch).collect();
    let found: Vec<u8> = score.notes.iter().take(begins.len()).map(|it| it.pitch).collect();
    assert_eq!(found, begins);
    // What is no MIDI file is refused, and the music plays on.
    let wrong = sandbox().path("wrong.mid");
    std::fs::write(&wrong, "no music").unwrap();
    browser.type_into("#file", wrong.to_str().unwrap());
    browser.wait("a word", |page| page.text("#status").contains("MIDI"));
    let step = browser.number("step");
    browser.wait("it plays on", |page| page.number("step") > step + 4.0);
}

#[test]
fn dials_take_effect_within_a_measure_and_undo_takes_them_back() {
    let studio = Studio::open("");
    let Some(browser) = Browser::open(&page(&studio), DESKTOP, sandbox().0.path()) else { return };
    browser.type_into("#seed", "12");
    play(&browser);
    assert!(browser.text("#status").contains("Seed 12"));
    let before = browser.text("#now");
    let set = "const dial = document.getElementById('tempo'); dial.value = 180; \
        dial.dispatchEvent(new Event('input'))";
    browser.run(set);
    browser.wait("the new tempo", |page| page.text("#now").contains("180 quarter notes"));
    assert_eq!(browser.run("return document.getElementById('undo').disabled"), false);
    browser.click("#undo");
    browser.wait("the old tempo", |page| page.text("#now") == before);
    browser.run("const metre = document.getElementById('metre'); metre.value = '6/8'; metre.dispatchEvent(new Event('change'))");
    browser.wait("the new metre", |page| page.text("#now").starts_with("6/8"));
    browser.click("#fork");
    browser.click("#play");
    browser.wait("a pause", |page| page.text("#play").contains("Play"));
    let clock = browser.number("clock");
    std::thread::sleep(Duration::from_millis(700));
    assert!(browser.number("clock") - clock < 0.2, "it plays while it pauses");
    browser.click("#recipe");
    browser.wait("the recipe", |page| {
        page.run("return document.getElementById('recipe-text').value")
            .as_str()
            .unwrap()
            .contains("6/8")
    });
    assert_eq!(browser.faults(), Vec::<String>::new());
}

#[test]
fn a_few_notes_on_the_keyboard_are_gone_on_from_on_a_phone() {
    let studio = Studio::open("");
    let Some(browser) = Browser::open(&page(&studio), PHONE, sandbox().0.path()) else { return };
    assert!(browser.is_within_the_window());
    browser.click("#record");
    for key in ["a", "d", "g"] {
        let keys = json!([{ "type": "key", "id": "keys", "actions": [
            { "type": "keyDown", "value": key }, { "type": "pause", "duration": 250 },
            { "type": "keyUp", "value": key },
        ] }]);
        browser.tell("POST", "actions", json!({ "actions": keys }));
    }
    browser.click(".key[data-pitch='72']");
    browser.wait("four notes", |page| page.text("#played") == "4 notes");
    browser.click("#answer");
    browser.wait("it goes on", |page| page.number("step") > 20.0);
    assert!(browser.text("#status").contains("after what you played"));
    assert!(browser.is_within_the_window());
    // With the keyboard alone: from key to key by arrows.
    browser.run("document.querySelector('.key[tabindex=\"0\"]').focus()");
    let right = json!([{ "type": "key", "id": "keys", "actions": [
        { "type": "keyDown", "value": "\u{e014}" }, { "type": "keyUp", "value": "\u{e014}" },
    ] }]);
    browser.tell("POST", "actions", json!({ "actions": right }));
    assert_eq!(browser.run("return document.activeElement.dataset.pitch"), "61");
    // Whatever can be used has a name.
    let nameless = "return [...document.querySelectorAll('button, input, select, textarea')].filter(it => \
        !(it.textContent.trim() || it.getAttribute('aria-label') || it.labels?.length)).map(it => it.outerHTML)";
    assert_eq!(browser.run(nameless), json!([]));
    assert_eq!(browser.faults(), Vec::<String>::new());
}
