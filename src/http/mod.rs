//! The web server that the studio and the survey share.
//!
//! [`serve`] accepts connections and limits how many there are and how long each may take.
//! [`enforce_policy`] checks every request and sets the security headers of every response.
//! [`ApiError`] is the response to a request that fails. The routes themselves belong to the
//! studio and the survey.

mod api_error;
pub mod assets;
mod byte_range;
mod policy;
mod serve;
mod unguessable;

pub use api_error::ApiError;
pub use byte_range::whole_or_range;
pub use policy::{LoopbackOnly, enforce_policy};
pub use serve::{Shutdown, serve};
pub use unguessable::unguessable_name;
