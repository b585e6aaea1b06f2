//! A page of a file has what a sequencer played: triplets, runs, repeated notes, grace notes.

use super::form::is_well_written;
use super::music::{self, played, score};
use super::reader::{Element, Sign, measures_in, notes};
use deep_jammer::notation::{Heading, Page, to_musicxml};
use deep_jammer::roll::{Roll, Step};
use deep_jammer::score::{Note, Score};
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Units of the reader: 48 to a quarter.
const QUARTER: usize = 48;

/// Reads the page of a score back: the notes, after all that holds of every page has been checked.
fn read(score: &Score) -> (Element, Vec<(usize, i64, usize)>, Page) {
    let page = Page::of_score(score, &[]).unwrap();
    let document = Element::read(&page.to_musicxml(&Heading::default()));
    let measures = measures_in(&document, QUARTER);
    is_well_written(&measures);
    let found = notes(&measures);
    let expected = page.to_score(None);
    let units = |ticks: u64| (ticks / 10) as usize;
    let mut expected: Vec<_> = expected
        .notes
        .iter()
        .map(|note| (units(note.start), i64::from(note.pitch), units(note.end())))
        .collect();
    expected.sort_unstable();
    assert_eq!(found, expected);
    let graces = document.everything().iter().filter(|element| element.name == "grace").count();
    assert_eq!(graces, page.losses().graces);
    (document, found, page)
}

/// The types of all notes that are struck, and whether each is in a tuplet.
fn struck(document: &Element) -> Vec<(String, bool)> {
    let measures = measures_in(document, QUARTER);
    let heads = measures.iter().flat_map(|measure| &measure.signs).filter(|sign| sign.is_head());
    let heads = heads.filter(|sign| !sign.has_tie("stop"));
    let kind = |sign: &Sign<'_>| {
        (sign.element.say("type").to_owned(), sign.element.find("time-modification").is_some())
    };
    heads.map(kind).collect()
}

/// The number of times at which tuplets begin, in whichever staff.
fn tuplets(document: &Element) -> usize {
    let measures = measures_in(document, QUARTER);
    let signs = measures.iter().flat_map(|measure| &measure.signs);
    let begins = |sign: &&Sign<'_>| {
        let all = sign.element.everything();
        all.iter().any(|e| e.name == "tuplet" && e.attributes["type"] == "start")
    };
    signs.filter(begins).map(|sign| sign.start).collect::<BTreeSet<_>>().len()
}

/// Where the strokes of a score are in units, and their pitches.
fn strokes(score: &Score) -> Vec<(usize, i64)> {
    let unit = |note: &Note| (note.start * 48 / u64::from(score.ticks_per_quarter)) as usize;
    let mut strokes: Vec<_> =
        score.notes.iter().map(|note| (unit(note), i64::from(note.pitch))).collect();
    strokes.sort_unstable();
    strokes
}

/// Whether every stroke is on the page, in its place.
fn has_all_strokes(score: &Score) -> Element {
    let (document, found, page) = read(score);
    let found: Vec<_> = found.into_iter().map(|(start, pitch, _)| (start, pitch)).collect();
    assert_eq!(found, strokes(score));
    assert!(page.losses().sentences().is_empty(), "{:?}", page.losses());
    document
}

#[test]
fn triplets_are_written_as_triplets() {
    let document = has_all_strokes(&played("trip8.mid"));
    assert_eq!(tuplets(&document), 32);
    assert_eq!(struck(&document), vec![("eighth".to_owned(), true); 96]);
}

#[test]
fn swung_eighths_are_a_quarter_and_an_eighth_of_a_triplet() {
    let document = has_all_strokes(&played("swing.mid"));
    assert_eq!(tuplets(&document), 32);
    let pair = [("quarter".to_owned(), true), ("eighth".to_owned(), true)];
    assert_eq!(struck(&document), vec![pair; 32].concat());
}

#[test]
fn a_note_repeated_in_32nds_is_written_as_often_as_it_is_struck() {
    let document = has_all_strokes(&played("rep32.mid"));
    assert_eq!(struck(&document), vec![("32nd".to_owned(), false); 256]);
}

