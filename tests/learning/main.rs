//! Tests what the library learns and composes: attributes, network, training, evaluation, composing.

mod attributes;
mod baseline;
mod composing;
mod likelihood;
mod live_piece;
mod match_model;
mod network;
mod read_back;
#[path = "../support/real_music.rs"]
mod real_music;
#[path = "../support/skipped.rs"]
mod skipped;
mod training;
mod untrained;
