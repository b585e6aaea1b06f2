//! Files of pages, which are part of the program.

use super::ApiError;
use axum::http::header;
use axum::response::{IntoResponse, Response};

/// What a script is.
pub const JAVASCRIPT: &str = "text/javascript; charset=utf-8";
/// What a page is.
pub const HTML: &str = "text/html; charset=utf-8";
/// What a style sheet is.
pub const CSS: &str = "text/css; charset=utf-8";
/// What a drawing is.
pub const SVG: &str = "image/svg+xml";

/// A file: its name, what it is, and its text.
pub type Asset = (&'static str, &'static str, &'static str);

/// The file of a name, or that there is none.
pub fn file(files: &[Asset], name: &str) -> Response {
    match files.iter().find(|(file, _, _)| *file == name) {
        Some((_, kind, text)) => ([(header::CONTENT_TYPE, *kind)], *text).into_response(),
        None => page_not_found(),
    }
}

/// There is no such page.
pub fn page_not_found() -> Response {
    ApiError::not_found("there is no such page").into_response()
}