#[test]
fn sextuplets_are_two_triplets_of_16ths() {
    let document = has_all_strokes(&played("trip16.mid"));
    assert_eq!(tuplets(&document), 64);
    assert_eq!(struck(&document), vec![("16th".to_owned(), true); 192]);
}

#[test]
fn notes_repeated_in_64ths_and_in_triplets_of_32nds_are_all_written() {
    for ticks in [30, 40] {
        let notes: Vec<_> = (0..64).map(|n| (60, n * ticks, ticks - 4)).collect();
        has_all_strokes(&score("4/4", &notes));
    }
}

#[test]
fn the_notes_of_a_trill_follow_each_other() {
    for ticks in [30, 40, 60, 80] {
        let trill: Vec<_> = (0..24).map(|n| (72 + 2 * (n % 2) as u8, n * ticks, ticks)).collect();
        has_all_strokes(&score("3/4", &trill));
    }
}

#[test]
fn a_grace_note_stands_before_its_main_note_and_takes_no_time() {
    let (document, found, page) = read(&played("grace.mid"));
    assert_eq!((page.losses().graces, page.losses().moved), (32, 0));
    // C4 on every beat.
    assert!(found.iter().map(|note| (note.0, note.1)).eq((1..=32).map(|n| (n * 48, 60))));
    assert_eq!(
        page.losses().sentences(),
        ["32 notes are written as grace notes"],
        "and nothing else is lost"
    );
    let part = document.find("part").unwrap();
    for measure in &part.children {
        let pitches: Vec<_> = measure.all("note").filter(|n| n.say("staff") == "1").collect();
        for pair in pitches.windows(2).filter(|pair| pair[0].find("grace").is_some()) {
            assert_eq!(pair[0].find("pitch").unwrap().number("alter").unwrap().abs(), 1);
            assert_eq!(pair[1].find("pitch").unwrap().say("step"), "C");
        }
    }
}

#[test]
fn grace_notes_of_every_kind_leave_their_main_note_on_the_beat() {
    // A slide of two, a chord, one on the beat; each before a G4 of a quarter.
    let slide = [(64, 430, 25), (65, 455, 25)];
    let chord = [(62, 450, 30), (65, 450, 30)];
    for (graces, main) in [(&slide[..], 480), (&chord[..], 480), (&[(66, 480, 30)][..], 510)] {
        let notes = [graces, &[(67, main, 960 - main), (67, 1440, 480)]].concat();
        let (_, found, page) = read(&score("4/4", &notes));
        assert_eq!(page.losses().graces, graces.len());
        assert_eq!(found, [(48, 67, 96), (144, 67, 192)]);
    }
}

#[test]
fn each_hand_has_a_grid_of_its_own() {
    // Four against three, hands far apart.
    let right = (0..16).map(|n| (84, n * 120, 120));
    let left = (0..12).map(|n| (40, n * 160, 160));
    let document = has_all_strokes(&score("4/4", &right.chain(left).collect::<Vec<_>>()));
    assert_eq!(tuplets(&document), 4);
    let kinds = struck(&document);
    assert_eq!(kinds.iter().filter(|kind| **kind == ("16th".to_owned(), false)).count(), 16);
    assert_eq!(kinds.iter().filter(|kind| **kind == ("eighth".to_owned(), true)).count(), 12);
}

#[test]
fn a_hand_can_have_triplets_under_a_dotted_tune() {
    // As in Beethoven's opus 27, 2: triplets in the middle, and above them a dotted eighth and a
    // 16th.
    let mut notes: Vec<_> = (0..12).map(|n| (56 + 4 * (n % 3) as u8, n * 160, 160)).collect();
    notes.extend([(68, 0, 360), (68, 360, 120), (68, 480, 960), (37, 0, 1920)]);
    let document = has_all_strokes(&score("4/4", &notes));
    assert!(struck(&document).contains(&("16th".to_owned(), false)));
    assert_eq!(tuplets(&document), 4);
}

