//! Evaluation: is what is measured what it is said to be, in the library and in the command?

mod against;
mod command;
mod sandbox;
mod likelihood;
