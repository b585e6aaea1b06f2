//! Sheet music has the form that every program expects and that makes it readable.

use std::collections::{BTreeMap, BTreeSet};

use deep_jammer::notation::{Heading, to_musicxml};

use super::music;
use super::reader::{Element, Measure, Sign, measures};

/// The order of elements within others, as the schema of MusicXML 4.0 has it (of those that are
/// written).
const ORDER: [(&str, &str); 14] = [
    ("score-partwise", "work identification part-list part"),
    ("work", "work-title"),
    ("identification", "creator encoding"),
    ("encoding", "software supports"),
    ("score-part", "part-name score-instrument midi-instrument"),
    ("attributes", "divisions key time staves clef"),
    ("direction", "direction-type offset staff sound"),
    ("metronome", "beat-unit beat-unit-dot per-minute"),
    ("pitch", "step alter octave"),
    (
        "note",
        "grace chord pitch rest duration tie voice type dot accidental time-modification stem staff \
         beam notations",
    ),
    ("notations", "tied tuplet"),
    ("time-modification", "actual-notes normal-notes normal-type"),
    ("forward", "duration voice staff"),
    ("clef", "sign line"),
];

/// What holds of every page, whatever stands on it.
pub fn is_well_written(measures: &[Measure<'_>]) {
    for measure in measures {
        elements_are_in_order(measure.element);
        voices_fill_the_measure(measure);
        values_and_durations_agree(measure);
        accidentals_say_what_is_played(measure);
        beams_begin_and_end(measure);
        tuplets_begin_and_end(measure);
    }
}

fn elements_are_in_order(outer: &Element) {
    for element in outer.everything() {
        let Some((_, order)) = ORDER.iter().find(|(name, _)| *name == element.name) else {
            continue;
        };
        let place = |child: &Element| order.split(' ').position(|name| name == child.name);
        let places: Vec<_> = element.children.iter().map(place).collect();
        assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{element:?}");
    }
}

fn by_voice<'a, 'b>(measure: &'b Measure<'a>) -> BTreeMap<(i64, i64), Vec<&'b Sign<'a>>> {
    let mut voices: BTreeMap<(i64, i64), Vec<&Sign<'_>>> = BTreeMap::new();
    for sign in &measure.signs {
        voices.entry((sign.staff, sign.voice)).or_default().push(sign);
    }
    voices
}

/// Each staff has one or two voices; each begins with the measure, has no hole, and ends with it.
fn voices_fill_the_measure(measure: &Measure<'_>) {
    let voices = by_voice(measure);
    let staves: BTreeSet<i64> = voices.keys().map(|(staff, _)| *staff).collect();
    assert!(staves.into_iter().eq([1, 2]), "both staves have a voice in every measure");
    for staff in [1, 2] {
        assert!(voices.keys().filter(|(of, _)| *of == staff).count() <= 2);
    }
    for staff in [1, 2] {
        let of_staff = voices.iter().filter(|((of, _), _)| *of == staff);
        let whole =
            |signs: &&Vec<&Sign<'_>>| signs.iter().all(|sign| sign.element.name != "forward");
        assert!(
            of_staff.map(|(_, signs)| signs).any(|signs| whole(&signs)),
            "a hole in staff {staff}"
        );
    }
    for signs in voices.values() {
        let mut now = measure.start;
        for sign in signs.iter().filter(|sign| !sign.is_in_chord() && !sign.is_grace()) {
            assert_eq!(sign.start, now);
            now += sign.length;
        }
        assert_eq!(now, measure.start + measure.length);
        // Heads of a chord are all as long as its first, and no key is there twice.
        for pair in signs.windows(2).filter(|pair| pair[1].is_in_chord()) {
            assert_eq!((pair[0].start, pair[0].length), (pair[1].start, pair[1].length));
            assert!(pair[0].midi() < pair[1].midi());
        }
    }
}

fn values_and_durations_agree(measure: &Measure<'_>) {
    let notes = measure.signs.iter().filter(|sign| sign.element.name == "note");
    for sign in notes.filter(|sign| !sign.is_grace()) {
        let Some(value) = TYPES.iter().position(|name| *name == sign.element.say("type")) else {
            let rest = sign.element.find("rest").expect("only rests of a measure have none");
            assert_eq!(rest.attributes["measure"], "yes");
            assert_eq!(sign.length, measure.length);
            // Elsewhere, some programs would take it for a whole measure all the same.
            let (beats, kind) = measure.metre;
            assert_eq!(measure.length as i64 * kind, beats * 4 * measure.quarter as i64);
            continue;
        };
        // In parts of a 64th's half, so that every dot is a whole number.
        let value = 256 >> value;
        let dotted = sign.element.find("dot").is_some();
        let value = if dotted { value + value / 2 } else { value };
        let (actual, normal) = match sign.element.find("time-modification") {
            Some(ratio) => (ratio.number("actual-notes"), ratio.number("normal-notes")),
            None => (Some(1), Some(1)),
        };
        let written = value * measure.quarter * normal.unwrap() as usize;
        assert_eq!(sign.length * 32 * actual.unwrap() as usize, written, "{sign:?}");
    }
}

/// The note values, each half of the one before.
const TYPES: [&str; 8] = ["breve", "whole", "half", "quarter", "eighth", "16th", "32nd", "64th"];

/// Whoever reads the signature and the accidentals plays the keys that are meant.
fn accidentals_say_what_is_played(measure: &Measure<'_>) {
    let by_signature = |letter: &str| {
        let (sharps, flats) = ("FCGDAEB", "BEADGCF");
        let among = |order: &str, count: i64| order[..count.max(0) as usize].contains(letter);
        i64::from(among(sharps, measure.sharps)) - i64::from(among(flats, -measure.sharps))
    };
    for staff in [1, 2] {
        let mut heads: Vec<_> =
            measure.signs.iter().filter(|sign| sign.staff == staff && sign.is_head()).collect();
        heads.sort_by_key(|head| head.start);
        let mut lines: BTreeMap<(i64, &str), i64> = BTreeMap::new();
        for head in heads {
            if head.has_tie("stop") {
                continue;
            }
            let names = ["flat-flat", "flat", "natural", "sharp", "double-sharp"];
            let accidental = head.element.say("accidental");
            if let Some(sharps) = names.iter().position(|name| *name == accidental) {
                lines.insert(head.line(), sharps as i64 - 2);
            }
            let read = lines.get(&head.line()).copied();
            assert_eq!(read.unwrap_or(by_signature(head.line().1)), head.alter());
        }
    }
}

/// Every beam that begins ends, in the same voice, without a rest or a longer note between.
fn beams_begin_and_end(measure: &Measure<'_>) {
    for signs in by_voice(measure).values() {
        for (level, longest) in [("1", 4), ("2", 5), ("3", 6), ("4", 7)] {
            let mut open = false;
            for sign in signs.iter().filter(|sign| !sign.is_in_chord() && !sign.is_grace()) {
                let beam = sign.element.all("beam").find(|beam| beam.attributes["number"] == level);
                if beam.is_some() {
                    assert!(sign.is_head() && TYPES[longest..].contains(&sign.element.say("type")));
                }
                let must_be_open = match beam.map(|beam| beam.text.as_str()) {
                    Some("begin") => false,
                    Some("continue" | "end") => true,
                    _ => false,
                };
                assert_eq!(open, must_be_open, "{sign:?}");
                open = matches!(beam.map(|beam| beam.text.as_str()), Some("begin" | "continue"));
            }
            assert!(!open);
        }
    }
}

/// Every tuplet that begins ends, in the same voice. It is three in the time of two, nothing in it
/// is without its ratio, and nothing else has one.
fn tuplets_begin_and_end(measure: &Measure<'_>) {
    for signs in by_voice(measure).values() {
        let mut begun: Option<usize> = None;
        for sign in signs.iter().filter(|sign| !sign.is_in_chord() && !sign.is_grace()) {
            let tuplets = sign.element.find("notations");
            let tuplets = tuplets.iter().flat_map(|notations| notations.all("tuplet"));
            let marks: Vec<_> = tuplets.map(|tuplet| tuplet.attributes["type"].as_str()).collect();
            if marks.contains(&"start") {
                assert!(begun.is_none());
                begun = Some(sign.start);
            }
            let ratio = sign.element.find("time-modification");
            assert_eq!(ratio.is_some(), begun.is_some(), "{sign:?}");
            if let Some(ratio) = ratio {
                assert_eq!((ratio.say("actual-notes"), ratio.say("normal-notes")), ("3", "2"));
            }
            if marks.contains(&"stop") {
                let length = sign.start + sign.length - begun.take().expect("a tuplet that began");
                let part = ratio.unwrap().say("normal-type");
                let part = TYPES.iter().position(|name| *name == part).unwrap();
                // Two of its parts fill it.
                assert_eq!(length * 32, 2 * (256 >> part) * measure.quarter);
            }
        }
        assert!(begun.is_none());
    }
}

fn page(metre: &str, notes: &[(usize, usize, usize)]) -> String {
    to_musicxml(&music::roll(metre, notes), &Heading::default())
}

#[test]
fn the_frame_of_a_page_is_in_the_schemas_order() {
    let roll = music::roll("6/8", &[(60, 0, 12)]);
    let heading = Heading { title: Some("Study"), composer: Some("Deep Jammer"), keys: &[] };
    let page = Element::read(&to_musicxml(&roll, &heading));
    elements_are_in_order(&page);
    assert_eq!(page.attributes["version"], "4.0");
    assert_eq!(page.find("work").unwrap().say("work-title"), "Study");
    let identification = page.find("identification").unwrap();
    assert_eq!(identification.say("creator"), "Deep Jammer");
    let software = identification.find("encoding").unwrap().say("software");
    assert_eq!(software, concat!("Deep Jammer ", env!("CARGO_PKG_VERSION")));
}

#[test]
fn the_tempo_is_that_of_the_metres_beat() {
    let mut roll = music::roll("6/8", &[(60, 0, 12)]);
    roll.set_tempo(60_000_000 / 66);
    let page = Element::read(&to_musicxml(&roll, &Heading::default()));
    let all = page.everything();
    let metronome = all.iter().find(|element| element.name == "metronome").unwrap();
    // 66 quarters a minute are 44 dotted ones.
    assert_eq!(metronome.say("per-minute"), "44");
    assert!(metronome.find("beat-unit-dot").is_some());
    let sound = all.iter().find(|element| element.name == "sound").unwrap();
    let tempo: f64 = sound.attributes["tempo"].parse().unwrap();
    assert!((tempo - 66.0).abs() < 0.01);
}

#[test]
fn a_title_may_hold_anything() {
    let roll = music::roll("4/4", &[(60, 0, 4)]);
    let heading = Heading { title: Some("<b> & \"\u{1b}[31m\" é 音"), ..Heading::default() };
    let page = Element::read(&to_musicxml(&roll, &heading));
    let title = page.find("work").unwrap().say("work-title");
    assert_eq!(title, "<b> & \"\u{FFFD}[31m\" é 音");
}

#[test]
fn metres_are_written_once_and_short_measures_keep_their_length() {
    let mut roll = music::roll("1/4", &[(60, 0, 4)]);
    for (metre, steps) in [("3/4", 24), ("3/4", 6), ("6/8", 12)] {
        roll.change_metre(metre.parse().unwrap());
        (0..steps).for_each(|_| roll.push(Default::default()));
    }
    // A change to 3/4 on a bar line of 3/4 changes nothing: 24 and 6 are one region.
    let page = Element::read(&to_musicxml(&roll, &Heading::default()));
    let measures = measures(&page);
    let found: Vec<_> = measures.iter().map(|m| (m.metre, m.length)).collect();
    let three = (3, 4);
    assert_eq!(found, [(three, 4), (three, 12), (three, 12), (three, 6), ((6, 8), 12)]);
    let numbers: Vec<_> =
        measures.iter().map(|m| m.element.attributes["number"].as_str()).collect();
    assert_eq!(numbers, ["0", "1", "2", "3", "4"]);
    let times: Vec<bool> = measures
        .iter()
        .map(|m| m.element.all("attributes").any(|attributes| attributes.find("time").is_some()))
        .collect();
    assert_eq!(times, [true, false, false, false, true]);
}

#[test]
fn hands_have_a_staff_each_and_a_held_note_a_voice_of_its_own() {
    // C2 and C3 under a tune in eighths over a G4 that is held.
    let mut notes = vec![(36, 0, 16), (48, 0, 16), (67, 0, 16)];
    notes.extend((0..8).map(|n| ([72, 74, 76, 77, 79, 77, 76, 74][n], 2 * n, 2)));
    let page = page("4/4", &notes);
    let page = Element::read(&page);
    let measures = measures(&page);
    let voices: BTreeMap<_, Vec<_>> = by_voice(&measures[0])
        .into_iter()
        .map(|(voice, signs)| (voice, signs.iter().map(|sign| sign.midi()).collect()))
        .collect();
    assert_eq!(voices[&(2, 5)], [36, 48]);
    assert_eq!(voices[&(1, 2)], [67]);
    assert_eq!(voices[&(1, 1)], [72, 74, 76, 77, 79, 77, 76, 74]);
    let stems = |voice| {
        let signs = measures[0].signs.iter().filter(move |sign| sign.voice == voice);
        signs.map(|sign| sign.element.say("stem")).collect::<BTreeSet<_>>()
    };
    assert_eq!(stems(1), BTreeSet::from(["up"]));
}

/// The whole text of a small page, in which a note is tied over the bar line, a chord is partly
/// tied, and an accidental is taken back. It was looked at in an engraving, and found valid by
/// the schema.
#[test]
fn a_small_page_is_written_as_ever() {
    let notes = [
        (48, 0, 12),
        (64, 0, 4),
        (67, 0, 4),
        (66, 4, 2),
        (65, 6, 2),
        (67, 8, 8),
        (50, 12, 6),
        (71, 16, 2),
        (72, 18, 6),
    ];
    let mut roll = music::roll("3/4", &notes);
    roll.set_tempo(600_000);
    let page = to_musicxml(&roll, &Heading { title: Some("A small page"), ..Heading::default() });
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/music/notation/small.musicxml");
    // The version of the program is in it.
    let version = concat!("Deep Jammer ", env!("CARGO_PKG_VERSION"));
    let page = page.replace(version, "Deep Jammer");
    assert_eq!(page, std::fs::read_to_string(golden).unwrap());
}
