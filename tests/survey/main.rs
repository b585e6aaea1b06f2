//! The survey: its figures, what it refuses, what it tells and what not, and as people take it in a
//! browser.

mod blind;
mod browser;
#[path = "../studio/chromium.rs"]
#[allow(dead_code)]
mod chromium;
mod figures;
#[path = "../studio/http.rs"]
#[allow(dead_code)]
mod http;
mod kept;
mod refusals;
mod server;
