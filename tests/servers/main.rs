//! Tests the studio and the survey: over HTTP, under attack, and in a real browser.

#[path = "../support/chromium.rs"]
mod chromium;
#[path = "../support/http.rs"]
mod http;
#[path = "../support/sandbox.rs"]
mod sandbox;
mod process;
#[path = "../support/skipped.rs"]
mod skipped;
mod studio;
mod survey;
