//! The pages of participants and of the organiser, which are part of the program.

use crate::door::Failure;
use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Every file: its name, what it is, and its text.
const FILES: &[(&str, &str, &str)] = &[
    ("survey.html", PAGE, include_str!("../../web/survey/survey.html")),
    ("survey.js", SCRIPT, include_str!("../../web/survey/survey.js")),
    ("organiser.html", PAGE, include_str!("../../web/survey/organiser.html")),
    ("organiser.js", SCRIPT, include_str!("../../web/survey/organiser.js")),
    ("survey.css", "text/css; charset=utf-8", include_str!("../../web/survey/survey.css")),
    ("icon.svg", "image/svg+xml", include_str!("../../web/icon.svg")),
];

const PAGE: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// The page of a survey: the same for all of them, and for all who take part.
pub async fn survey() -> Response {
    of("survey.html")
}

/// The organiser's page; what it shows it must ask for with the token.
pub async fn organiser() -> Response {
    of("organiser.html")
}

/// A file that a page needs.
pub async fn file(Path(name): Path<String>) -> Response {
    of(&name)
}

fn of(name: &str) -> Response {
    match FILES.iter().find(|(file, _, _)| *file == name) {
        Some((_, kind, text)) => ([(header::CONTENT_TYPE, *kind)], *text).into_response(),
        None => nowhere(),
    }
}

/// There is no such thing.
pub fn nowhere() -> Response {
    let nowhere = Failure::gone("there is no such page; a survey has a link of its own");
    let mut response = nowhere.into_response();
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}
