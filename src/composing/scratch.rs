//! Buffers that are reused from step to step.

use super::state::State;
use crate::attribute::StepAttributes;
use std::any::Any;

/// Scratch buffers in which a step is composed. Nothing in them matters between steps.
#[derive(Default)]
pub struct Scratch {
    /// The engine's buffers; `None` before the first step of a network.
    pub(super) workspace: Option<Box<dyn Any + Send>>,
    pub(super) attributes: StepAttributes,
    /// The state before a step that may have to be drawn again.
    pub(super) before: State,
}
