//! MIDI files made by hand, byte by byte after the specification (RP-001), are read: one for each oddity
//! found in the wild.

use deep_jammer::midi::{self, MidiError, ParsedMidi, Warning};
use deep_jammer::roll::Roll;
use deep_jammer::score::{At, KeySignature, Metre, Note};

pub const END: [u8; 4] = [0, 0xFF, 0x2F, 0];

pub fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    [&kind[..], &(data.len() as u32).to_be_bytes(), data].concat()
}

pub fn header(format: u16, tracks: u16, division: u16) -> Vec<u8> {
    let numbers = [format, tracks, division].map(u16::to_be_bytes);
    chunk(b"MThd", numbers.as_flattened())
}

/// A file of 96 ticks a quarter with the given track data.
pub fn file(tracks: &[&[u8]]) -> Vec<u8> {
    let mut bytes = header(u16::from(tracks.len() > 1), tracks.len() as u16, 96);
    tracks.iter().for_each(|track| bytes.extend(chunk(b"MTrk", track)));
    bytes
}

/// Reads one track, which gets its End of Track here.
pub fn read_track(events: &[u8]) -> ParsedMidi {
    midi::read(&file(&[&[events, &END].concat()])).unwrap()
}

/// The notes as (start, end, pitch).
pub fn notes(reading: &ParsedMidi) -> Vec<(u64, u64, u8)> {
    reading.score.notes.iter().map(|note| (note.start, note.end(), note.pitch)).collect()
}

/// Middle C for a quarter.
pub const NOTE: [u8; 8] = [0, 0x90, 60, 64, 96, 0x80, 60, 64];

#[test]
fn reads_running_status_and_velocity_zero_as_release() {
    let reading = read_track(&[0, 0x90, 60, 64, 48, 64, 70, 48, 60, 0, 0, 64, 0]);
    assert_eq!(notes(&reading), [(0, 96, 60), (48, 96, 64)]);
    assert_eq!(reading.score.notes[1].velocity, 70);
    assert_eq!(reading.warnings, []);
}

#[test]
fn running_status_survives_meta_and_system_exclusive_events() {
    let reading = read_track(&[
        0, 0x90, 60, 64, 0, 0xFF, 0x06, 1, b'x', 0, 62, 64, 0, 0xF0, 2, 1, 0xF7, 96, 60, 0, 0, 62,
        0,
    ]);
    assert_eq!(notes(&reading), [(0, 96, 60), (0, 96, 62)]);
}

#[test]
fn a_note_that_is_never_released_ends_with_its_track() {
    let reading = read_track(&[0, 0x90, 60, 64, 96, 0xFF, 0x01, 1, b'x']);
    assert_eq!(notes(&reading), [(0, 96, 60)]);
    assert_eq!(reading.warnings, [Warning::Unreleased(1)]);
}

#[test]
fn overlapping_notes_of_one_pitch_are_released_in_their_order() {
    let reading =
        read_track(&[0, 0x90, 60, 64, 24, 0x90, 60, 70, 24, 0x80, 60, 0, 48, 0x80, 60, 0]);
    assert_eq!(notes(&reading), [(0, 48, 60), (24, 96, 60)]);
    assert_eq!(reading.warnings, []);
}

#[test]
fn tracks_and_channels_do_not_release_each_others_notes() {
    let right = [&[0, 0x90, 60, 64, 96, 0x80, 60, 0], &END[..]].concat();
    let left = [&[24, 0x90, 60, 64, 24, 0x80, 60, 0], &END[..]].concat();
    let reading = midi::read(&file(&[&right, &left])).unwrap();
    assert_eq!(notes(&reading), [(0, 96, 60), (24, 48, 60)]);
    let reading = read_track(&[0, 0x90, 60, 64, 0, 0x91, 60, 64, 24, 0x81, 60, 0, 24, 0x80, 60, 0]);
    assert_eq!(notes(&reading), [(0, 24, 60), (0, 48, 60)]);
}

#[test]
fn all_notes_off_releases_all_notes() {
    let reading = read_track(&[0, 0x90, 60, 64, 0, 64, 64, 96, 0xB0, 123, 0]);
    assert_eq!(notes(&reading), [(0, 96, 60), (0, 96, 64)]);
}

