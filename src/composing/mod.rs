//! Composing: a stream of new steps from what a network, or a baseline, has learned.
//!
//! A [`Composer`] is a model made ready, a [`Recipe`] says what is to be composed, and a
//! [`LivePiece`] is the music that comes of it:
//!
//! ```
//! use deep_jammer::composing::{Composer, Recipe};
//! use deep_jammer::{midi, model};
//!
//! let composer = Composer::new(&model::built_in());
//! let piece = composer.compose(&Recipe::new(7).bars(16))?;
//! let file = midi::write(&piece.score());
//! assert!(file.starts_with(b"MThd"));
//! # Ok::<(), deep_jammer::composing::RecipeError>(())
//! ```
//!
//! The recipe is in the file as a text, with the model and the excerpt that were chosen.

mod best_of;
mod change;
mod composer;
mod criterion;
mod form;
mod guard;
mod history;
mod live_piece;
mod opening;
mod predictor;
mod prepared;
mod recipe;
mod scratch;
mod state;
mod stream;

pub use best_of::{USUAL_CANDIDATES, best_of, candidate_seed};
pub use change::Change;
pub use composer::Composer;
pub use criterion::{Criterion, Verdict};
pub use form::{Form, PHRASE_BARS, USUAL_REPEATS};
pub use guard::{LONGEST_MEASURES, MOST_KEYS, SILENT_STEPS};
pub use live_piece::{LivePiece, TooFarBack};
pub use opening::{LeadIn, ModelExcerpt, Opening, PrimerFile};
pub use prepared::{PreparedPrimer, PreparedPrimers};
pub use recipe::{Choice, Recipe, RecipeError};
pub use scratch::Scratch;
pub use stream::Stream;
