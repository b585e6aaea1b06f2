//! Pictures of music and of training, as SVG or PNG.
//!
//! There is a function for each picture: [`roll()`] (a piano roll), [`growth()`] (rolls composed
//! during training), [`loss()`] (loss curves), [`comparison()`] (statistics of generated and real
//! music), and [`ratings()`] (results of a listening test). Each takes the data and a [`Format`]
//! and returns the bytes of the file; the same input gives the same bytes. All draw on a canvas
//! over plotters' SVG or bitmap backend.

mod axis;
mod canvas;
mod comparison;
mod format;
mod growth;
mod loss;
mod panel;
mod ratings;
mod roll;
mod text;

pub use comparison::comparison;
pub use format::Format;
pub use growth::{MOST_PANELS, growth};
pub use loss::{LossCurves, loss};
pub use ratings::{Estimate, RatingRow, Ratings, ratings};
pub use roll::roll;