#[test]
fn percussion_is_counted_and_is_no_music_for_piano() {
    let drum = [0, 0x99, 36, 100, 10, 0x89, 36, 0];
    let reading = read_track(&[&drum[..], &NOTE].concat());
    assert_eq!((reading.percussion, reading.score.notes.len()), (1, 1));
    let error = midi::read(&file(&[&[&drum[..], &END].concat()])).unwrap_err();
    assert_eq!(error, MidiError::NoNotes { percussion: 1, warnings: vec![] });
}

#[test]
fn reads_tempo_metre_key_pedal_title_and_texts() {
    let reading = read_track(
        &[
            &[0, 0xFF, 0x03, 5, b'S', b't', b'u', b'd', b'y'][..],
            // Not UTF-8, so Windows-1252: "für".
            &[0, 0xFF, 0x01, 3, b'f', 0xFC, b'r'],
            &[0, 0xFF, 0x51, 3, 0x09, 0x27, 0xC0],
            &[0, 0xFF, 0x58, 4, 6, 3, 36, 8],
            &[0, 0xFF, 0x59, 2, 0xFD, 1],
            &[0, 0xB0, 64, 127],
            &NOTE,
            &[0, 0xB0, 64, 100, 4, 0xB0, 64, 63],
        ]
        .concat(),
    );
    let score = &reading.score;
    assert_eq!(score.title.as_deref(), Some("Study"));
    assert_eq!(score.texts, ["für"]);
    assert_eq!(score.tempos, [At { tick: 0, value: 600_000 }]);
    let metre = Metre { numerator: 6, denominator_power: 3 };
    assert_eq!(score.metres, [At { tick: 0, value: metre }]);
    assert_eq!(score.keys, [At { tick: 0, value: KeySignature { sharps: -3, minor: true } }]);
    assert_eq!(score.pedal, [At { tick: 0, value: true }, At { tick: 100, value: false }]);
    assert_eq!(reading.warnings, []);
}

#[test]
fn of_several_changes_at_one_tick_the_last_holds() {
    let reading = read_track(
        &[
            &[0, 0xFF, 0x51, 3, 7, 0, 1, 0, 0xFF, 0x51, 3, 7, 0, 2][..],
            &[0, 0xFF, 0x58, 4, 2, 2, 24, 8, 0, 0xFF, 0x58, 4, 3, 2, 24, 8],
            &NOTE,
        ]
        .concat(),
    );
    assert_eq!(reading.score.tempos, [At { tick: 0, value: 0x07_00_02 }]);
    assert_eq!(reading.score.metres, [At { tick: 0, value: "3/4".parse().unwrap() }]);
}

#[test]
fn odd_meta_events_are_skipped_and_the_music_goes_on() {
    let reading = read_track(
        &[
            // An unknown one, a key signature of 20 sharps, one of no bytes, one of a single byte.
            &[0, 0xFF, 0x60, 2, 1, 2, 0, 0xFF, 0x59, 2, 20, 0, 0, 0xFF, 0x59, 0][..],
            &[0, 0xFF, 0x59, 1, 2],
            // A tempo of zero, one of two bytes, a time signature of zero and one of three bytes.
            &[0, 0xFF, 0x51, 3, 0, 0, 0, 0, 0xFF, 0x51, 2, 1, 1],
            &[0, 0xFF, 0x58, 4, 0, 2, 24, 8, 0, 0xFF, 0x58, 3, 4, 2, 24],
            // A frame time that does not exist, and a beat of the system clock.
            &[0, 0xFF, 0x54, 5, 0xFF, 99, 99, 99, 99, 5, 0xF8],
            &NOTE,
        ]
        .concat(),
    );
    assert_eq!(notes(&reading), [(5, 101, 60)]);
    assert!(reading.score.keys.is_empty() && reading.score.tempos.is_empty());
    let warnings = &reading.warnings;
    assert!(matches!(warnings[0], Warning::OddEvents(3..)), "{warnings:?}");
    let expected = [Warning::OddMetres(1), Warning::OddTempos(1), Warning::OddKeys(1)];
    assert_eq!(warnings[1..], expected);
}

