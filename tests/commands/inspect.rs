//! The command `inspect` gives a verdict on every file.

use std::fs;
use std::process::{Output, Stdio};

use crate::sandbox::Sandbox;
use deep_jammer::midi;
use deep_jammer::roll::{Keys, Roll, Step};
use deep_jammer::score::Note;

/// Runs a command that must fail.
fn fail(sandbox: &Sandbox, line: &str) -> Output {
    let output = sandbox.run(line);
    assert_eq!(output.status.code(), Some(1), "{line}");
    output
}

/// A tune of so many steps in 3/4, as a MIDI file; each seed gives another.
fn tune(seed: u32, steps: u32) -> Vec<u8> {
    let mut roll = Roll::new("3/4".parse().unwrap());
    let mut random = seed;
    for _ in 0..steps {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let keys = Keys::from_iter([30 + (random >> 27) as usize]);
        roll.push(Step { play: keys, articulate: keys });
    }
    midi::write(&roll.to_score(Some("Tune"), &[]))
}

/// A folder with a good file, a copy of it, a short one and a text that claims to be MIDI.
fn folder() -> Sandbox {
    let folder = Sandbox::new();
    folder.write("Anon/a.mid", tune(1, 240));
    folder.write("Anon/b.MIDI", tune(1, 200));
    folder.write("Anon/short.mid", tune(3, 127));
    folder.write("broken.mid", b"not music\x1b[31m");
    folder
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn shows_a_table_with_a_verdict_on_every_file() {
    let folder = folder();
    let output = folder.finish("inspect .");
    let table = text(&output.stdout);
    let expected = "\
File              Metre       Steps    Notes  Off grid  Sounding  Beyond  Drums  Verdict
./Anon/a.mid      3/4           240      240     0.0 %       1.0       0      0  good
./Anon/b.MIDI     3/4           200      200     0.0 %       1.0       0      0  repeats
    the same music as ./Anon/a.mid
./Anon/short.mid  3/4           127      127     0.0 %       1.0       0      0  short
./broken.mid                                                                     unreadable
    not a MIDI file: it begins with neither \"MThd\" nor a RIFF wrapper around it; give a Standard MIDI file (.mid)

4 files, 3 readable, 1 good; 567 steps, 0.0 hours at their tempo; metres: 3/4 3
refused: not midi 1
";
    assert_eq!(table, expected);
    assert_eq!(text(&output.stderr), "");
}

#[test]
fn the_table_fits_in_120_columns_whatever_the_files_are_called() {
    let folder = Sandbox::new();
    let name = format!("{}.mid", "långt ".repeat(25));
    fs::write(folder.path(&name), tune(1, 200)).unwrap();
    fs::write(folder.path(&format!("z{name}")), tune(1, 200)).unwrap();
    let output = folder.finish("inspect .");
    let table = text(&output.stdout);
    assert!(table.lines().all(|line| line.chars().count() <= 120), "{table}");
    assert!(table.contains("…"), "{table}");
}

#[test]
fn json_gives_the_same_for_programs() {
    let folder = folder();
    let json = folder.json("inspect .");
    assert_eq!(json["summary"]["files"], 4);
    assert_eq!(json["summary"]["readable"], 3);
    assert_eq!(json["summary"]["metres"]["3/4"], 3);
    let files = json["files"].as_array().unwrap();
    let verdicts: Vec<_> = files.iter().map(|file| file["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["good", "repeats", "short", "unreadable"]);
    assert_eq!(json["summary"]["refused"], serde_json::json!({"not-midi": 1}));
    assert_eq!(files[0]["steps"], 240);
    assert_eq!(files[0]["title"], "Tune");
    assert_eq!(files[0]["folder"], "Anon");
    assert_eq!(files[1]["repeats"], "./Anon/a.mid");
    assert!(files[3]["reason"].as_str().unwrap().contains("not a MIDI file"));
}

#[test]
fn a_file_that_is_named_is_read_whatever_its_extension() {
    let folder = Sandbox::new();
    folder.write("tune.txt", tune(1, 200));
    folder.finish("inspect tune.txt");
    let output = fail(&folder, "inspect .");
    let message = text(&output.stderr);
    assert!(message.starts_with("deep-jammer: no MIDI files in ."), "{message}");
    assert!(message.contains("mid, midi"), "{message}");
}

#[test]
fn a_path_that_does_not_exist_fails_and_is_named() {
    let folder = folder();
    let output = fail(&folder, "inspect . nowhere");
    assert_eq!(text(&output.stderr), "deep-jammer: nowhere does not exist; check the spelling\n");
    assert_eq!(text(&output.stdout), "");
}

#[test]
fn fails_where_nothing_can_be_read_and_says_why() {
    let folder = folder();
    let output = fail(&folder, "inspect broken.mid");
    assert!(text(&output.stdout).contains("not a MIDI file"));
    assert_eq!(text(&output.stderr), "deep-jammer: the file could not be read\n");
}

#[test]
fn wrong_usage_exits_with_2() {
    let folder = folder();
    folder.misuse("inspect");
    folder.misuse("inspect . --nonsense");
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let folder = folder();
    let mut command = folder.command("inspect . --json");
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()));
}

#[test]
fn what_the_grid_loses_is_said_below_the_line_of_the_file_and_counted_in_json() {
    let folder = Sandbox::new();
    let note = |start, length, pitch| Note { start, pitch, length, velocity: 64 };
    // 64 strokes in 32nds, and a grace note before each of 32 quarters.
    let strokes = (0..64).map(|nth| note(60 * nth, 50, 60));
    let quarters = (16..48).map(|nth| note(480 * nth, 440, 72));
    let graces = (16..48).map(|nth| note(480 * nth - 30, 30, 74));
    let mut score = Roll::new("4/4".parse().unwrap()).to_score(None, &[]);
    score.notes = strokes.chain(quarters).chain(graces).collect();
    score.notes.sort();
    folder.write("fast.mid", midi::write(&score));
    let table = folder.succeed("inspect fast.mid");
    assert!(
        table.contains(
            "\n    31 repeated strokes are lost: they are faster than 16ths; 32 grace notes are played \
             a 16th before their main notes\n"
        ),
        "{table}"
    );
    let json = folder.json("inspect fast.mid");
    let file = &json["files"][0];
    assert_eq!((&file["notes"], &file["out_of_range"]), (&128.into(), &0.into()));
    assert_eq!(file["losses"]["repeated"], 31);
    assert_eq!(file["losses"]["grace_notes_moved"], 32);
    assert_eq!(file["losses"]["percussion"], 0);
    assert_eq!(file["lost"][0], "31 repeated strokes are lost: they are faster than 16ths");
}

#[test]
fn json_has_the_tempos_that_a_musician_would_mark() {
    let folder = Sandbox::new();
    let mut roll = Roll::new("4/4".parse().unwrap());
    for (steps, tempo) in [(112, 500_000), (16, 3_000_000)] {
        roll.change_tempo(roll.len(), tempo);
        for step in 0..steps {
            let keys = Keys::from_iter([40 + step % 12]);
            roll.push(Step { play: keys, articulate: keys });
        }
    }
    folder.write("slow-end.mid", midi::write(&roll.to_score(None, &[])));
    let file = folder.json("inspect slow-end.mid")["files"][0].clone();
    let mark = |step: usize, tempo: f64| serde_json::json!({ "step": step, "tempo": tempo });
    assert_eq!(file["tempos"], serde_json::json!([mark(0, 120.0), mark(112, 20.0)]));
    assert_eq!(file["seconds"], 26.0);
    assert!((file["tempo"].as_f64().unwrap() - 73.846).abs() < 0.001, "the mean: {file}");
}

#[test]
fn the_totals_say_what_was_refused_and_what_was_lost_by_kind() {
    let folder = folder();
    folder.write("empty.mid", "");
    folder.write("not music.mid", "either");
    // Two drum strokes beside a tune, and a note below the piano; neither has its End of Track.
    let track = |events: &[u8]| {
        let length = (events.len() as u32).to_be_bytes();
        [&b"MThd\0\0\0\x06\0\0\0\x01\0\x60MTrk"[..], &length, events].concat()
    };
    let note = b"\0\x90\x3C\x40\x60\x80\x3C\0".to_vec();
    let drums = [&note[..], b"\0\x99\x24\x40\x10\x99\x24\x40"].concat();
    let low = [&note[..], b"\0\x90\x10\x40\x60\x80\x10\0"].concat();
    folder.write("drums.mid", track(&drums));
    folder.write("low.mid", track(&low));
    let json = folder.json("inspect .");
    let summary = &json["summary"];
    assert_eq!((&summary["files"], &summary["readable"]), (&8.into(), &5.into()));
    assert_eq!(summary["refused"], serde_json::json!({"empty": 1, "not-midi": 2}));
    let lost = serde_json::json!({
        "percussion": {"files": 1, "count": 2}, "out-of-range": {"files": 1, "count": 1}
    });
    assert_eq!(summary["lost"], lost);
    let warnings = serde_json::json!({"no-end-of-track": {"files": 2, "count": 2}});
    assert_eq!(summary["warnings"], warnings);
    let verdicts = serde_json::json!({"good": 1, "repeats": 1, "short": 3, "unreadable": 3});
    assert_eq!(summary["verdicts"], verdicts);
    let keys: Vec<_> = json["files"].as_array().unwrap().iter().map(|it| &it["refused"]).collect();
    assert_eq!(keys.iter().filter(|key| **key == "not-midi").count(), 2);
    let table = folder.succeed("inspect .");
    for line in [
        "refused: empty 1, not midi 2",
        "left out: out of range 1 in 1 file, percussion 2 in 1 file",
        "warnings: no end of track 2 in 2 files",
    ] {
        assert!(table.lines().any(|found| found == line), "{line}: {table}");
    }
}
