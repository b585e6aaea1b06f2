//! An octave sign saves ledger lines, and never makes any.

use super::music;
use super::reader::Element;
use crate::real_pieces::corpus;
use deep_jammer::notation::{Heading, to_musicxml};
use deep_jammer::roll::Roll;
use proptest::prelude::*;

/// What an octave sign covers: how many heads, and how many of them it takes beyond the other side
/// of their staff, below it with 8va or above it with 8vb.
fn under_octave_signs(page: &Element) -> (usize, usize) {
    let (mut clefs, mut octaves) = ([""; 2], [0; 2]);
    let (mut covered, mut beyond) = (0, 0);
    for measure in &page.find("part").unwrap().children {
        let (mut now, mut start) = (0, 0);
        // By staff: the times at which the octave changes, and the heads.
        let mut changes: [Vec<(i64, i64)>; 2] = [0, 1].map(|staff| vec![(0, octaves[staff])]);
        let mut heads = Vec::new();
        for child in &measure.children {
            let duration = child.number("duration").unwrap_or(0);
            let staff = child.number("staff").unwrap_or(1) as usize - 1;
            match child.name.as_str() {
                "attributes" => {
                    for clef in child.all("clef") {
                        let staff: usize = clef.attributes["number"].parse().unwrap();
                        clefs[staff - 1] = clef.say("sign");
                    }
                }
                "backup" => now -= duration,
                "direction" => {
                    for kind in child.everything().iter().filter(|e| e.name == "octave-shift") {
                        octaves[staff] = match kind.attributes["type"].as_str() {
                            "down" => 1,
                            "up" => -1,
                            _ => 0,
                        };
                        changes[staff].push((now, octaves[staff]));
                    }
                }
                "note" | "forward" => {
                    if child.find("chord").is_none() {
                        start = now;
                        now += duration;
                    }
                    if let Some(pitch) = child.find("pitch") {
                        let letter = "CDEFGAB".find(pitch.say("step")).unwrap() as i64;
                        heads.push((staff, start, 7 * pitch.number("octave").unwrap() + letter));
                    }
                }
                _ => {}
            }
        }
        for (staff, start, head) in heads {
            let octave = changes[staff].iter().rfind(|change| change.0 <= start).unwrap().1;
            let written = head - 7 * octave;
            let (lowest, highest) = if clefs[staff] == "G" { (30, 38) } else { (18, 26) };
            covered += usize::from(octave != 0);
            beyond +=
                usize::from(octave > 0 && written < lowest || octave < 0 && written > highest);
        }
    }
    assert_eq!(octaves, [0; 2], "every octave sign stops");
    (covered, beyond)
}

fn of_roll(roll: &Roll) -> (usize, usize) {
    under_octave_signs(&Element::read(&to_musicxml(roll, &Heading::default())))
}

#[test]
fn an_octave_sign_ends_where_the_line_sinks() {
    // Four measures around C7, then four that sink to C4 and stay, then four up again.
    let high = [96, 98, 100, 101, 103, 101, 100, 98];
    let low = [72, 67, 64, 60, 60, 62, 64, 60];
    let lines = [[high; 4], [low; 4], [high; 4]].concat().concat();
    let line: Vec<_> = lines.iter().enumerate().map(|(n, &pitch)| (pitch, 2 * n, 2)).collect();
    let (covered, beyond) = of_roll(&music::roll("4/4", &line));
    assert_eq!((covered, beyond), (2 * 32, 0));
    // The turn may come within a measure.
    let shifted: Vec<_> =
        line.iter().map(|&(pitch, start, length)| (pitch, start + 6, length)).collect();
    let (covered, beyond) = of_roll(&music::roll("4/4", &shifted));
    assert!(covered >= 2 * 24, "{covered}");
    assert_eq!(beyond, 0);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn no_octave_sign_takes_a_note_beyond_the_staff(roll in music::any_roll()) {
        prop_assert_eq!(of_roll(&roll).1, 0);
    }
}

#[test]
fn no_octave_sign_of_a_real_piece_takes_a_note_beyond_the_staff() {
    let Some(corpus) = corpus() else { return };
    let all = corpus.pieces.iter().map(|piece| of_roll(piece.roll()));
    let (covered, beyond) = all.fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1));
    assert!(covered > 10_000, "{covered}");
    assert_eq!(beyond, 0);
}
