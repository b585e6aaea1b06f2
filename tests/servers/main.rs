//! Tests the studio and the survey: over HTTP, under attack, and in a real browser.

#[path = "../support/chromium.rs"]
mod chromium;
#[path = "../support/http.rs"]
mod http;
mod studio;
mod survey;
