//! The boundary behind which the network is computed.

use super::batch::Batch;
use super::key_logits::{KeyAction, KeyLogits, Nats};
use super::lstm_state::LstmState;
use super::parameters::Parameters;
use crate::attribute::StepAttributes;

/// A machine that computes the network. All of the program that learns or composes asks for these
/// things only; an engine on a GPU would stand beside [`Cpu`](super::Cpu).
pub trait Engine {
    /// Room to predict in, which the caller keeps from step to step.
    type Workspace;

    /// Room to go through passages in, which the caller keeps from one to the next.
    type Scratch: Default + Send;

    /// Takes over the values of the parameters; what is computed later is computed with them.
    fn load(&mut self, parameters: &Parameters);

    /// The loss of a batch, summed over all its predicted steps, and into `gradient` (overwritten)
    /// the derivative of that sum by every parameter.
    ///
    /// Each segment begins with the memory that stands in its place in `states`, which moves on
    /// by the predicted steps; no gradient flows back into it. With no memories at all, every
    /// segment begins with an empty one.
    fn loss_and_gradient(
        &mut self,
        batch: &Batch,
        states: &mut [LstmState],
        gradient: &mut Parameters,
    ) -> Nats;

    /// The same for segments that stand alone, each with an empty memory.
    fn stateless_loss_and_gradient(&mut self, batch: &Batch, gradient: &mut Parameters) -> Nats {
        self.loss_and_gradient(batch, &mut [], gradient)
    }

    /// How surprising a passage ([`Batch::passage`]) is, summed over its steps. The memory moves on
    /// by it: the surprise of a piece is the sum of that of its passages, however it is cut.
    fn nll(&self, state: &mut LstmState, passage: &Batch, scratch: &mut Self::Scratch) -> Nats {
        self.forward(state, passage, scratch, &mut |_, _, _| ())
    }

    /// The same, and `tell` is told what was predicted: `tell(step, key, logits)`, step after
    /// step of the passage, each from the lowest key to the highest.
    fn forward(
        &self,
        state: &mut LstmState,
        passage: &Batch,
        scratch: &mut Self::Scratch,
        tell: &mut dyn FnMut(usize, usize, KeyLogits),
    ) -> Nats;

    /// Room for [`predict`](Self::predict).
    fn workspace(&self) -> Self::Workspace;

    /// One step of music. `attributes` say what is known before it. For each key from the lowest
    /// to the highest, `choose` is told the prediction and says what the key does, which the keys
    /// above are told in turn: whether it draws, or knows the step already, is its own affair.
    /// The memory moves on by the step.
    fn predict(
        &self,
        state: &mut LstmState,
        attributes: &StepAttributes,
        choose: &mut dyn FnMut(usize, KeyLogits) -> KeyAction,
        workspace: &mut Self::Workspace,
    );
}
