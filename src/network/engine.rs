//! The boundary behind which the network is computed.

use super::batch::Batch;
use super::memory::Memory;
use super::parameters::Parameters;
use super::prediction::{Choice, Nats, Prediction};
use crate::attribute::StepAttributes;

/// A machine that computes the network. All of the program that learns or composes asks for these
/// things only; an engine on a GPU would stand beside [`Cpu`](super::Cpu).
pub trait Engine {
    /// Room to predict in, which the caller keeps from step to step.
    type Workspace;

    /// Room to go through passages in, which the caller keeps from one to the next.
    type Room: Default + Send;

    /// Takes over the values of the parameters; what is computed later is computed with them.
    fn load(&mut self, parameters: &Parameters);

    /// The loss of a batch, summed over all its predicted steps, and into `gradient` (overwritten)
    /// the derivative of that sum by every parameter.
    ///
    /// Each segment begins with the memory that stands in its place in `memories`, which moves on
    /// by the predicted steps; no gradient flows back into it. With no memories at all, every
    /// segment begins with an empty one.
    fn learn_on(
        &mut self,
        batch: &Batch,
        memories: &mut [Memory],
        gradient: &mut Parameters,
    ) -> Nats;

    /// The same for segments that stand alone, each with an empty memory.
    fn learn(&mut self, batch: &Batch, gradient: &mut Parameters) -> Nats {
        self.learn_on(batch, &mut [], gradient)
    }

    /// How surprising a passage ([`Batch::passage`]) is, summed over its steps. The memory moves on
    /// by it: the surprise of a piece is the sum of that of its passages, however it is cut.
    fn surprise(&self, memory: &mut Memory, passage: &Batch, room: &mut Self::Room) -> Nats {
        self.follow(memory, passage, room, &mut |_, _, _| ())
    }

    /// The same, and `tell` is told what was predicted: `tell(step, key, prediction)`, step after
    /// step of the passage, each from the lowest key to the highest.
    fn follow(
        &self,
        memory: &mut Memory,
        passage: &Batch,
        room: &mut Self::Room,
        tell: &mut dyn FnMut(usize, usize, Prediction),
    ) -> Nats;

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
