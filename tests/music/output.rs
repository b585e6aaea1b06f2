//! Real pieces of every metre can be written in every format.

use crate::real_pieces::folder;
use deep_jammer::atomic_file::Existing;
use deep_jammer::corpus;
use deep_jammer::midi;
use deep_jammer::output::Output;
use deep_jammer::score::Score;
use deep_jammer::sound::Performance;
use quick_xml::Reader;
use quick_xml::events::Event;
use rayon::prelude::*;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// The 302 pieces of piano-midi.de, or none where they are not at hand.
fn pieces() -> Vec<(String, Score)> {
    let Some(folder) = folder() else { return Vec::new() };
    let read = |path: &PathBuf| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        (name, midi::read_file(path).unwrap().score)
    };
    let pieces: Vec<_> = corpus::find(&[folder]).unwrap().files.iter().map(read).collect();
    assert_eq!(pieces.len(), 302);
    pieces
}

/// What is written of a piece.
fn written(sandbox: &Path, (name, score): &(String, Score), extension: &str) -> Vec<u8> {
    let path = sandbox.join(format!("{name}.{extension}"));
    let output = Output::new(path.clone()).unwrap();
    output.write(score, name, None, Existing::Keep, &mut |_| true).unwrap();
    let bytes = fs::read(&path).unwrap();
    fs::remove_file(&path).unwrap();
    bytes
}

/// Whether all elements are closed, and how many there are.
fn elements(name: &str, document: &[u8]) -> usize {
    let mut reader = Reader::from_str(str::from_utf8(document).unwrap());
    let mut count = 0;
    loop {
        match reader.read_event() {
            Ok(Event::Start(_) | Event::Empty(_)) => count += 1,
            Ok(Event::Eof) => return count,
            Ok(_) => {}
            Err(error) => panic!("{name}: {error}"),
        }
    }
}

fn becomes_pictures_and_sheet_music(sandbox: &Path, piece: &(String, Score)) {
    let (name, score) = piece;
    let png = written(sandbox, piece, "png");
    assert!(png.starts_with(b"\x89PNG"));
    let width = u32::from_be_bytes(png[16..20].try_into().unwrap());
    assert!((400..=1200).contains(&width), "{name}: {width} pixels");
    // A drawn note is an element or more, but for those that are struck within the same 16th.
    let svg = written(sandbox, piece, "svg");
    assert!(2 * elements(name, &svg) > score.notes.len(), "{name}");
    let page = written(sandbox, piece, "musicxml");
    assert!(elements(name, &page) > score.notes.len(), "{name}");
}

fn becomes_sound(sandbox: &Path, piece: &(String, Score)) {
    let (name, score) = piece;
    let wav = written(sandbox, piece, "wav");
    let mut wav = hound::WavReader::new(&wav[..]).unwrap();
    let last = Performance::of(score).unwrap().frames();
    let frames = u64::from(wav.duration());
    // The last note dies away after its end.
    assert!((last..last + 60 * 44_100).contains(&frames), "{name}: {frames} after {last}");
    let peak = wav.samples::<i16>().map(|sample| sample.unwrap().unsigned_abs()).max();
    // -1 dBTP is 29 204; the softest piece is still heard.
    assert!((1_000..=29_300).contains(&peak.unwrap()), "{name}: {peak:?}");
}

#[test]
fn real_pieces_of_every_metre_become_pictures_and_sheet_music() {
    let mut pieces = pieces();
    let mut metres = BTreeSet::new();
    // Each piece that has a metre which none before it has.
    pieces.retain(|(_, score)| {
        let before = metres.len();
        metres.extend(score.metres.iter().map(|change| change.value.to_string()));
        metres.len() > before
    });
    // From 4/4, which most have, to 48/32, in which one has a measure.
    assert!(pieces.is_empty() || metres.len() == 46, "{metres:?}");
    let sandbox = TempDir::new().unwrap();
    pieces.par_iter().for_each(|piece| becomes_pictures_and_sheet_music(sandbox.path(), piece));
}

#[test]
#[ignore = "minutes; CONTRIBUTING.md says how to run it"]
fn every_real_piece_becomes_whatever_can_be_written() {
    let sandbox = TempDir::new().unwrap();
    pieces().par_iter().for_each(|piece| {
        becomes_pictures_and_sheet_music(sandbox.path(), piece);
        becomes_sound(sandbox.path(), piece);
    });
}
