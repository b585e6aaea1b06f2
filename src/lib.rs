//! Deep Jammer learns from piano music and composes new piano music without end.
//!
//! The modules stand in the order in which the music flows through them; each uses only those
//! above it.
#![deny(unsafe_code)]
#![warn(missing_docs)]

pub mod atomic_file;
mod fingerprint;
pub mod random;

pub mod score;
pub mod midi;
pub mod roll;
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
