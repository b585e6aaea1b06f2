//! Tests the library's way from MIDI files to rolls, and from rolls to sound, pictures and sheet music.

mod midi;
mod round_trip;
mod corpus;
mod pieces;
mod statistic;
mod originality;
mod notation;
mod picture;
mod sound;
mod output;
#[path = "../support/tiny_soundfont.rs"]
mod tiny_soundfont;
