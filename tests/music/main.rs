//! Tests the library's way from MIDI files to rolls, and from rolls to sound, pictures and sheet music.

mod corpus;
mod damaged_midi;
mod grid;
mod losses;
mod midi;
mod notation;
mod originality;
mod pedals;
mod output;
mod picture;
mod pieces;
mod read_back;
#[path = "../support/real_music.rs"]
mod real_music;
mod real_pieces;
mod regions;
mod round_trip;
#[path = "../support/skipped.rs"]
mod skipped;
mod sound;
mod statistic;
mod tempo;
#[path = "../support/tiny_soundfont.rs"]
mod tiny_soundfont;
