//! The survey: the blind listening test by which the article judged its music.
//!
//! [`excerpts`] makes passages of one length, loudness and instrument of generated and of real pieces;
//! the [`Store`] keeps surveys, participants and answers in one file; [`Report`] is what the answers
//! say, beside what was [`published`]. [`routes`] is what participants and the organiser can ask for.

mod agreement;
mod excerpt;
mod organiser;
mod page;
mod participant;
mod published;
mod rating;
mod report;
mod routes;
mod share;
mod store;
mod taking;

pub use agreement::Agreement;
pub use excerpt::{Excerpt, ExcerptError, Source, excerpts};
pub use published::{PUBLISHED, Published};
pub use rating::Rating;
pub use report::{Answer, OfExcerpt, OfModel, Preference, Report};
pub use routes::{Desk, routes};
pub use share::Share;
pub use store::{Listed, Store, StoreError, Survey, Told};
pub use taking::{About, Refusal, Taking, Turn};
