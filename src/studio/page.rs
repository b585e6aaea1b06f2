//! The page and its scripts, which are part of the program.

use crate::door::Failure;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};

/// Every file of the page: its name, what it is, and its text.
const FILES: &[(&str, &str, &str)] = &[
    ("index.html", "text/html; charset=utf-8", include_str!("../../web/index.html")),
    ("studio.css", "text/css; charset=utf-8", include_str!("../../web/studio.css")),
    ("icon.svg", "image/svg+xml", include_str!("../../web/icon.svg")),
    ("studio.js", SCRIPT, include_str!("../../web/studio.js")),
    ("composer.js", SCRIPT, include_str!("../../web/composer.js")),
    ("player.js", SCRIPT, include_str!("../../web/player.js")),
    ("piano.js", SCRIPT, include_str!("../../web/piano.js")),
    ("roll.js", SCRIPT, include_str!("../../web/roll.js")),
    ("keyboard.js", SCRIPT, include_str!("../../web/keyboard.js")),
];

const SCRIPT: &str = "text/javascript; charset=utf-8";

/// The page.
pub async fn index() -> Response {
    of("index.html")
}

/// One of its files.
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
    let mut response = Failure::bad("there is no such page").into_response();
    *response.status_mut() = axum::http::StatusCode::NOT_FOUND;
    response
}
