//! Files of pages, which are part of the program.

use super::ApiError;
use axum::http::header;
use axum::response::{IntoResponse, Response};

/// What a script is.
pub const SCRIPT: &str = "text/javascript; charset=utf-8";
/// What a page is.
pub const PAGE: &str = "text/html; charset=utf-8";
/// What a style sheet is.
pub const STYLE: &str = "text/css; charset=utf-8";
/// What a drawing is.
pub const DRAWING: &str = "image/svg+xml";

/// A file: its name, what it is, and its text.
pub type File = (&'static str, &'static str, &'static str);

/// The file of a name, or that there is none.
pub fn file(files: &[File], name: &str) -> Response {
    match files.iter().find(|(file, _, _)| *file == name) {
        Some((_, kind, text)) => ([(header::CONTENT_TYPE, *kind)], *text).into_response(),
        None => nowhere(),
    }
}

/// There is no such page.
pub fn nowhere() -> Response {
    ApiError::gone("there is no such page").into_response()
}
