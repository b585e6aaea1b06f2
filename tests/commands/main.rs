//! Tests the commands: runs the program as a user does, in real processes and real folders.

mod inspect;
mod run;
mod train_and_compose;
mod evaluate;
mod compare;
mod plot;
mod render;
#[path = "../support/tiny_soundfont.rs"]
mod tiny_soundfont;
