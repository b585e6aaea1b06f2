//! The pages of participants and of the organiser.

use crate::http::assets::{self, DRAWING, File, PAGE, SCRIPT, STYLE};
use axum::extract::Path;
use axum::response::Response;

const FILES: &[File] = &[
    ("survey.html", PAGE, include_str!("../../web/survey/survey.html")),
    ("survey.js", SCRIPT, include_str!("../../web/survey/survey.js")),
    ("organiser.html", PAGE, include_str!("../../web/survey/organiser.html")),
    ("organiser.js", SCRIPT, include_str!("../../web/survey/organiser.js")),
    ("survey.css", STYLE, include_str!("../../web/survey/survey.css")),
    ("icon.svg", DRAWING, include_str!("../../web/icon.svg")),
];

/// The page of a survey: the same for all of them, and for all who take part.
pub async fn survey() -> Response {
    assets::file(FILES, "survey.html")
}

/// The organiser's page; what it shows it must ask for with the token.
pub async fn organiser() -> Response {
    assets::file(FILES, "organiser.html")
}

/// A file that a page needs.
pub async fn file(Path(name): Path<String>) -> Response {
    assets::file(FILES, &name)
}
