//! The survey: its figures, what it refuses, what it tells and what not, and as people take it in a browser.

mod blind;
mod browser;
mod figures;
mod kept;
mod refusals;
mod server;
