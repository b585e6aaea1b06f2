//! Tempo marks stand where the tempo changes.

use super::form::is_well_written;
use super::music::{played, score};
use super::reader::{Element, measures_in};
use deep_jammer::notation::{Heading, Page};
use deep_jammer::roll::TempoChange;
use deep_jammer::score::Score;

/// The marks on a page: the place in 48ths of a quarter, beats per minute, and quarters per minute
/// as they are played.
fn marks(score: &Score, tempos: &[(usize, u32)]) -> Vec<(usize, String, String)> {
    let tempos = tempos.iter().map(|&(step, tempo)| TempoChange { step, tempo });
    let tempos: Vec<_> = tempos.collect();
    let page = Page::of_score(score, &tempos).unwrap().to_musicxml(&Heading::default());
    let page = Element::read(&page);
    let measures = measures_in(&page, 48);
    is_well_written(&measures);
    let divisions = page.everything().iter().find_map(|e| e.number("divisions")).unwrap() as usize;
    let mut marks = Vec::new();
    for measure in &measures {
        for direction in measure.element.all("direction") {
            let all = direction.everything();
            let Some(mark) = all.iter().find(|element| element.name == "metronome") else {
                continue;
            };
            let offset = direction.number("offset").unwrap_or(0) as usize * 48 / divisions;
            let sound = direction.find("sound").unwrap().attributes["tempo"].clone();
            marks.push((measure.start + offset, mark.say("per-minute").to_owned(), sound));
        }
    }
    marks
}

#[test]
fn every_tempo_that_is_marked_is_printed_in_its_place() {
    let found = marks(&played("rit.mid"), &[(0, 500_000), (112, 3_000_000)]);
    let mark = |place, tempo: &str| (place, tempo.to_owned(), tempo.to_owned());
    assert_eq!(found, [mark(0, "120"), mark(28 * 48, "20")]);
}

#[test]
fn a_mark_within_a_measure_has_an_offset() {
    let notes: Vec<_> = (0..8).map(|n| (60, 240 * n, 240)).collect();
    let found = marks(&score("6/8", &notes), &[(0, 400_000), (7, 600_000), (12, 500_000)]);
    let mark = |place, beats: &str, quarters: &str| (place, beats.to_owned(), quarters.to_owned());
    // 150 quarters are 100 dotted ones.
    assert_eq!(found, [mark(0, "100", "150"), mark(84, "67", "100"), mark(144, "80", "120")]);
}

#[test]
fn without_marks_the_mean_tempo_is_printed() {
    let score = score("4/4", &[(60, 0, 480)]);
    assert_eq!(marks(&score, &[]), [(0, "120".to_owned(), "120".to_owned())]);
}
