//! Files with wrong lengths, counts, bytes and wrappers are read as a sequencer plays them, and what is
//! lost is said.

use crate::midi::{END, NOTE, chunk, file, header, notes, read_track};
use deep_jammer::midi::{self, MidiError, ParsedMidi, Warning};
use deep_jammer::roll::Roll;
use proptest::prelude::*;

/// The track of a scale of 32 quarters.
fn scale() -> Vec<u8> {
    let note = |at: u8| [0, 0x90, 48 + at, 80, 96, 0x80, 48 + at, 64];
    [&(0..32).flat_map(note).collect::<Vec<_>>()[..], &END].concat()
}

/// A track with a title and a tempo, and no notes.
fn conductor() -> Vec<u8> {
    [&[0, 0xFF, 0x03, 1, b'T', 0, 0xFF, 0x51, 3, 0x0A, 0x2C, 0x2B][..], &END].concat()
}

/// A track chunk whose length is given wrongly.
fn chunk_of_length(length: u32, data: &[u8]) -> Vec<u8> {
    [&b"MTrk"[..], &length.to_be_bytes(), data].concat()
}

/// Reads a file that must have all notes of the scale and nothing else.
fn read_scale(bytes: &[u8]) -> ParsedMidi {
    let reading = midi::read(bytes).unwrap();
    let expected: Vec<_> = (0..32).map(|at| (96 * at, 96 * (at + 1), 48 + at as u8)).collect();
    assert_eq!(notes(&reading), expected);
    reading
}

#[test]
fn tracks_beyond_the_promised_ones_are_left_out_and_counted() {
    let left_over = chunk(b"MTrk", &[&NOTE[..], &END].concat());
    let bytes = [&header(0, 1, 96)[..], &chunk(b"MTrk", &scale()), &left_over, &left_over].concat();
    let expected = [Warning::MoreTracks { promised: 1, beyond: 2, read: false }];
    assert_eq!(read_scale(&bytes).warnings, expected);
    assert!(expected[0].to_string().contains("left out"), "{}", expected[0]);
    // A chunk of another kind is no track.
    let alien = chunk(b"XFIH", b"MIDI data of another kind");
    let tracks = [chunk(b"MTrk", &conductor()), alien, chunk(b"MTrk", &scale())].concat();
    assert_eq!(read_scale(&[&header(1, 2, 96)[..], &tracks].concat()).warnings, []);
    let more = [&header(1, 2, 96)[..], &tracks, &left_over].concat();
    assert_eq!(read_scale(&more).warnings.len(), 1);
}

#[test]
fn a_header_that_promises_too_few_tracks_to_have_notes_is_not_believed() {
    let tracks = [chunk(b"MTrk", &conductor()), chunk(b"MTrk", &scale())].concat();
    let reading = read_scale(&[&header(1, 1, 96)[..], &tracks].concat());
    assert_eq!(reading.warnings, [Warning::MoreTracks { promised: 1, beyond: 1, read: true }]);
    assert_eq!(reading.score.tempos.len(), 1);
    let reading = read_scale(&[&header(1, 0, 96)[..], &tracks].concat());
    assert_eq!(reading.warnings, [Warning::MoreTracks { promised: 0, beyond: 2, read: true }]);
}

#[test]
fn a_header_that_promises_too_many_tracks_does_no_harm() {
    for promised in [3, 17, u16::MAX] {
        let tracks = [chunk(b"MTrk", &conductor()), chunk(b"MTrk", &scale())].concat();
        let reading = read_scale(&[&header(1, promised, 96)[..], &tracks].concat());
        assert_eq!(reading.warnings, [Warning::TracksMissing { promised, found: 2 }]);
    }
}

