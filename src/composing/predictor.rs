//! What a composer draws from: a network on an engine of whatever kind, or a baseline.

use super::composer::Scratch;
use crate::attribute::Layout;
use crate::baseline::Baseline;
use crate::network::{KeyAction, KeyLogits, StepEngine};
use crate::roll::{Place, Step};
use std::any::Any;
use std::fmt::Debug;

/// Predicts the next step, whatever it predicts it with.
pub(super) trait Predictor: Send + Sync {
    /// The state of a stream that has no step yet.
    fn initial_state(&self) -> State;

    /// Predicts one step of music at a place, after the steps of the past: for each key from the
    /// lowest to the highest `choose` is given the prediction and returns what the key does. The
    /// state, which must come from this predictor, moves on by the step.
    fn step(
        &self,
        state: &mut State,
        past: &[Step],
        place: Place,
        choose: &mut dyn FnMut(usize, KeyLogits) -> KeyAction,
        scratch: &mut Scratch,
    );
}

/// A network that predicts.
pub(super) struct Network<E> {
    pub(super) engine: E,
    pub(super) layout: Layout,
}

impl<E: StepEngine> Predictor for Network<E> {
    fn initial_state(&self) -> State {
        State(Some(Box::new(self.engine.initial_state())))
    }

    fn step(
        &self,
        state: &mut State,
        past: &[Step],
        place: Place,
        choose: &mut dyn FnMut(usize, KeyLogits) -> KeyAction,
        scratch: &mut Scratch,
    ) {
        let Scratch { workspace, attributes, .. } = scratch;
        // A scratch may come from a composer on another engine.
        if !workspace.as_deref().is_some_and(|workspace| workspace.is::<E::Workspace>()) {
            *workspace = Some(Box::new(self.engine.workspace()));
        }
        let workspace = workspace.as_deref_mut().and_then(|workspace| workspace.downcast_mut());
        let workspace = workspace.expect("made above where it was not there");
        self.layout.describe(past, place, attributes);
        self.engine.predict(state.of_engine::<E>(), attributes, choose, workspace);
    }
}

impl Predictor for Baseline {
    /// It needs none: all it knows is the step before.
    fn initial_state(&self) -> State {
        State::default()
    }

    fn step(
        &self,
        _: &mut State,
        past: &[Step],
        _: Place,
        choose: &mut dyn FnMut(usize, KeyLogits) -> KeyAction,
        _: &mut Scratch,
    ) {
        let previous = past.last().copied().unwrap_or_default();
        for (key, logits) in self.predict(previous).into_iter().enumerate() {
            choose(key, logits);
        }
    }
}

/// What a predictor knows of the steps before: an engine's LSTM state, of a type that only the
/// engine knows, or nothing. It is a value as that state is.
#[derive(Debug, Default)]
pub(super) struct State(Option<Box<dyn AnyState>>);

/// The state of some engine.
trait AnyState: Any + Debug + Send + Sync {
    fn boxed_clone(&self) -> Box<dyn AnyState>;
    /// Becomes a clone of another state, without a new allocation if the type has such a
    /// `clone_from`. False if the other one is of another type.
    fn became_clone_of(&mut self, other: &dyn Any) -> bool;
    fn equals(&self, other: &dyn Any) -> bool;
}

impl<T: Clone + PartialEq + Debug + Send + Sync + 'static> AnyState for T {
    fn boxed_clone(&self) -> Box<dyn AnyState> {
        Box::new(self.clone())
    }

    fn became_clone_of(&mut self, other: &dyn Any) -> bool {
        let other = other.downcast_ref::<T>();
        other.inspect(|other| self.clone_from(other)).is_some()
    }

    fn equals(&self, other: &dyn Any) -> bool {
        other.downcast_ref::<T>().is_some_and(|other| self == other)
    }
}

impl State {
    /// The state as the engine knows it.
    fn of_engine<E: StepEngine>(&mut self) -> &mut E::State {
        let state = self.0.as_deref_mut().map(|state| state as &mut dyn Any);
        let state = state.and_then(|state| state.downcast_mut());
        state.expect("a stream goes on with the composer that it began with")
    }
}

impl Clone for State {
    fn clone(&self) -> State {
        State(self.0.as_deref().map(AnyState::boxed_clone))
    }

    fn clone_from(&mut self, other: &State) {
        let done = match (self.0.as_deref_mut(), other.0.as_deref()) {
            (Some(state), Some(other)) => state.became_clone_of(other),
            _ => false,
        };
        if !done {
            *self = other.clone();
        }
    }
}

impl PartialEq for State {
    fn eq(&self, other: &State) -> bool {
        match (self.0.as_deref(), other.0.as_deref()) {
            (Some(state), Some(other)) => state.equals(other),
            (None, None) => true,
            _ => false,
        }
    }
}
