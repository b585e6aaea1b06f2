//! The network agrees with its equations in double precision, with finite differences, with PyTorch, and with
//! itself.

mod agreement;
mod differences;
mod golden;
mod machines;
mod music;
mod other_engines;
mod passages;
mod properties;
mod reference;
