//! Sheet music says what the roll or the score says, and is well formed.

mod form;
mod from_score;
mod music;
mod reader;
mod octave_signs;
mod round_trip;
mod short_measures;
mod tempo_marks;