#[test]
fn a_track_whose_length_is_wrong_is_read_up_to_the_next_one() {
    let (first, second) = (conductor(), scale());
    let right = second.len() as u32;
    for wrong in [0, 1, 5, right - 1, right + 1, right + 4, 5000, u32::MAX] {
        // The last track.
        let tracks = [chunk(b"MTrk", &first), chunk_of_length(wrong, &second)].concat();
        let reading = read_scale(&[&header(1, 2, 96)[..], &tracks].concat());
        let (given, found) = (wrong as usize, second.len());
        assert_eq!(reading.warnings, [Warning::Length { track: 2, given, found }], "{wrong}");
        // One in the middle.
        let tracks = [chunk_of_length(wrong, &second), chunk(b"MTrk", &first)].concat();
        let reading = read_scale(&[&header(1, 2, 96)[..], &tracks].concat());
        assert_eq!(reading.warnings, [Warning::Length { track: 1, given, found }], "{wrong}");
    }
    // A chunk of another kind whose length is wrong swallows no track.
    let alien = [&b"XFIH"[..], &40u32.to_be_bytes(), b"abc"].concat();
    let reading = read_scale(&[&header(0, 1, 96)[..], &alien, &chunk(b"MTrk", &second)].concat());
    assert_eq!(reading.warnings, [Warning::Junk { offset: 14, bytes: alien.len() }]);
}

#[test]
fn a_header_of_wrong_length_is_taken_to_be_as_long_as_it_should_be() {
    for wrong in [0, 5, 7, 100, u32::MAX] {
        let mut bytes = [header(0, 1, 96), chunk(b"MTrk", &scale())].concat();
        bytes[4..8].copy_from_slice(&wrong.to_be_bytes());
        assert_eq!(read_scale(&bytes).warnings, [], "{wrong}");
    }
}

#[test]
fn of_a_file_that_is_cut_short_everything_is_read_that_is_there() {
    let whole = file(&[&scale()]);
    let begin = whole.len() - scale().len();
    for end in 0..whole.len() {
        let reading = midi::read(&whole[..end]);
        // A note takes eight bytes; it is struck with the fourth.
        let struck = (end.saturating_sub(begin) + 4) / 8;
        match reading {
            Ok(reading) => {
                assert_eq!(reading.score.notes.len(), struck.min(32), "{end}");
                assert!(!reading.warnings.is_empty(), "{end}");
            }
            Err(error) => {
                assert_eq!(struck, 0, "{end}: {error}");
                let remedy = error.to_string();
                assert!(remedy.contains("again") || remedy.contains("give a"), "{end}: {remedy}");
            }
        }
    }
    // In the middle of the head of the second track.
    let bytes = [&header(1, 2, 96)[..], &chunk(b"MTrk", &scale()), b"MTrk\0"].concat();
    let expected = [
        Warning::Junk { offset: bytes.len() - 5, bytes: 5 },
        Warning::TracksMissing { promised: 2, found: 1 },
    ];
    assert_eq!(read_scale(&bytes).warnings, expected);
}

#[test]
fn when_no_note_is_left_the_error_says_what_was_odd() {
    let bytes = [header(1, 3, 96), chunk_of_length(9, &[0, 0xFF, 0x58])].concat();
    let error = midi::read(&bytes).unwrap_err();
    let MidiError::NoNotes { percussion: 0, warnings } = &error else { panic!("{error}") };
    let expected = [
        Warning::Length { track: 1, given: 9, found: 3 },
        Warning::TracksMissing { promised: 3, found: 1 },
        Warning::TrackDamaged { track: 1, byte: 0, lost: 3 },
    ];
    assert_eq!(warnings[..], expected);
    for warning in warnings {
        assert!(error.to_string().contains(&warning.to_string()), "{error}");
    }
}

#[test]
fn a_data_byte_above_127_is_clipped_and_the_track_goes_on() {
    // A controller, a velocity, a program, a pitch bend, an aftertouch; one that a running status
    // follows.
    for odd in [
        &[0, 0xB0, 7, 0xFF][..],
        &[0, 0xB0, 7, 0x80, 0, 10, 0xC4],
        &[0, 0xC0, 0xFE],
        &[0, 0xE0, 0xA0, 0xA0],
        &[0, 0xD0, 0xB0],
        &[0, 0xA0, 60, 0x90],
        &[0, 0xB0, 0xFF, 0],
    ] {
        let reading = read_scale(&file(&[&[odd, &scale()].concat()]));
        let clipped = if odd.len() > 4 && odd[1] == 0xB0 { 2 } else { 1 };
        assert_eq!(reading.warnings, [Warning::Clipped(clipped)], "{odd:x?}");
    }
    let loud = [0, 0x90, 60, 0xC8, 96, 60, 0];
    let reading = read_track(&[&loud[..], &NOTE].concat());
    assert_eq!(notes(&reading), [(0, 96, 60), (96, 192, 60)]);
    assert_eq!(reading.score.notes[0].velocity, 127);
    // The controller 255 is not the controller 127, which would release all keys.
    let reading = read_track(&[0, 0x90, 60, 64, 48, 0xB0, 0xFF, 0, 48, 0x80, 60, 0]);
    assert_eq!(notes(&reading), [(0, 96, 60)]);
}

