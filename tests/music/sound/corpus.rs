//! Real pieces, where they are at hand.

use super::measure::{frames, peak, piano};
use deep_jammer::corpus;
use deep_jammer::midi;
use deep_jammer::sound::{Performance, Rendering};
use std::io::Write;
use std::path::PathBuf;

#[test]
fn real_pieces_sound_and_are_not_clipped() {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/piano-midi.de");
    let folder = std::env::var_os("DEEP_JAMMER_CORPUS").unwrap_or_else(|| beside.into());
    let folder = PathBuf::from(folder);
    if !folder.is_dir() {
        // Not eprintln!, which the test harness would keep to itself.
        let why = b"SKIPPED: no corpus here; set DEEP_JAMMER_CORPUS to the folder piano-midi.de\n";
        std::io::stderr().write_all(why).unwrap();
        return;
    }
    let files = corpus::find(&[folder]).unwrap();
    assert!(files.len() > 300);
    for path in files.iter().step_by(37) {
        let score = midi::read_file(path).unwrap().score;
        let mut rendering = Rendering::new(Performance::of(&score).unwrap(), piano());
        let mut sound = [vec![0.0; frames(8.0)], vec![0.0; frames(8.0)]];
        let [left, right] = &mut sound;
        let count = rendering.render(left, right);
        assert_eq!(count, left.len(), "{} goes on", path.display());
        let peak = peak(&sound);
        assert!(peak > 0.005 && peak < 1.0, "{}: {peak}", path.display());
    }
}
