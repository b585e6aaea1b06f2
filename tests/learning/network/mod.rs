//! Is the network computed correctly? The fast engine against a reference in double precision,
//! against finite differences, against PyTorch, and against itself.

mod agreement;
mod differences;
mod golden;
mod machines;
pub mod music;
mod other_engines;
mod passages;
mod properties;
mod reference;
