//! The survey: the blind listening test by which the article judged its music.
//!
//! [`excerpts`] makes excerpts of generated and of real pieces, all of one length, loudness and
//! instrument. The [`Store`] keeps surveys, participants and answers in one file. A [`Report`]
//! evaluates the answers, beside the [published](PUBLISHED) figures. [`routes`] serves the pages of
//! participants and of the organiser.

mod agreement;
mod excerpt;
mod organiser_routes;
mod assets;
mod participant_routes;
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
pub use progress::{ExcerptProgress, Progress, Refusal, SurveyInfo};
pub use published::{PUBLISHED, Published};
pub use rating::Rating;
pub use report::{Answer, ExcerptResult, ModelResult, Preference, Report};
pub use share::Share;
pub use store::{Disclosure, Store, StoreError, Survey, SurveySummary};
