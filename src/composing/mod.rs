//! Composing: a stream of new steps out of what a network, or a baseline, has learned.

mod composer;
mod criterion;
mod form;
mod guard;
mod piece;
mod recipe;
mod script;
mod sitting;
mod stream;

pub use composer::{Composer, Room};
pub use criterion::{Criterion, USUAL_CANDIDATES, Verdict, candidate_seed};
pub use form::{Form, PHRASE_BARS, USUAL_REPEATS};
pub use guard::{LONGEST_MEASURES, MOST_KEYS, SILENT_STEPS};
pub use piece::{Composition, compose};
pub use recipe::{Choosing, Recipe};
pub use script::{Change, Opening, Script, ScriptError};
pub use sitting::{Sitting, TooFarBack};
pub use stream::Stream;
