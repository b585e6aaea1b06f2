//! Whatever is written is read back: metres, keys, titles and whole files that are cleaned.

use crate::real_pieces::corpus;
use deep_jammer::atomic_file::Existing;
use deep_jammer::midi;
use deep_jammer::output::Output;
use deep_jammer::roll::{Keys, Roll, Step};
use deep_jammer::score::{At, KeySignature, Metre, Note, Score};
use proptest::collection::vec;
use proptest::prelude::*;
use quick_xml::Reader;
use quick_xml::events::Event;
use std::collections::BTreeSet;

/// A score of one note.
fn score() -> Score {
    let mut roll = Roll::new(Metre::COMMON);
    let keys = Keys::from_iter([39]);
    roll.push(Step { play: keys, articulate: keys });
    let mut score = roll.to_score(None, &[]);
    score.length = 0;
    score
}

/// All that a time signature of a MIDI file can say, but for denominators beyond 2³¹.
fn metres() -> impl Iterator<Item = Metre> {
    let powers = |numerator| (0..=31).map(move |power| (numerator, power));
    (1..=255)
        .flat_map(powers)
        .map(|(numerator, denominator_power)| Metre { numerator, denominator_power })
}

#[test]
fn every_metre_that_is_accepted_as_text_comes_back_from_text_json_and_midi() {
    let mut accepted = 0;
    for metre in metres() {
        let Ok(read) = metre.to_string().parse::<Metre>() else { continue };
        accepted += 1;
        assert_eq!(read, metre);
        let json = serde_json::to_string(&metre).unwrap();
        assert_eq!(serde_json::from_str::<Metre>(&json).unwrap(), metre);
        let mut score = score();
        score.metres = vec![At { tick: 0, value: metre }];
        let read = midi::read(&midi::write(&score)).unwrap();
        assert_eq!((&read.score.metres, &read.warnings[..]), (&score.metres, &[][..]), "{metre}");
    }
    // 1 to 32 below the line, and at least 64 measures each.
    assert!(accepted >= 6 * 64, "{accepted}");
}

#[test]
fn every_metre_that_a_midi_file_gives_is_accepted_as_text() {
    for metre in metres() {
        let mut score = score();
        score.metres = vec![At { tick: 0, value: metre }];
        for At { value, .. } in midi::read(&midi::write(&score)).unwrap().score.metres {
            assert_eq!(value.to_string().parse::<Metre>().ok(), Some(value), "{metre}");
        }
    }
}

#[test]
fn every_key_comes_back_from_text_json_midi_and_sheet_music() {
    for (sharps, minor) in (-7..=7).flat_map(|sharps| [(sharps, false), (sharps, true)]) {
        let key = KeySignature { sharps, minor };
        assert_eq!(key.to_string().parse::<KeySignature>().unwrap(), key);
        let json = serde_json::to_string(&key).unwrap();
        assert_eq!(serde_json::from_str::<KeySignature>(&json).unwrap(), key);
        let mut score = score();
        score.keys = vec![At { tick: 0, value: key }];
        assert_eq!(midi::read(&midi::write(&score)).unwrap().score.keys, score.keys);
        let page = written(&score, "", "musicxml");
        assert_eq!(texts(&page, "fifths")[0], sharps.to_string());
    }
}

/// What `render` writes.
fn written(score: &Score, title: &str, extension: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(format!("a.{extension}"));
    let output = Output::new(path.clone()).unwrap();
    output.write(score, title, None, Existing::Keep, &mut |_| true).unwrap();
    String::from_utf8(std::fs::read(path).unwrap()).unwrap()
}

/// The texts of all elements of a name in a document, as an XML reader understands them.
fn texts(document: &str, name: &str) -> Vec<String> {
    let (mut reader, mut texts, mut within) = (Reader::from_str(document), Vec::new(), false);
    loop {
        match reader.read_event().unwrap() {
            Event::Start(tag) => {
                within = tag.name().0 == name;
                texts.extend(within.then(String::new));
            }
            Event::End(_) => within = false,
            Event::Text(text) if within => texts.last_mut().unwrap().push_str(&text),
            Event::GeneralRef(sign) if within => {
                let known = ["amp", "lt", "gt", "quot", "apos"].iter().position(|&it| it == &*sign);
                texts.last_mut().unwrap().push(['&', '<', '>', '"', '\''][known.unwrap()]);
            }
            Event::Eof => return texts,
            _ => {}
        }
    }
}

/// A text as XML can hold it: it has no control characters and lacks the last two of its plane.
fn in_xml(text: &str) -> String {
    let shown = |c: char| match c {
        '\t' | '\n' | '\r' => ' ',
        c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => '\u{FFFD}',
        c => c,
    };
    text.chars().map(shown).collect()
}

