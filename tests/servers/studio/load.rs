//! Fifty listeners at once hear the built-in model without a gap.

use super::server::Studio;
use crate::http::{many_connections, post};
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};

const LISTENERS: usize = 50;

/// How long each listens. In the first half the copies that are kept to go back to become as many
/// as they will be; from then on the memory has to stay as it is.
const SECONDS: f64 = 120.0;

/// How long it takes until all are there.
const ARRIVAL: f64 = 10.0;

/// How much music a page keeps ahead, in seconds.
const AHEAD: f64 = 6.0;

/// What one listener has noticed.
struct Heard {
    /// Steps and seconds of music.
    steps: f64,
    music: f64,
    /// How often the music had to wait, and for how long in all.
    gaps: usize,
    waited: f64,
    /// The longest that an answer took, in seconds.
    slowest: f64,
}

fn steps(music: &Value) -> f64 {
    let measures = music["measures"].as_array().unwrap().iter();
    measures.map(|it| it["steps"].as_f64().unwrap()).sum()
}

fn seconds(music: &Value) -> f64 {
    let measures = music["measures"].as_array().unwrap().iter();
    measures.map(|it| it["steps"].as_f64().unwrap() * it["seconds"].as_f64().unwrap()).sum()
}

/// Listens as the page does: it asks for two measures whenever less than [`AHEAD`] is left.
fn listen(port: u16, seed: usize) -> Heard {
    std::thread::sleep(Duration::from_secs_f64(ARRIVAL * seed as f64 / LISTENERS as f64));
    let begun = post(port, "/api/pieces", &json!({ "seed": seed }));
    assert_eq!(begun.status, 201, "{}", begun.text());
    let begun = begun.json();
    let piece = format!("/api/pieces/{}", begun["piece"].as_str().unwrap());
    let mut from = begun["end"].as_u64().unwrap();
    let (start, mut heard) =
        (Instant::now(), Heard { steps: 0.0, music: 0.0, gaps: 0, waited: 0.0, slowest: 0.0 });
    // When what is known of the music will be over, by the listener's clock.
    let mut end = seconds(&begun);
    while start.elapsed().as_secs_f64() < SECONDS {
        if end - start.elapsed().as_secs_f64() > AHEAD {
            std::thread::sleep(Duration::from_millis(100));
            continue;
        }
        let asked = Instant::now();
        let left = (end - start.elapsed().as_secs_f64()).max(0.0);
        let what = json!({ "from": from, "count": 2, "within": left });
        let music = post(port, &format!("{piece}/measures"), &what);
        assert_eq!(music.status, 200, "{}", music.text());
        heard.slowest = heard.slowest.max(asked.elapsed().as_secs_f64());
        let music = music.json();
        let late = start.elapsed().as_secs_f64() - end;
        if late > 0.0 {
            heard.gaps += 1;
            heard.waited += late;
            end += late;
        }
        from =
            music["measures"].as_array().unwrap().last().map_or(from, |last| {
                last["step"].as_u64().unwrap() + last["steps"].as_u64().unwrap()
            });
        heard.steps += steps(&music);
        heard.music += seconds(&music);
        end += seconds(&music);
    }
    heard
}

#[test]
#[ignore = "two minutes of two whole cores, in release: see CONTRIBUTING.md"]
fn fifty_listeners_hear_two_minutes_of_music_each() {
    let _alone = many_connections();
    let studio = Studio::in_folder(Path::new("."), "--model built-in --listeners 50");
    let port = studio.port;
    let crowd: Vec<_> =
        (0..LISTENERS).map(|seed| std::thread::spawn(move || listen(port, seed))).collect();
    std::thread::sleep(Duration::from_secs_f64(ARRIVAL + SECONDS / 2.0));
    let before = studio.memory();
    let heard: Vec<Heard> = crowd.into_iter().map(|one| one.join().unwrap()).collect();
    let after = studio.memory();
    let most = |of: fn(&Heard) -> f64| heard.iter().map(of).fold(0.0, f64::max);
    let all = |of: fn(&Heard) -> f64| heard.iter().map(of).sum::<f64>();
    println!(
        "{LISTENERS} listeners, {:.0} steps, {:.0} s of music in {SECONDS} s; most gaps {}, longest wait {:.2} s, \
         slowest answer {:.2} s; memory {before:?} MB, then {after:?} MB",
        all(|one| one.steps),
        all(|one| one.music),
        most(|one| one.gaps as f64),
        most(|one| one.waited),
        most(|one| one.slowest),
    );
    for one in &heard {
        assert_eq!(one.gaps, 0, "the music has waited {} s", one.waited);
    }
    if let (Some(before), Some(after)) = (before, after) {
        assert!(after < 1.15 * before + 10.0, "{before} MB have become {after}");
    }
}
