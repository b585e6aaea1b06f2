//! The studio's page and its scripts.

use crate::http::assets::{self, Asset, CSS, HTML, JAVASCRIPT, SVG};
use axum::extract::Path;
use axum::response::Response;

const FILES: &[Asset] = &[
    ("index.html", HTML, include_str!("../../web/index.html")),
    ("studio.css", CSS, include_str!("../../web/studio.css")),
    ("icon.svg", SVG, include_str!("../../web/icon.svg")),
    ("studio.js", JAVASCRIPT, include_str!("../../web/studio.js")),
    ("session.js", JAVASCRIPT, include_str!("../../web/session.js")),
    ("composer.js", JAVASCRIPT, include_str!("../../web/composer.js")),
    ("request.js", JAVASCRIPT, include_str!("../../web/request.js")),
    ("element.js", JAVASCRIPT, include_str!("../../web/element.js")),
    ("dials.js", JAVASCRIPT, include_str!("../../web/dials.js")),
    ("recorder.js", JAVASCRIPT, include_str!("../../web/recorder.js")),
    ("player.js", JAVASCRIPT, include_str!("../../web/player.js")),
    ("piano.js", JAVASCRIPT, include_str!("../../web/piano.js")),
    ("roll.js", JAVASCRIPT, include_str!("../../web/roll.js")),
    ("keyboard.js", JAVASCRIPT, include_str!("../../web/keyboard.js")),
];

/// The page.
pub async fn index() -> Response {
    assets::file(FILES, "index.html")
}

/// A file that the page needs.
pub async fn file(Path(name): Path<String>) -> Response {
    assets::file(FILES, &name)
}
