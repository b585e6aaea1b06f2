//! The boundary behind which the network is computed.

use super::batch::Batch;
use super::memory::Memory;
use super::parameters::Parameters;
use super::prediction::{Choice, Nats, Prediction};
use crate::attribute::StepAttributes;

/// A machine that computes the network. All of the program that learns or composes asks for these
/// two things only; an engine on a GPU would stand beside [`Cpu`](super::Cpu).
pub trait Engine {
    /// Room to predict in, which the caller keeps from step to step.
    type Workspace;

    /// Takes over the values of the parameters; what is computed later is computed with them.
    fn load(&mut self, parameters: &Parameters);

    /// The loss of a batch, summed over all its predicted steps, and into `gradient` (overwritten)
    /// the derivative of that sum by every parameter.
    fn learn(&mut self, batch: &Batch, gradient: &mut Parameters) -> Nats;

    /// Room for [`predict`](Self::predict).
    fn workspace(&self) -> Self::Workspace;

    /// One step of music. `attributes` say what is known before it. For each key from the lowest
    /// to the highest, `choose` is told the prediction and says what the key does, which the keys
    /// above are told in turn: whether it draws, or knows the step already, is its own affair.
    /// The memory moves on by the step.
    fn predict(
        &self,
        memory: &mut Memory,
        attributes: &StepAttributes,
        choose: &mut dyn FnMut(usize, Prediction) -> Choice,
        workspace: &mut Self::Workspace,
    );
}
