//! Tests what the library learns and composes: attributes, network, training, evaluation, composing.

mod attributes;
mod network;
mod training;
mod baseline;
mod likelihood;
mod composing;
mod live_piece;
