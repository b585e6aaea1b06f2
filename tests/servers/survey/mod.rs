//! The survey stays blind, keeps every answer, and reports the right figures.

mod blind;
mod browser;
mod figures;
mod kept;
mod refusals;
mod server;
