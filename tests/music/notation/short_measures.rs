//! A measure that is shorter than its metre is read as such by every program.
//!
//! music21 takes `<rest measure="yes"/>` for a whole measure of the metre, however short it is, and
//! all that follows comes too late. That no such rest is written is checked in `form`.

use super::form::is_well_written;
use super::music::{self, played};
use super::reader::{Element, measures, measures_in, notes};
use deep_jammer::notation::{Heading, Page, to_musicxml};
use deep_jammer::roll::Step;

/// The rests on a staff: whether each is a whole-measure rest, and its length in 16ths.
fn rests(measure: &super::reader::Measure<'_>, staff: i64) -> Vec<(bool, usize)> {
    let signs = measure.signs.iter().filter(|sign| sign.staff == staff);
    let rests = signs.filter_map(|sign| Some((sign.element.find("rest")?, sign.length)));
    rests.map(|(rest, length)| (rest.attributes.contains_key("measure"), length)).collect()
}

#[test]
fn after_an_upbeat_or_a_measure_that_is_cut_short_every_note_is_in_its_place() {
    for name in ["pickup-ts.mid", "pickup-8th.mid", "cut-rh.mid"] {
        let score = played(name);
        let page = Page::of_score(&score, &[]).unwrap().to_musicxml(&Heading::default());
        let page = Element::read(&page);
        let measures = measures_in(&page, 48);
        is_well_written(&measures);
        let found: Vec<_> =
            notes(&measures).into_iter().map(|(start, pitch, _)| (start, pitch)).collect();
        let expected = score.notes.iter().map(|note| (note.start / 10, i64::from(note.pitch)));
        let expected: Vec<_> = expected.map(|(start, pitch)| (start as usize, pitch)).collect();
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn a_silent_staff_has_plain_rests_in_a_measure_that_is_not_whole() {
    // An upbeat of a quarter, a measure, the two parts of one around a repeat, and a measure less
    // the upbeat; all in 3/4 and in the right hand alone.
    let mut roll = music::roll("1/4", &[(72, 0, 4)]);
    for (metre, steps) in [("3/4", 12), ("2/4", 8), ("1/4", 4), ("3/4", 8)] {
        roll.change_metre(metre.parse().unwrap());
        let key = deep_jammer::roll::Keys::from_iter([51]);
        (0..steps).for_each(|_| roll.push(Step { play: key, articulate: key }));
    }
    let page = Element::read(&to_musicxml(&roll, &Heading::default()));
    let measures = measures(&page);
    is_well_written(&measures);
    let found: Vec<_> = measures.iter().map(|measure| rests(measure, 2)).collect();
    let expected: [&[(bool, usize)]; 5] = [
        &[(false, 4)],
        &[(true, 12)],
        &[(false, 4), (false, 4)],
        &[(false, 4)],
        &[(false, 4), (false, 4)],
    ];
    assert_eq!(found, expected);
}

#[test]
fn measures_of_every_length_are_filled_with_plain_rests() {
    for metre in ["4/4", "3/4", "6/8", "5/8", "9/8", "12/8", "3/2", "7/16"] {
        let whole = {
            let metre: deep_jammer::score::Metre = metre.parse().unwrap();
            metre.sixteenths() as usize
        };
        for length in 1..whole {
            let mut roll = music::roll(metre, &[(72, 0, whole + length)]);
            roll.change_metre("2/4".parse().unwrap());
            (0..8).for_each(|_| roll.push(Step::default()));
            let page = Element::read(&to_musicxml(&roll, &Heading::default()));
            let measures = measures(&page);
            is_well_written(&measures);
            let all = rests(&measures[1], 2);
            assert_eq!(all.iter().map(|rest| rest.1).sum::<usize>(), length);
            assert!(all.iter().all(|rest| !rest.0), "{metre}, {length}");
        }
    }
}
