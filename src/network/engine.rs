//! The boundary behind which the network is computed.
//!
//! Each user of the network asks for no more than it needs: [`StepEngine`] composes,
//! [`PassageEngine`] computes the likelihood of given music, [`TrainingEngine`] trains.
//! [`Cpu`](super::Cpu) is all three. Another engine (on a GPU, in another precision, spread over
//! several machines) implements those that it can, and no user of the network has to change.

use super::batch::Batch;
use super::key_logits::{KeyAction, KeyLogits, Nats};
use super::layers::Layers;
use super::lstm_state::LstmState;
use super::parameters::Parameters;
use crate::attribute::StepAttributes;
use std::fmt::Debug;

/// A network with weights, and with an LSTM state for each stream of music.
pub trait Engine: Send + Sync {
    /// The LSTM state of one stream of music between two steps: all that the network knows about
    /// the steps before. It is a value: a clone and its original never affect each other, so that a
    /// stream can be forked or taken back. The engine decides where the numbers are stored and in
    /// which precision. A state can be used with the engine that made it, and with others of the
    /// same type and architecture.
    type State: Clone + PartialEq + Debug + Send + Sync + 'static;

    /// Loads parameters; all later computations use them.
    fn load(&mut self, parameters: &Parameters);

    /// The state before the first step of a piece.
    fn initial_state(&self) -> Self::State;

    /// Copies a state into the form that checkpoints store.
    fn save_state(&self, state: &Self::State) -> LstmState;

    /// The inverse of [`save_state`](Self::save_state), which may have been that of another engine
    /// of the same architecture.
    fn restore_state(&self, saved: LstmState) -> Self::State;
}

/// An engine that predicts the steps of a passage of given music, many at once. Validation and
/// evaluation use it.
pub trait PassageEngine: Engine {
    /// Buffers that the caller keeps from passage to passage, one set per thread.
    type Scratch: Default + Send;

    /// The negative log-likelihood of a passage ([`Batch::passage`]), summed over its steps. The
    /// state advances by the passage, so the sum over a piece is the same however the piece is
    /// divided.
    fn nll(&self, state: &mut Self::State, passage: &Batch, scratch: &mut Self::Scratch) -> Nats {
        self.forward(state, passage, scratch, &mut |_, _, _| ())
    }

    /// The same, with a call of `receive(step, key, logits)` for every prediction: step after step
    /// of the passage, each from the lowest key to the highest.
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
    /// The loss of a batch, which is the negative log-likelihood summed over all its predicted
    /// steps. Overwrites `gradient` with the derivative of that sum with respect to every
    /// parameter.
    ///
    /// Segment i begins with `states[i]`, which advances by the predicted steps; no gradient flows
    /// back into it (truncated backpropagation through time). If `states` is empty, every segment
    /// begins with the [initial state](Engine::initial_state).
    ///
    /// An engine that is spread over several processes may compute a [share](Batch::share) of the
    /// batch in each, as long as loss, gradient and states are those of the whole batch in all of
    /// them.
    fn loss_and_gradient(
        &mut self,
        batch: &Batch,
        states: &mut [Self::State],
        gradient: &mut Parameters,
    ) -> Nats;

    /// From now on [`loss_and_gradient`](Self::loss_and_gradient) works on `segments` segments of a
    /// batch at once, at least one. This changes the memory that is needed, never the result.
    fn set_slice(&mut self, segments: usize);

    /// About how many bytes of main memory an engine for these layers needs at most, including its
    /// copies of the weights and the LSTM states. Parameters, gradient and batch belong to the
    /// caller.
    fn memory_needed(layers: &Layers, work: &TrainingWork) -> u64;
}

/// The amount of work of a training, from which an engine estimates the memory that it will need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrainingWork {
    /// Segments that the engine works on at once ([`TrainingEngine::set_slice`]).
    pub slice: usize,
    /// Predicted steps of each segment.
    pub steps: usize,
    /// LSTM states that are carried from batch to batch.
    pub states: usize,
    /// Steps of each passage in validation.
    pub passage_steps: usize,
    /// Threads.
    pub threads: usize,
}

/// An engine that predicts one step at a time. Composing uses it.
pub trait StepEngine: Engine {
    /// Buffers that the caller keeps from step to step, one set per thread.
    type Workspace: Send + 'static;

    /// New buffers for [`predict`](Self::predict).
    fn workspace(&self) -> Self::Workspace;

    /// Predicts one step of music, whose `attributes` describe what is known before it. For each
    /// key from the lowest to the highest, `choose` is given the prediction and returns what the
    /// key does, which is fed back to the keys above. So sampling, teacher forcing and given notes
    /// are one function. The state advances by the step.
    fn predict(
        &self,
        state: &mut Self::State,
        attributes: &StepAttributes,
        choose: &mut dyn FnMut(usize, KeyLogits) -> KeyAction,
        workspace: &mut Self::Workspace,
    );
}
