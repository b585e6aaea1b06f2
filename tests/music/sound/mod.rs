//! The sound of the program: what is measured in it, compared with what is known of pianos.

mod blocks;
mod corpus;
mod keys;
mod loudness;
mod measure;
mod playing;
mod soundfont;
