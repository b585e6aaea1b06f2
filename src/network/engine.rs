//! The boundary behind which the network is computed.
//!
//! A user of the network asks for no more than it needs: [`StepEngine`] composes, [`PassageEngine`]
//! tells the likelihood of music that is given, [`TrainingEngine`] learns. [`Cpu`](super::Cpu) is all
//! three. Another engine (on a GPU, in another precision, spread over several machines) implements
//! those that it can do, and nothing that uses the network has to change.

use super::batch::Batch;
use super::key_logits::{KeyAction, KeyLogits, Nats};
use super::layers::Layers;
use super::lstm_state::LstmState;
use super::parameters::Parameters;
use crate::attribute::StepAttributes;
use std::fmt::Debug;

/// A network with weights, and the LSTM state of the music that it goes through.
pub trait Engine: Send + Sync {
    /// The LSTM state of one stream of music between two steps: all that the network knows of the steps
    /// before. It is a value, so that a stream can be forked or taken back: what happens to a clone
    /// never shows in the original. Where its numbers live, and in which precision, is the engine's own
    /// affair; a state belongs to the engine that made it, or to one of the same type and shape.
    type State: Clone + PartialEq + Debug + Send + Sync + 'static;

    /// Takes over the values of the parameters; what is computed later is computed with them.
    fn load(&mut self, parameters: &Parameters);

    /// The state before the first step of a piece.
    fn initial_state(&self) -> Self::State;

    /// Copies a state out, as checkpoints keep it.
    fn save_state(&self, state: &Self::State) -> LstmState;

    /// Makes a state of one that was [saved](Self::save_state) by an engine of the same shape.
    fn restore_state(&self, saved: LstmState) -> Self::State;
}

/// An engine that runs forward over passages of given music, many steps at once: validation and
/// evaluation ask for this.
pub trait PassageEngine: Engine {
    /// Buffers that the caller keeps from one passage to the next, one for each thread.
    type Scratch: Default + Send;

    /// The negative log-likelihood of a passage ([`Batch::passage`]), summed over its steps. The state
    /// moves on by the passage: the sum over a piece is the same however the piece is cut.
    fn nll(&self, state: &mut Self::State, passage: &Batch, scratch: &mut Self::Scratch) -> Nats {
        self.forward(state, passage, scratch, &mut |_, _, _| ())
    }

    /// The same, and every prediction is handed to `receive(step, key, logits)`: step after step of the
    /// passage, each from the lowest key to the highest.
    fn forward(
        &self,
        state: &mut Self::State,
        passage: &Batch,
        scratch: &mut Self::Scratch,
        receive: &mut dyn FnMut(usize, usize, KeyLogits),
    ) -> Nats;
}

/// An engine that can be trained.
pub trait TrainingEngine: PassageEngine {
    /// The loss of a batch, summed over all its predicted steps, and into `gradient` (overwritten)
    /// the derivative of that sum by every parameter.
    ///
    /// Each segment begins with the state that stands in its place in `states`, which moves on by the
    /// predicted steps; no gradient flows back into it. Without any states, every segment begins with
    /// the [initial one](Engine::initial_state).
    ///
    /// An engine that is spread over several processes may compute a share of the segments in each, as
    /// long as loss and gradient are those of the whole batch.
    fn loss_and_gradient(
        &mut self,
        batch: &Batch,
        states: &mut [Self::State],
        gradient: &mut Parameters,
    ) -> Nats;

    /// From now on [`loss_and_gradient`](Self::loss_and_gradient) works on `segments` segments of a
    /// batch at once, at least one. It changes how much memory is needed, never the result.
    fn set_slice(&mut self, segments: usize);

    /// About how many bytes of main memory an engine for these layers takes at most, its weights and
    /// states included; the parameters, the gradient and the batch are the caller's.
    fn memory_needed(layers: &Layers, work: &TrainingWork) -> u64;
}

/// The amount of work of a training, by which an engine tells how much memory it will need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrainingWork {
    /// Segments that are worked on at once ([`TrainingEngine::set_slice`]).
    pub slice: usize,
    /// Steps of each segment that are predicted.
    pub steps: usize,
    /// States that are carried from batch to batch.
    pub states: usize,
    /// Steps of each passage in validation.
    pub passage_steps: usize,
    /// Threads that work.
    pub threads: usize,
}

/// An engine that goes through music step by step: composing asks for this.
pub trait StepEngine: Engine {
    /// Buffers that the caller keeps from step to step, one for each thread.
    type Workspace: Send + 'static;

    /// Makes room for [`predict`](Self::predict).
    fn workspace(&self) -> Self::Workspace;

    /// Predicts one step of music. `attributes` describe what is known before it. For each key from
    /// the lowest to the highest, `choose` is given the prediction and returns what the key does, which
    /// is fed back to the keys above. So drawing, teacher forcing and given notes are one function. The
    /// state moves on by the step.
    fn predict(
        &self,
        state: &mut Self::State,
        attributes: &StepAttributes,
        choose: &mut dyn FnMut(usize, KeyLogits) -> KeyAction,
        workspace: &mut Self::Workspace,
    );
}
