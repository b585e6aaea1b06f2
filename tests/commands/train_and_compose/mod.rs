//! The commands `train`, `compose` and `export` make models and music.

mod pieces;
mod recipe;
mod recipes;
mod refusals;

/// A network so small that a step takes no time.
const TINY: &str = "--time 6,5 --note 4,3 --batch 2";
