//! Sheet music: what can be read on it.

mod form;
mod music;
mod reader;
mod round_trip;
