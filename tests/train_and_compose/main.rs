//! The commands `train` and `compose`, as a user runs them.

mod desk;
mod pieces;
mod refusals;
