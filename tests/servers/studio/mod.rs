//! The studio, as other programs, attackers, and a person in a browser see it.

mod attacks;
mod browser;
mod load;
mod pieces;
mod server;