#[test]
fn a_beat_of_the_system_clock_within_a_message_is_taken_out() {
    let reading = read_track(&[&[0, 0x90, 60, 0xF8, 64, 96, 0x80, 60, 0][..], &NOTE].concat());
    assert_eq!(notes(&reading), [(0, 96, 60), (96, 192, 60)]);
    assert_eq!(reading.score.notes[0].velocity, 64);
    assert_eq!(reading.warnings, [Warning::OddEvents(1)]);
}

#[test]
fn after_bytes_that_are_no_event_the_next_event_is_found() {
    // A data byte before there is any status; a text and a title that are longer than the track; a
    // system exclusive event without a length.
    for odd in [
        &[0, 60, 64][..],
        &[0, 0xFF, 0x01, 0x81, 0x80, 0x00, b'a', b'b', b'c'],
        &[0, 0xFF, 0x03, 0xFF, 0x7F, b'a', b'b', b'c'],
        &[0, 0xF0, 0x7E, 0x7F, 9, 1, 0xF7],
    ] {
        let reading = read_scale(&file(&[&[odd, &scale()].concat()]));
        let expected = match odd[1] {
            60 => Warning::Unreadable { track: 1, bytes: 3 },
            _ => Warning::OddEvents(1),
        };
        assert_eq!(reading.warnings, [expected], "{odd:x?}");
    }
    // The end of the track, a tempo and a metre have a length that is known.
    let reading =
        read_track(&[&NOTE[..], &[0, 0xFF, 0x51, 0x7F, 0x0A, 0x2C, 0x2B], &NOTE].concat());
    assert_eq!((notes(&reading).len(), reading.score.tempos.len()), (2, 1));
    let reading = midi::read(&file(&[&[&NOTE[..], &[0, 0xFF, 0x2F, 9]].concat()])).unwrap();
    assert_eq!(notes(&reading).len(), 1);
}

#[test]
fn the_file_is_found_behind_a_wrapper() {
    let plain = file(&[&scale()]);
    // MacBinary: a byte of nothing, the name with its length, the kind and the creator, and the
    // length of the file; what follows is filled up to 128 bytes.
    let mut mac = [0; 128];
    mac[1..6].copy_from_slice(b"\x04Song");
    mac[65..73].copy_from_slice(b"MidiMJMM");
    mac[83..87].copy_from_slice(&(plain.len() as u32).to_be_bytes());
    let filled = vec![0; 128 - plain.len() % 128];
    for prefix in [&mac[..], b"\xEF\xBB\xBF", &[0; 4], b"HTTP/1.1 200 OK\r\n\r\n"] {
        let reading = read_scale(&[prefix, &plain, &filled].concat());
        assert_eq!(reading.warnings[0], Warning::Prefix(prefix.len()));
    }
    // RIFF whose lengths are wrong.
    let riff = [b"RIFF\0\0\0\0RMIDdata\xFF\xFF\xFF\xFF", &plain[..]].concat();
    assert_eq!(read_scale(&riff).warnings, []);
    let riff = [b"RIFF\0\0\0\0RMIDinfo\xFF\xFF\xFF\xFFdata\0\0\0\0", &plain[..]].concat();
    assert_eq!(read_scale(&riff).warnings, [Warning::Prefix(28)]);
    assert_eq!(midi::read(&[&[0; 10_000][..], &plain].concat()), Err(MidiError::NotMidi));
}

#[test]
fn a_format_that_does_not_exist_is_read_as_parts() {
    let bytes = [header(7, 1, 96), chunk(b"MTrk", &scale())].concat();
    assert_eq!(read_scale(&bytes).warnings, [Warning::UnknownFormat(7)]);
}

