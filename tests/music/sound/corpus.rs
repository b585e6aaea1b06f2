//! Real pieces sound, and are not clipped.

use super::measure::{frames, peak, piano};
use crate::real_pieces::folder;
use deep_jammer::corpus;
use deep_jammer::midi;
use deep_jammer::sound::{Performance, Rendering};

#[test]
fn real_pieces_sound_and_are_not_clipped() {
    let Some(folder) = folder() else { return };
    let files = corpus::find(&[folder]).unwrap().files;
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
