//! The measured sound agrees with what is known about pianos.

mod blocks;
mod corpus;
mod keys;
mod loudness;
mod measure;
mod playing;
mod soundfont;