/// Any Unicode text: signs of all planes, control characters, what XML and JSON escape. It does not
/// begin or end with what is cut off every title: spaces, zeros and marks of the byte order.
fn title() -> impl Strategy<Value = String> {
    let odd =
        "[\\x00-\\x20<>&\"'\\\\\u{7F}-\u{A0}\u{2028}\u{202E}\u{FEFF}\u{FFFD}\u{FFFE}\u{FFFF}]";
    let some = prop_oneof![any::<String>(), ".{0,30}", "[éß音한♭𝄞🎹a-c ]{0,12}", odd];
    vec(some, 0..4).prop_map(|parts| {
        let cut = |c: char| c.is_whitespace() || matches!(c, '\0' | '\u{FEFF}');
        parts.concat().trim_matches(cut).to_owned()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn any_title_and_any_text_comes_back_from_midi(title in title(), texts in vec(title(), 0..4)) {
        let mut score = score();
        score.title = (!title.is_empty()).then_some(title);
        score.texts = texts.into_iter().filter(|text| !text.is_empty()).collect();
        let read = midi::read(&midi::write(&score)).unwrap().score;
        prop_assert_eq!((read.title, read.texts), (score.title, score.texts));
    }

    #[test]
    fn any_title_comes_back_from_sheet_music_and_from_pictures(title in title()) {
        let page = written(&score(), &title, "musicxml");
        let found = [texts(&page, "work-title"), texts(&page, "movement-title")].concat();
        // An empty title need not be written.
        if !title.is_empty() {
            prop_assert_eq!(&found[0], &in_xml(&title));
        }
        // A picture is a document as well. Its title may be shortened.
        prop_assert!(!texts(&written(&score(), &title, "svg"), "text").is_empty());
    }
}

/// An event of a track: after so many ticks, a message of a channel or a meta event.
fn event() -> impl Strategy<Value = Vec<u8>> {
    let channel = || 0u8..3;
    let key = 58u8..62;
    let note = (channel(), key.clone(), 0u8..128).prop_map(|(c, key, v)| vec![0x90 | c, key, v]);
    let release = (channel(), key).prop_map(|(c, key)| vec![0x80 | c, key, 0]);
    let controllers = prop::sample::select(vec![64u8, 64, 66, 67, 7, 120, 121, 123]);
    let pedal = (channel(), controllers, prop::sample::select(vec![0u8, 63, 64, 127]))
        .prop_map(|(channel, number, value)| vec![0xB0 | channel, number, value]);
    let tempo = (0u32..1 << 24)
        .prop_map(|tempo| [&[0xFF, 0x51, 3][..], &tempo.to_be_bytes()[1..]].concat());
    let metre = (0u8..20, 0u8..10).prop_map(|(n, power)| vec![0xFF, 0x58, 4, n, power, 24, 8]);
    let key =
        (any::<i8>(), 0u8..3).prop_map(|(sharps, minor)| vec![0xFF, 0x59, 2, sharps as u8, minor]);
    let text = (1u8..5, "[a-zé ]{0,9}")
        .prop_map(|(kind, text)| [&[0xFF, kind, text.len() as u8][..], text.as_bytes()].concat());
    let message = prop_oneof![8 => note, 6 => release, 2 => pedal, 1 => tempo, 1 => metre, 1 => key, 1 => text];
    (prop_oneof![Just(0u8), 0u8..100], message)
        .prop_map(|(delta, message)| [vec![delta], message].concat())
}

/// A file of several tracks whose notes overlap, repeat and hang.
fn messy_file() -> impl Strategy<Value = Vec<u8>> {
    vec(vec(event(), 0..60), 1..4).prop_map(|tracks| {
        let mut bytes = b"MThd\0\0\0\x06\0\x01\0".to_vec();
        bytes.extend([tracks.len() as u8, 0, 96]);
        for track in tracks {
            let end = [&track.concat()[..], &[9, 0xFF, 0x2F, 0]].concat();
            bytes.extend([&b"MTrk"[..], &(end.len() as u32).to_be_bytes(), &end].concat());
        }
        bytes
    })
}

/// Checks what the clean file of a score has of it.
fn check_cleaned(score: &Score) {
    let clean = midi::write(score);
    let found = midi::read(&clean).unwrap();
    assert_eq!(found.warnings, [], "there is nothing left to mend");
    assert_eq!(found.percussion, 0);
    assert!(midi::write(&found.score) == clean, "cleaning twice gives the same bytes");
    let apart = |score: &Score| Score { notes: Vec::new(), length: 0, ..score.clone() };
    assert_eq!(apart(&found.score), apart(score));
    // Every key is struck when it was, whatever overlaps.
    let strokes = |score: &Score| -> BTreeSet<_> {
        score.notes.iter().map(|note| (note.start, note.pitch)).collect()
    };
    assert_eq!(strokes(&found.score), strokes(score));
    let same_key = |one: &Note, other: &Note| one.pitch == other.pitch;
    for note in &score.notes {
        let overlaps = |other: &&Note| {
            same_key(note, other) && other.start < note.end() && note.start < other.end()
        };
        let alone = score.notes.iter().filter(overlaps).count() == 1;
        // One of no length lasts a tick, and another may begin there.
        let instant = |other: &Note| same_key(note, other) && other.length == 0;
        if note.length > 0 && alone && !score.notes.iter().any(instant) {
            assert!(found.score.notes.contains(note), "{note:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn a_file_that_is_cleaned_is_the_same_score_and_stays_so(
        bytes in messy_file(),
        damage in prop::option::of((any::<prop::sample::Index>(), any::<u8>())),
    ) {
        let mut bytes = bytes;
        if let Some((at, byte)) = damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(read) = midi::read(&bytes) {
            check_cleaned(&read.score);
        }
    }
}

#[test]
fn all_real_pieces_can_be_cleaned() {
    let Some(corpus) = corpus() else { return };
    for piece in &corpus.pieces {
        check_cleaned(&midi::read_file(&piece.path).unwrap().score);
    }
}