#[test]
fn what_is_lost_of_a_damaged_track_is_told() {
    // A message that is cut off in the middle.
    let damaged = [&NOTE[..], &[0, 0x90, 60]].concat();
    let reading = midi::read(&file(&[&damaged, &[&NOTE[..], &END].concat()])).unwrap();
    assert_eq!(notes(&reading).len(), 2);
    assert_eq!(reading.warnings, [Warning::TrackDamaged { track: 1, byte: 8, lost: 3 }]);
}

#[test]
fn a_track_may_lack_its_end_or_have_it_too_early() {
    let reading = midi::read(&file(&[&NOTE])).unwrap();
    assert_eq!(notes(&reading).len(), 1);
    assert_eq!(reading.warnings, [Warning::NoEndOfTrack { track: 1 }]);
    let reading = midi::read(&file(&[&[&NOTE[..], &END, &NOTE].concat()])).unwrap();
    assert_eq!(notes(&reading).len(), 1);
    assert_eq!(reading.warnings, [Warning::AfterEndOfTrack { track: 1, bytes: 8 }]);
}

#[test]
fn reads_files_in_a_riff_wrapper() {
    let mut smf = file(&[&[&NOTE[..], &END].concat()]);
    let length = (smf.len() as u32).to_le_bytes();
    smf.push(0);
    let info = [&b"INFO"[..], &3u32.to_le_bytes(), b"abc", b"\0"].concat();
    let rest = [&b"RMID"[..], &info, b"data", &length, &smf].concat();
    let riff = [&b"RIFF"[..], &(rest.len() as u32).to_le_bytes(), &rest].concat();
    assert_eq!(notes(&midi::read(&riff).unwrap()), [(0, 96, 60)]);
    let wave = [&b"RIFF"[..], &4u32.to_le_bytes(), b"WAVE"].concat();
    assert_eq!(midi::read(&wave), Err(MidiError::NotMidi));
}

#[test]
fn alien_chunks_and_junk_do_no_harm_and_further_tracks_are_left_out() {
    let track = chunk(b"MTrk", &[&NOTE[..], &END].concat());
    let alien = chunk(b"XFIH", &[1, 2, 3]);
    let bytes =
        [&header(1, 2, 96)[..], &alien, &track, b"\0", &track, &track, b"some junk here"].concat();
    let reading = midi::read(&bytes).unwrap();
    assert_eq!(notes(&reading).len(), 2);
    let expected = [
        Warning::Junk { offset: 14 + 11 + 20, bytes: 1 },
        Warning::Junk { offset: 14 + 11 + 3 * 20 + 1, bytes: 14 },
        Warning::MoreTracks { promised: 2, beyond: 1, read: false },
    ];
    assert_eq!(reading.warnings, expected);
}

#[test]
fn a_header_may_be_longer_than_six_bytes() {
    let head = chunk(b"MThd", &[0, 0, 0, 1, 0, 96, 7, 7]);
    let bytes = [head, chunk(b"MTrk", &[&NOTE[..], &END].concat())].concat();
    assert_eq!(notes(&midi::read(&bytes).unwrap()), [(0, 96, 60)]);
}

#[test]
fn what_cannot_be_read_is_refused_with_a_reason_and_a_remedy() {
    let with_header =
        |head: Vec<u8>| midi::read(&[head, chunk(b"MTrk", &[&NOTE[..], &END].concat())].concat());
    assert_eq!(midi::read(b""), Err(MidiError::Empty));
    assert_eq!(midi::read(b"ID3\x03music"), Err(MidiError::NotMidi));
    assert_eq!(with_header(header(0, 1, 0)), Err(MidiError::NoTicks));
    assert_eq!(with_header(header(0, 1, 0xE700)), Err(MidiError::NoTicks));
    assert_eq!(with_header(chunk(b"MThd", &[0, 0])), Err(MidiError::Header(2)));
    let nothing = MidiError::NoNotes { percussion: 0, warnings: vec![] };
    assert_eq!(midi::read(&file(&[&END])), Err(nothing.clone()));
    assert_eq!(midi::read(&header(1, 0, 96)), Err(nothing));
}

