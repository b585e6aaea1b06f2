//! The studio serves programs, attackers, and people in a browser.

mod attacks;
mod browser;
mod load;
mod pieces;
mod server;
