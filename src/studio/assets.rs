//! The page and its scripts.

use crate::http::assets::{self, DRAWING, File, PAGE, SCRIPT, STYLE};
use axum::extract::Path;
use axum::response::Response;

const FILES: &[File] = &[
    ("index.html", PAGE, include_str!("../../web/index.html")),
    ("studio.css", STYLE, include_str!("../../web/studio.css")),
    ("icon.svg", DRAWING, include_str!("../../web/icon.svg")),
    ("studio.js", SCRIPT, include_str!("../../web/studio.js")),
    ("session.js", SCRIPT, include_str!("../../web/session.js")),
    ("composer.js", SCRIPT, include_str!("../../web/composer.js")),
    ("request.js", SCRIPT, include_str!("../../web/request.js")),
    ("element.js", SCRIPT, include_str!("../../web/element.js")),
    ("dials.js", SCRIPT, include_str!("../../web/dials.js")),
    ("recorder.js", SCRIPT, include_str!("../../web/recorder.js")),
    ("player.js", SCRIPT, include_str!("../../web/player.js")),
    ("piano.js", SCRIPT, include_str!("../../web/piano.js")),
    ("roll.js", SCRIPT, include_str!("../../web/roll.js")),
    ("keyboard.js", SCRIPT, include_str!("../../web/keyboard.js")),
];

/// The page.
pub async fn index() -> Response {
    assets::file(FILES, "index.html")
}

/// One of its files.
pub async fn file(Path(name): Path<String>) -> Response {
    assets::file(FILES, &name)
}
