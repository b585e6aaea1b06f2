//! Deep Jammer learns from piano music and composes new piano music without end.
//!
//! A piece by the model that is part of the program, as a MIDI file:
//!
//! ```
//! use deep_jammer::composing::{Composer, Recipe};
//! use deep_jammer::{midi, model};
//!
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("new.mid");
//! let composer = Composer::new(&model::built_in());
//! let piece = composer.compose(&Recipe::new(7).bars(16))?;
//! std::fs::write(&path, midi::write(&piece.score()))?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The folder `examples/` continues a tune of your own, trains a network and plays a file. The program is
//! this library and a command line.
//!
//! The modules stand in the order in which the music flows through them; each uses only those
//! above it.
//!
//! # Features
//!
//! All are on by default. With `default-features = false` the library reads, learns, composes and writes, and needs
//! neither a web server nor a C compiler.
//!
//! - `cli`: the program `deep-jammer`.
//! - `studio`: the module `studio` and the command `serve`, with which people listen in the browser.
//! - `survey`: the module `survey` and the command of that name, blind listening tests. Compiles SQLite, which needs a C
//!   compiler.
#![deny(unsafe_code)]
#![warn(missing_docs)]

pub mod atomic_file;
mod fingerprint;
pub mod random;

pub mod score;
pub mod midi;
pub mod roll;
pub mod match_model;
pub mod segment;
pub mod corpus;
pub mod dataset;
pub mod statistic;
pub mod originality;
pub mod attribute;
pub mod network;
pub mod likelihood;
pub mod primer;
pub mod model;
pub mod training;
pub mod baseline;
pub mod evaluation;
pub mod composing;
pub mod sound;
pub mod picture;
pub mod notation;
pub mod output;
pub mod run;
#[cfg(feature = "http")]
pub mod http;
#[cfg(feature = "studio")]
pub mod studio;
#[cfg(feature = "survey")]
pub mod survey;
