//! Composing: a stream of new steps out of what a network, or a baseline, has learned.

mod composer;
mod criterion;
mod form;
mod guard;
mod piece;
mod predictor;
mod recipe;
mod script;
mod live_piece;
mod stream;

pub use composer::{Composer, Scratch};
pub use criterion::{Criterion, USUAL_CANDIDATES, Verdict, candidate_seed};
pub use form::{Form, PHRASE_BARS, USUAL_REPEATS};
pub use guard::{LONGEST_MEASURES, MOST_KEYS, SILENT_STEPS};
pub use live_piece::{LivePiece, TooFarBack};
pub use piece::{Composition, compose};
pub use recipe::{Choosing, Recipe};
pub use script::{Change, Opening, Script, ScriptError};
pub use stream::Stream;
