//! The door between the program and the network: who may come in, what they may ask and for how long.
//!
//! [`serve`] takes connections, [`hold`] has the rules for every request and answer, [`Failure`] is what
//! is said when something cannot be. What there is to be asked for is the business of the rooms behind
//! the door: the studio, the survey.

mod failure;
pub mod page;
mod part;
mod rules;
mod serve;

pub use failure::Failure;
pub use part::whole_or_part;
pub use rules::{OnlyHere, hold};
pub use serve::{Stop, serve};
