//! The door between the program and the network: who may come in, what they may ask and for how long.
//!
//! [`serve`] takes connections, [`enforce_policy`] has the rules for every request and answer, [`ApiError`] is what
//! is said when something cannot be. What there is to be asked for is the business of the rooms behind
//! the door: the studio, the survey.

mod api_error;
pub mod assets;
mod byte_range;
mod policy;
mod serve;
mod unguessable;

pub use api_error::ApiError;
pub use byte_range::whole_or_range;
pub use policy::{LoopbackOnly, enforce_policy};
pub use serve::{Stop, serve};
pub use unguessable::unguessable_name;
