//! Reads the recipe in a composed file.

use crate::sandbox::Sandbox;
use deep_jammer::composing::Recipe;
use deep_jammer::midi;
use deep_jammer::score::Score;

/// The recipe and the score of a file.
pub fn read(sandbox: &Sandbox, name: &str) -> (Recipe, Score) {
    let score = midi::read(&sandbox.bytes(name)).unwrap().score;
    (Recipe::from_text(&score.texts[0]).unwrap(), score)
}