#[test]
fn triplets_of_quarters_and_of_the_eighths_of_six_eight_are_found() {
    let quarters: Vec<_> = (0..6).map(|n| (60, n * 320, 320)).collect();
    let document = has_all_strokes(&score("4/4", &quarters));
    assert_eq!((tuplets(&document), struck(&document)), (2, vec![("quarter".to_owned(), true); 6]));
    let sixteenths: Vec<_> = (0..18).map(|n| (60 + n as u8, n * 80, 80)).collect();
    let document = has_all_strokes(&score("6/8", &sixteenths));
    assert_eq!((tuplets(&document), struck(&document)), (6, vec![("16th".to_owned(), true); 18]));
}

#[test]
fn a_rest_in_a_triplet_is_a_part_of_it() {
    let notes: Vec<_> =
        (0..4).flat_map(|n| [(60, 480 * n + 160, 160), (64, 480 * n + 320, 160)]).collect();
    let document = has_all_strokes(&score("4/4", &notes));
    assert_eq!(tuplets(&document), 4);
    let rests = document.everything().into_iter().filter(|e| e.name == "note");
    let rests = rests.filter(|e| e.find("rest").is_some() && e.find("time-modification").is_some());
    assert_eq!(rests.map(|rest| rest.say("type")).collect::<Vec<_>>(), ["eighth"; 4]);
}

#[test]
fn a_measure_of_32nds_keeps_its_length() {
    // 3/32 twice, then 4/4.
    let mut music = score("3/32", &[(60, 0, 60), (62, 60, 120), (64, 180, 180), (65, 360, 480)]);
    let common = deep_jammer::score::At { tick: 360, value: "4/4".parse().unwrap() };
    music.metres.push(common);
    let (document, found, _) = read(&music);
    assert_eq!(found, [(0, 60, 6), (6, 62, 18), (18, 64, 36), (36, 65, 84)]);
    let lengths: Vec<_> =
        measures_in(&document, QUARTER).iter().map(|measure| measure.length).collect();
    assert_eq!(lengths, [18, 18, 192]);
}

#[test]
fn a_signature_that_is_said_again_changes_nothing_on_the_page() {
    let mut music = played("trip8.mid");
    let heading = Heading::default();
    let page = |music: &Score| Page::of_score(music, &[]).unwrap().to_musicxml(&heading);
    let before = page(&music);
    let value = music.metres[0].value;
    for every in [50, 100, 333] {
        let again = (0..100).map(|n| deep_jammer::score::At { tick: every * n, value });
        music.metres = again.collect();
        assert_eq!(page(&music), before);
    }
}

#[test]
fn small_errors_in_time_change_nothing() {
    // Ticks by which a careful player is early or late: up to a 48th of a quarter.
    let errors = [0i64, 8, -10, 5, -6, 10, -3, 7, -9, 2];
    let lines: [&[u64]; 5] = [
        &[0, 120, 240, 360],
        &[0, 160, 320],
        &[0, 320],
        &[0, 60, 120, 180, 240, 300, 360, 420],
        &[0, 80, 160, 240, 320, 400],
    ];
    for line in lines {
        let beats = (0..16).flat_map(|beat| line.iter().map(move |tick| 480 * beat + tick));
        let starts: Vec<u64> = beats.collect();
        let length = 480 / line.len() as u64;
        let exact: Vec<(u8, u64, u64)> =
            starts.iter().map(|&start| (60 + (start / 480 % 5) as u8, start, length)).collect();
        let late = exact.iter().enumerate().map(|(n, &(pitch, start, length))| {
            let at = |tick: u64, n: usize| tick.saturating_add_signed(errors[n % 10]);
            (pitch, at(start, n), at(start + length, n + 1) - at(start, n))
        });
        let late: Vec<(u8, u64, u64)> = late.collect();
        let [exact, late] = [exact.clone(), late].map(|notes| read(&score("4/4", &notes)).1);
        let starts = |notes: Vec<(usize, i64, usize)>| {
            notes.into_iter().map(|note| (note.0, note.1)).collect::<Vec<_>>()
        };
        assert_eq!(starts(late), starts(exact), "{line:?}");
    }
}

