//! The survey: the blind listening test by which the article judged its music.
//!
//! [`excerpts`] makes passages of one length, loudness and instrument of generated and of real pieces;
//! the [`Store`] keeps surveys, participants and answers in one file; [`Report`] is what the answers
//! say, beside what was published. [`routes`] is what participants and the organiser can ask for.

mod agreement;
mod excerpt;
mod organiser;
mod assets;
mod participant;
mod published;
mod rating;
mod report;
mod app_state;
mod share;
mod store;
mod progress;

pub use agreement::Agreement;
pub use app_state::{AppState, routes};
pub use excerpt::{Excerpt, ExcerptError, Source, excerpts};
pub use progress::{About, Progress, Refusal, Turn};
pub use published::{PUBLISHED, Published};
pub use rating::Rating;
pub use report::{Answer, ExcerptResult, ModelResult, Preference, Report};
pub use share::Share;
pub use store::{Disclosure, Listed, Store, StoreError, Survey};
