//! The pages of participants and of the organiser.

use crate::http::assets::{self, Asset, CSS, HTML, JAVASCRIPT, SVG};
use axum::extract::Path;
use axum::response::Response;

/// Named as in the folder `web/`, so that scripts find those that they import.
const FILES: &[Asset] = &[
    ("survey/survey.html", HTML, include_str!("../../web/survey/survey.html")),
    ("survey/survey.js", JAVASCRIPT, include_str!("../../web/survey/survey.js")),
    ("survey/organiser.html", HTML, include_str!("../../web/survey/organiser.html")),
    ("survey/organiser.js", JAVASCRIPT, include_str!("../../web/survey/organiser.js")),
    ("survey/survey.css", CSS, include_str!("../../web/survey/survey.css")),
    ("request.js", JAVASCRIPT, include_str!("../../web/request.js")),
    ("element.js", JAVASCRIPT, include_str!("../../web/element.js")),
    ("icon.svg", SVG, include_str!("../../web/icon.svg")),
];

/// The page of every survey, for all participants.
pub async fn survey() -> Response {
    assets::file(FILES, "survey/survey.html")
}

/// The organiser's page. It requests its content with the token.
pub async fn organiser() -> Response {
    assets::file(FILES, "survey/organiser.html")
}

/// A file that a page needs.
pub async fn file(Path(name): Path<String>) -> Response {
    assets::file(FILES, &name)
}
