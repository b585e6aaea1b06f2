//! The command `render`, and `compose -o`, write every format.

use crate::sandbox::{PIECES, Sandbox, said};
use crate::tiny_soundfont;
use deep_jammer::midi;
use std::fs;
use std::path::Path;

/// A folder with a measure of music.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    let piece = fs::read(Path::new(PIECES).join("study-in-d.mid")).unwrap();
    let mut score = midi::read(&piece).unwrap().score;
    score.notes.truncate(8);
    sandbox.write("in.mid", midi::write(&score));
    sandbox
}

#[test]
fn a_piece_becomes_sound_pictures_and_sheet_music_at_once() {
    let sandbox = sandbox();
    let line = "render in.mid -o a.wav -o b.PNG -o c.svg -o d.musicxml";
    assert_eq!(sandbox.succeed(line), "a.wav\nb.PNG\nc.svg\nd.musicxml\n");
    assert!(String::from_utf8(sandbox.bytes("d.musicxml")).unwrap().contains("<score-partwise"));
    assert!(sandbox.bytes("a.wav").starts_with(b"RIFF"));
    assert!(sandbox.bytes("b.PNG").starts_with(b"\x89PNG"));
    assert!(String::from_utf8(sandbox.bytes("c.svg")).unwrap().starts_with("<svg"));
    assert_eq!(
        sandbox.names(),
        ["a.wav", "b.PNG", "c.svg", "d.musicxml", "in.mid"],
        "and nothing beside them"
    );
    sandbox.succeed("render in.mid -o again.wav");
    assert!(sandbox.bytes("again.wav") == sandbox.bytes("a.wav"), "the same bytes");
}

#[test]
fn what_cannot_be_written_is_refused_before_anything_is() {
    let sandbox = sandbox();
    let refused = |line: &str, word: &str| {
        let said = sandbox.fail(line);
        assert!(said.contains(word), "{line}: {said}");
    };
    refused("render in.mid -o a.wav -o a.mp3", "a.mp3: the name must end in");
    refused("render in.mid -o a.wav -o a", "a: the name must end in");
    refused("render in.mid -o a.wav -o in.mid", "in.mid already exists");
    refused("render in.mid -o a.wav -o a.wav", "given twice");
    refused("render in.mid -o a.wav -o nowhere/a.png", "nowhere/a.png");
    refused("render nowhere.mid -o a.wav", "nowhere.mid: cannot be read");
    refused("render in.mid -o a.png --soundfont auto", ".wav");
    refused("render in.mid -o a.wav --soundfont in.mid", "in.mid: not a SoundFont");
    refused("compose --model nowhere -o a.mp3", "a.mp3: the name must end in");
    assert_eq!(sandbox.names(), ["in.mid"]);
}

#[test]
fn what_is_there_is_kept_unless_force_is_given() {
    let sandbox = sandbox();
    sandbox.write("a.wav", "mine");
    assert!(sandbox.fail("render in.mid -o b.png -o a.wav").contains("a.wav already exists"));
    assert_eq!((sandbox.bytes("a.wav"), sandbox.names().len()), (b"mine".to_vec(), 2));
    sandbox.succeed("render in.mid -o b.png -o a.wav --force");
    assert!(sandbox.bytes("a.wav").starts_with(b"RIFF"));
}

#[test]
fn a_soundfont_plays_in_the_place_of_our_own_piano() {
    let sandbox = sandbox();
    sandbox.write("tiny.sf2", tiny_soundfont::bytes(b"\0"));
    sandbox.write("tiny.sf3", tiny_soundfont::bytes(b"OggS"));
    sandbox.succeed("render in.mid -o own.wav");
    sandbox.succeed("render in.mid -o font.wav --soundfont tiny.sf2");
    assert!(sandbox.bytes("own.wav") != sandbox.bytes("font.wav"));
    assert!(sandbox.fail("render in.mid -o a.wav --soundfont tiny.sf3").contains("SF3"));
    // One may be installed here, or none.
    let output = sandbox.run("render in.mid -o auto.wav --soundfont auto");
    let said = said(&output);
    match output.status.code() {
        Some(0) => assert!(said.contains("playing on /usr"), "{said}"),
        _ => assert!(said.contains("apt-get install") && said.contains("--soundfont"), "{said}"),
    }
}

#[test]
fn compositions_are_written_as_whatever_is_asked_for_and_numbered() {
    let sandbox = sandbox();
    sandbox.succeed("train PIECES --run run --time 6,5 --note 4,3 --batch 2 --epochs 1");
    let printed = sandbox
        .succeed("compose --model run --bars 2 --seed 5 -n 2 -o new.mid -o new.wav -o new.svg");
    let mut printed: Vec<_> = printed.lines().collect();
    printed.sort();
    let names = ["new-1.mid", "new-1.svg", "new-1.wav", "new-2.mid", "new-2.svg", "new-2.wav"];
    assert_eq!(printed, names);
    sandbox.succeed("render new-1.mid -o rendered.wav");
    assert!(sandbox.bytes("rendered.wav") == sandbox.bytes("new-1.wav"), "it is the same music");
    let said = sandbox.fail("compose --model run --bars 2 --seed 5 -n 2 -o other.mid -o new.svg");
    assert!(said.contains("new-1.svg already exists"), "{said}");
    assert!(!sandbox.names().contains(&"other-1.mid".to_owned()));
}

