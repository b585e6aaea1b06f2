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
