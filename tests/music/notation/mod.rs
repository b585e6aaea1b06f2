//! Sheet music says what the roll says, and is well formed.

mod form;
mod music;
mod reader;
mod round_trip;