#[test]
fn the_patterns_of_format_2_follow_each_other() {
    let one = [header(2, 1, 96), chunk(b"MTrk", &scale())].concat();
    assert_eq!(read_scale(&one).warnings, []);
    let tempo = [0, 0xFF, 0x51, 3, 0x0A, 0x2C, 0x2B, 0, 0xFF, 0x58, 4, 3, 2, 24, 8];
    let pedal = [0, 0xB0, 64, 127];
    // A note and a rest of a quarter; then a note in 3/4 with the pedal; then a note.
    let patterns = [
        [&NOTE[..], &[96, 0xFF, 0x2F, 0]].concat(),
        [&tempo[..], &pedal, &NOTE, &END].concat(),
        [&NOTE[..], &END].concat(),
    ];
    let tracks = patterns.map(|pattern| chunk(b"MTrk", &pattern)).concat();
    let reading = midi::read(&[header(2, 3, 96), tracks].concat()).unwrap();
    assert_eq!(notes(&reading), [(0, 96, 60), (192, 288, 60), (288, 384, 60)]);
    let score = &reading.score;
    let tempos: Vec<_> = score.tempos.iter().map(|change| (change.tick, change.value)).collect();
    assert_eq!(tempos, [(192, 666_667), (288, 500_000)]);
    let metres: Vec<_> =
        score.metres.iter().map(|change| (change.tick, change.value.to_string())).collect();
    assert_eq!(metres, [(192, "3/4".to_owned()), (288, "4/4".to_owned())]);
    let pedal: Vec<_> = score.pedal.iter().map(|change| (change.tick, change.value)).collect();
    assert_eq!(pedal, [(192, true), (288, false)]);
    assert_eq!(reading.warnings, [Warning::Patterns(3)]);
}

#[test]
fn film_time_is_read_by_the_clock() {
    // 25 frames of 40 ticks: a tick is a millisecond. A tempo and a metre mean nothing here.
    let tempo = [0, 0xFF, 0x51, 3, 0x0A, 0x2C, 0x2B, 0, 0xFF, 0x58, 4, 3, 2, 24, 8];
    let track = [&tempo[..], &[0, 0x90, 60, 64, 0x83, 0x74, 0x80, 60, 0], &END].concat();
    let reading = midi::read(&[header(0, 1, 0xE728), chunk(b"MTrk", &track)].concat()).unwrap();
    assert_eq!(reading.warnings, [Warning::Smpte(25)]);
    let score = &reading.score;
    assert!(score.metres.is_empty());
    let seconds = score.notes[0].end() as f64 / f64::from(score.ticks_per_quarter) * 0.5;
    assert_eq!((seconds, score.mean_tempo()), (0.5, 500_000));
}

#[test]
fn a_note_without_release_does_not_go_on_to_a_far_end() {
    // The end of the track comes after 2.8 million quarters.
    let far = [0xFF, 0xFF, 0xFF, 0x7F];
    let hung = [0, 0x90, 30, 80];
    let notes_only = &scale()[..scale().len() - 4];
    let track = [&hung[..], notes_only, &far, &END[1..]].concat();
    let reading = midi::read(&file(&[&track])).unwrap();
    assert_eq!(reading.score.notes.len(), 33);
    assert_eq!(reading.score.end(), 32 * 96);
    assert_eq!(reading.warnings, [Warning::Unreleased(1), Warning::Shortened(1)]);
    assert_eq!(Roll::from_score(&reading.score).unwrap().roll.len(), 128);
    // It is released there, and a tempo, a pedal and another note are as far away.
    let released = [&hung[..], notes_only, &far, &[0x80, 30, 0]].concat();
    let strays = [0, 0xFF, 0x51, 3, 0x0A, 0x2C, 0x2B, 0, 0xB0, 64, 127, 0, 0x90, 60, 80, 96, 60, 0];
    let reading = midi::read(&file(&[&[&released[..], &strays, &END].concat()])).unwrap();
    assert_eq!((reading.score.notes.len(), reading.score.end()), (33, 32 * 96));
    assert!(reading.score.tempos.is_empty() && reading.score.pedal.is_empty());
    assert_eq!(reading.warnings, [Warning::Shortened(1), Warning::FarAway(1)]);
}

