//! Pictures of music and of learning, as SVG or PNG.
//!
//! Each picture is drawn by one function on whichever sheet there is: plotters' SVG or bitmap.
//! The same input gives the same bytes.

mod axis;
mod comparison;
mod format;
mod growth;
mod lettering;
mod loss;
mod panel;
mod ratings;
mod roll;
mod sheet;

pub use comparison::comparison;
pub use format::Format;
pub use growth::{MOST_PANELS, growth};
pub use loss::{LossCurves, loss};
pub use ratings::{Measured, Rated, Ratings, ratings};
pub use roll::roll;