#[test]
fn errors_of_files_name_them() {
    let error = midi::read_file("no/such/file.mid".as_ref()).unwrap_err().to_string();
    assert!(error.starts_with("no/such/file.mid: "), "{error}");
}

#[test]
fn hostile_delta_times_are_refused_without_taking_memory() {
    let mut track = Vec::new();
    (0..1000).for_each(|_| track.extend([0xFF, 0xFF, 0xFF, 0x7F, 0x90, 62, 80, 96, 62, 0]));
    let reading = read_track(&track);
    assert_eq!((reading.score.notes.len(), reading.warnings.len()), (1000, 0));
    let error = Roll::from_score(&reading.score).unwrap_err().to_string();
    assert!(error.contains("the limit is 1000000"), "{error}");
    // A note that nothing releases is bounded instead.
    let mut track = vec![0, 0x90, 60, 64];
    (0..1000).for_each(|_| track.extend([0xFF, 0xFF, 0xFF, 0x7F, 0x90, 62, 0]));
    let reading = read_track(&track);
    assert_eq!(reading.warnings, [Warning::Unreleased(1), Warning::Shortened(1)]);
    assert_eq!(Roll::from_score(&reading.score).unwrap().roll.len(), 16);
}

/// The bytes of a whole file, put together by hand from the specification.
#[test]
fn writes_a_conductor_and_a_piano_track() {
    let mut score = read_track(&NOTE).score;
    score.ticks_per_quarter = 480;
    score.title = Some("Étude".to_owned());
    score.texts = vec!["seed 7".to_owned()];
    score.tempos = vec![At { tick: 0, value: 500_000 }];
    score.metres = vec![At { tick: 0, value: "12/8".parse().unwrap() }];
    score.keys = vec![At { tick: 0, value: KeySignature { sharps: -2, minor: false } }];
    score.pedal = vec![At { tick: 0, value: true }, At { tick: 480, value: false }];
    let note = |start, length| Note { start, pitch: 60, length, velocity: 80 };
    score.notes = vec![note(0, 240), note(240, 240)];
    let conductor = [
        &[0, 0xFF, 0x03, 6][..],
        "Étude".as_bytes(),
        &[0, 0xFF, 0x01, 6],
        b"seed 7",
        &[0, 0xFF, 0x58, 4, 12, 3, 36, 8],
        &[0, 0xFF, 0x59, 2, 0xFE, 0],
        &[0, 0xFF, 0x51, 3, 0x07, 0xA1, 0x20],
        &END,
    ];
    let piano = [
        &[0, 0xFF, 0x03, 5][..],
        b"Piano",
        &[0, 0xC0, 0],
        &[0, 0xB0, 64, 127],
        &[0, 0x90, 60, 80],
        // 240 ticks; the key is released before it is struck again.
        &[0x81, 0x70, 0x80, 60, 64],
        &[0, 0x90, 60, 80],
        &[0x81, 0x70, 0x80, 60, 64],
        &[0, 0xB0, 64, 0],
        &END,
    ];
    let expected =
        [header(1, 2, 480), chunk(b"MTrk", &conductor.concat()), chunk(b"MTrk", &piano.concat())];
    let written = midi::write(&score);
    assert_eq!(written, expected.concat());
    assert_eq!(midi::read(&written).unwrap().score, score);
    // Rests at the end belong to the piece: here an eighth, before the end of the track.
    score.length = 720;
    let with_rests = [&piano.concat()[..piano.concat().len() - 4], &[0x81, 0x70, 0xFF, 0x2F, 0]];
    let expected = [&expected[..2].concat()[..], &chunk(b"MTrk", &with_rests.concat())].concat();
    assert_eq!(midi::write(&score), expected);
}

#[test]
fn silences_longer_than_a_delta_time_are_written() {
    let mut score = read_track(&NOTE).score;
    let longest = (1 << 28) - 1;
    for start in [longest, longest + 1, 2 * longest, 2 * longest + 1, 3 << 28] {
        score.notes[0].start = start;
        let again = midi::read(&midi::write(&score)).unwrap();
        assert_eq!(again.score.notes, score.notes);
        assert_eq!(again.warnings, []);
    }
}