/// A file with 32 drum strokes, 64 strokes in 32nds on a key, and a note that no piano has.
fn lossy() -> Vec<u8> {
    let mut bytes = b"MThd\0\0\0\x06\0\0\0\x01\0\x60MTrk".to_vec();
    let mut track = Vec::new();
    let mut event = |status: u8, pitch: u8, ticks: u8| {
        track.extend([0, 0x90 | status, pitch, 64, ticks, 0x80 | status, pitch, 64]);
    };
    (0..64).for_each(|_| event(0, 60, 12));
    event(0, 12, 96);
    (0..32).for_each(|_| event(9, 38, 24));
    track.extend(b"\0\xFF\x2F\0");
    bytes.extend((track.len() as u32).to_be_bytes());
    bytes.extend(track);
    bytes
}

#[test]
fn what_of_a_file_is_left_out_is_said_once_and_what_the_grid_loses_where_there_is_a_grid() {
    let sandbox = Sandbox::new();
    sandbox.write("in.mid", lossy());
    let said = |line: &str| said(&sandbox.finish(line));
    let left_out = "in.mid: 32 drum strokes are left out\n\
                    in.mid: 1 note is outside the 88 keys and is left out\n";
    let sound = said("render in.mid -o a.wav");
    assert!(sound.starts_with(left_out) && !sound.contains("lost"), "sound has no grid: {sound}");
    let lost = "31 repeated strokes are lost: they are faster than 16ths\n";
    assert_eq!(said("render in.mid -o a.png"), format!("{left_out}a.png: {lost}"));
    let line = "render in.mid -o b.wav -o b.png -o b.svg";
    let both = said(line);
    assert!(both.starts_with(&format!("{left_out}b.png, b.svg: {lost}")), "{both}");
    assert_eq!(both.matches(lost.trim()).count(), 1, "{both}");
}

/// A file of two channels and drums, whose second track lacks its end: what other programs refuse.
fn odd_file() -> Vec<u8> {
    let chunk = |kind: &[u8; 4], data: &[u8]| {
        [&kind[..], &(data.len() as u32).to_be_bytes(), data].concat()
    };
    // A title, 6/8, E flat major, a tempo; then C4 twice at once, held while it is struck again.
    let first = b"\0\xFF\x03\x05Suite\0\xFF\x58\x04\x06\x03\x24\x08\0\xFF\x59\x02\xFD\0\
        \0\xFF\x51\x03\x09\x27\xC0\0\x90\x3C\x40\0\x91\x3C\x50\x30\xB0\x40\x7F\x30\x92\x3C\x30\
        \x30\x82\x3C\0\0\x80\x3C\0\0\x81\x3C\0\0\xB0\x40\0\0\xFF\x2F\0";
    let second = b"\0\x99\x24\x64\x60\x89\x24\0\0\x90\x0C\x40\x60\x80\x0C\x40";
    let header = chunk(b"MThd", &[0, 1, 0, 2, 0, 96]);
    [header, chunk(b"MTrk", first), chunk(b"MTrk", second)].concat()
}

#[test]
fn a_cleaned_file_is_the_same_music_and_what_was_mended_is_said() {
    let sandbox = Sandbox::new();
    sandbox.write("odd.mid", odd_file());
    let said = sandbox.messages("render odd.mid -o clean.mid");
    for line in [
        "odd.mid: track 2: ends without an End of Track event",
        "odd.mid: 1 note is struck on a key together with another, and becomes one with it",
        "odd.mid: 1 note is struck again before it ends, and ends there",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    let (odd, clean) = (odd_file(), sandbox.bytes("clean.mid"));
    let (odd, read) = (midi::read(&odd).unwrap().score, midi::read(&clean).unwrap());
    assert_eq!((read.warnings.len(), read.percussion), (0, 0));
    let read = read.score;
    assert_eq!(read.title.as_deref(), Some("Suite"));
    assert_eq!((&read.metres, &read.keys), (&odd.metres, &odd.keys));
    assert_eq!((&read.tempos, &read.pedal), (&odd.tempos, &odd.pedal));
    let notes: Vec<_> = read.notes.iter().map(|it| (it.start, it.pitch, it.velocity)).collect();
    // The louder of the two, and the note below the piano, which a picture would leave out.
    assert_eq!(notes, [(0, 60, 80), (96, 12, 64), (96, 60, 48)]);
    assert_eq!(sandbox.messages("render clean.mid -o twice.mid"), "", "nothing is left to mend");
    assert!(sandbox.bytes("twice.mid") == clean, "the same bytes");
    sandbox.succeed("render odd.mid -o odd.musicxml -o odd.svg");
    sandbox.succeed("render clean.mid -o clean.musicxml -o clean.svg");
    assert!(sandbox.bytes("odd.svg") == sandbox.bytes("clean.svg"));
}

#[test]
fn the_given_file_is_replaced_only_by_force() {
    let sandbox = sandbox();
    sandbox.write("odd.mid", odd_file());
    for name in ["odd.mid", "./odd.mid", "../odd.mid"] {
        let name = name.replace("..", &sandbox.0.path().display().to_string());
        let error = sandbox.fail(&format!("render odd.mid -o {name}"));
        assert!(error.contains("already exists") && error.contains("--force"), "{error}");
        assert!(sandbox.bytes("odd.mid") == odd_file());
    }
    sandbox.succeed("render odd.mid -o odd.mid --force");
    assert!(midi::read(&sandbox.bytes("odd.mid")).unwrap().warnings.is_empty());
    assert_eq!(sandbox.names(), ["in.mid", "odd.mid"], "and nothing beside them");
}

#[test]
fn a_composed_piece_that_is_cleaned_keeps_its_recipe() {
    let sandbox = Sandbox::new();
    sandbox.succeed("compose --bars 4 --seed 7 --best-of 1 -o new.mid");
    sandbox.succeed("render new.mid -o clean.mid");
    let texts = |name: &str| midi::read(&sandbox.bytes(name)).unwrap().score.texts;
    assert_eq!((texts("clean.mid").len(), texts("clean.mid")), (1, texts("new.mid")));
}