#[test]
fn tempos_and_metres_that_no_music_has_are_ignored_and_counted() {
    // Tempos of 2, 4 and 5 bytes.
    for wrong in [
        &[0, 0xFF, 0x51, 2, 0x0A, 0x2C][..],
        &[0, 0xFF, 0x51, 4, 0, 0x0A, 0x2C, 0x2B],
        &[0, 0xFF, 0x51, 4, 0x0A, 0x2C, 0x2B, 0],
        &[0, 0xFF, 0x51, 5, 0, 0, 0x0A, 0x2C, 0x2B],
    ] {
        let reading = read_track(&[wrong, &NOTE].concat());
        assert!(reading.score.tempos.is_empty(), "{wrong:?}");
        assert_eq!(reading.warnings, [Warning::OddEvents(1)], "{wrong:?}");
    }
    // 60 million, 23 041 and 1001 quarters a minute.
    for tempo in [1u32, 2604, 59_940] {
        let [_, high, middle, low] = tempo.to_be_bytes();
        let reading = read_track(&[&[0, 0xFF, 0x51, 3, high, middle, low][..], &NOTE].concat());
        assert!(reading.score.tempos.is_empty(), "{tempo}");
        assert_eq!(reading.warnings, [Warning::OddTempos(1)], "{tempo}");
    }
    // 4/256, 6/256, 4/65536, 2/2^33, 1/128; and 13/64, which music has.
    for (numerator, power) in [(4, 8), (6, 8), (4, 16), (2, 33), (1, 7)] {
        let reading =
            read_track(&[&[0, 0xFF, 0x58, 4, numerator, power, 24, 8][..], &NOTE].concat());
        assert!(reading.score.metres.is_empty(), "{numerator}/2^{power}");
        assert_eq!(reading.warnings, [Warning::OddMetres(1)]);
    }
    let reading = read_track(&[&[0, 0xFF, 0x58, 4, 13, 6, 24, 8][..], &NOTE].concat());
    assert_eq!(reading.score.metres[0].value.to_string(), "13/64");
    assert_eq!(reading.warnings, []);
}

#[test]
fn titles_are_read_in_the_encodings_of_their_time() {
    for (bytes, title) in [
        (&b"\x93Suite\x94 \x96 No. 1"[..], "“Suite” – No. 1"),
        (b"\xFF\xFEL\0i\0e\0d\0", "Lied"),
        (b"\xFE\xFF\0L\0i\0e\0d", "Lied"),
        (b"\x96\xE9\x91\x7A\x8B\xC8", "夜想曲"),
        ("夜想曲 第2番 – Ноктюрн ♭".as_bytes(), "夜想曲 第2番 – Ноктюрн ♭"),
        (b"Pr\xE9lude", "Prélude"),
    ] {
        let name = [&[0, 0xFF, 0x03, bytes.len() as u8], bytes].concat();
        let reading = read_track(&[&name[..], &NOTE].concat());
        assert_eq!(reading.score.title.as_deref(), Some(title));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    /// Whichever data bytes are above 127, no note is lost and none is moved.
    #[test]
    fn any_data_bytes_above_127_are_clipped(
        // The bytes of the system clock within a message mean something else.
        odd in prop::collection::vec((any::<prop::sample::Index>(), 0usize..2, 0x80u8..0xF8), 1..12),
    ) {
        // Controllers and notes, in turn.
        let message = |at: u8| [1, 0xB0, 20, at, 0, 0x90, 48 + at, 80, 96, 0x80, 48 + at, 64];
        let mut track: Vec<u8> = (0..32).flat_map(message).collect();
        for (at, byte, value) in odd {
            // Not the pitches, which would become other notes.
            let at = at.index(64);
            let offset = 12 * (at / 2) + if at % 2 == 0 { 2 + byte } else { 7 };
            track[offset] = value;
        }
        let reading = midi::read(&file(&[&[&track[..], &END].concat()])).unwrap();
        let expected: Vec<_> = (0..32).map(|at| (97 * at + 1, 97 * at + 97, 48 + at as u8)).collect();
        prop_assert_eq!(notes(&reading), expected);
        prop_assert!(matches!(reading.warnings[..], [Warning::Clipped(1..)]), "{:?}", reading.warnings);
    }
}
