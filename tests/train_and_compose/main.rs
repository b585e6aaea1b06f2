//! The commands `train` and `compose`, as a user runs them.

mod sandbox;
mod pieces;
mod recipes;
mod refusals;