#[test]
fn what_has_no_grid_is_moved_and_said() {
    let notes: Vec<_> = (0..20).map(|n| (60 + (n % 5) as u8, n * 96, 96)).collect();
    let (_, _, page) = read(&score("4/4", &notes));
    // Four of the five notes of each quintuplet.
    assert!((12..=16).contains(&page.losses().moved), "{:?}", page.losses());
    let said = page.losses().sentences().join("; ");
    assert!(said.contains("moved to the nearest 16th, 32nd, 64th or triplet"), "{said}");
}

#[test]
fn a_page_of_16ths_is_the_same_from_a_roll_and_from_its_score() {
    for piece in music::pieces() {
        let roll = piece.roll();
        let page = Page::of_score(&roll.to_score(None, &[]), &[]).unwrap();
        let heading = Heading { title: Some("Title"), ..Heading::default() };
        assert_eq!(page.to_musicxml(&heading), to_musicxml(roll, &heading), "{}", piece.name);
        assert!(page.losses().sentences().is_empty());
    }
}

/// A score of notes anywhere, on a grid or off it.
fn any_score() -> impl Strategy<Value = Score> {
    let step =
        prop_oneof![Just(480u64), Just(160), Just(120), Just(80), Just(60), Just(40), Just(7)];
    let notes = vec((30u8..100, step, 0u64..12, 1u64..12), 0..60);
    let metre = (1u8..13, 0u8..7);
    let metres = vec((metre, 0u64..4000), 0..3);
    (notes, metres).prop_map(|(notes, metres)| {
        let mut now = 0;
        let note = |(pitch, step, after, length)| {
            now += step * after / 2;
            (pitch, now, step * length)
        };
        let notes: Vec<_> = notes.into_iter().map(note).collect();
        let mut score = score("4/4", &notes);
        score.length = 1;
        let mut tick = 0;
        for ((numerator, denominator_power), after) in metres {
            tick += after;
            let value = deep_jammer::score::Metre { numerator, denominator_power };
            score.metres.retain(|metre| metre.tick != tick);
            score.metres.push(deep_jammer::score::At { tick, value });
        }
        score
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn any_score_becomes_a_page_that_says_what_it_holds(score in any_score()) {
        let (_, found, page) = read(&score);
        let losses = page.losses();
        prop_assert_eq!(found.len() + losses.graces + losses.repeated >= 1, !score.notes.is_empty());
        prop_assert!(found.len() + losses.graces <= score.notes.len());
    }

    #[test]
    fn a_roll_of_whole_measures_has_the_same_page_as_its_score(
        steps in vec((0u128..1 << 60, any::<u128>()), 1..40),
        metre in prop_oneof![Just("4/4"), Just("3/4"), Just("6/8"), Just("5/8"), Just("2/2")],
    ) {
        let mut roll = Roll::new(metre.parse().unwrap());
        for (play, articulate) in steps {
            // Few keys at a time.
            let keys = play & play >> 7 & play >> 13;
            let play = deep_jammer::roll::Keys::from_bits(keys);
            let articulate = deep_jammer::roll::Keys::from_bits(keys & articulate);
            roll.push(Step { play, articulate });
        }
        let page = Page::of_score(&roll.to_score(None, &[]), &[]).unwrap();
        let heading = Heading::default();
        prop_assert_eq!(page.to_musicxml(&heading), to_musicxml(&roll, &heading));
    }
}

#[test]
fn the_real_pieces_come_back_note_by_note() {
    let Some(folder) = crate::real_pieces::folder() else { return };
    let files = deep_jammer::corpus::find(&[folder]).unwrap().files;
    assert_eq!(files.len(), 302);
    let lost = files.iter().map(|file| {
        let score = deep_jammer::midi::read_file(file).unwrap().score;
        let (_, found, page) = read(&score);
        (score.notes.len(), score.notes.len() - found.len() - page.losses().graces)
    });
    let (notes, lost) = lost.fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1));
    // Two voices that strike a key together are one note on the page.
    assert!(lost * 100 < notes, "{lost} of {notes}");
}
