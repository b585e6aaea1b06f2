//! Static files of the web pages, compiled into the program.

use super::ApiError;
use axum::http::header;
use axum::response::{IntoResponse, Response};

/// The media type of a script.
pub const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
/// The media type of a page.
pub const HTML: &str = "text/html; charset=utf-8";
/// The media type of a style sheet.
pub const CSS: &str = "text/css; charset=utf-8";
/// The media type of a drawing.
pub const SVG: &str = "image/svg+xml";

/// A static file: its name, its media type and its text.
pub type Asset = (&'static str, &'static str, &'static str);

/// The file of a name, or a 404 response.
pub fn file(files: &[Asset], name: &str) -> Response {
    match files.iter().find(|(file, _, _)| *file == name) {
        Some((_, kind, text)) => ([(header::CONTENT_TYPE, *kind)], *text).into_response(),
        None => page_not_found(),
    }
}

/// The 404 response.
pub fn page_not_found() -> Response {
    ApiError::not_found("there is no such page").into_response()
}
