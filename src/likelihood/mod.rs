//! The exact negative log-likelihood of whole pieces. Training validates with it, and evaluation
//! reports it.

mod nll;
mod passages;

pub use nll::{nll, per_step};
pub use passages::{PASSAGE_STEPS, in_passages};
