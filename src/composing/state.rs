//! The state of a stream, of whatever type its predictor needs.

use std::any::Any;
use std::fmt::Debug;

/// What a predictor knows of the steps before: an engine's LSTM state, of a type that only the engine
/// knows, or nothing. It is a value as that state is.
#[derive(Debug, Default)]
pub(super) struct State(Option<Box<dyn AnyState>>);

/// The state of some engine.
trait AnyState: Any + Debug + Send + Sync {
    fn boxed_clone(&self) -> Box<dyn AnyState>;
    /// Becomes a clone of another state, without a new allocation if the type has such a `clone_from`.
    /// False if the other one is of another type.
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
    /// The state of an engine.
    pub(super) fn of<S: Clone + PartialEq + Debug + Send + Sync + 'static>(state: S) -> State {
        State(Some(Box::new(state)))
    }

    /// The state as its engine knows it: `S` is the engine's type.
    pub(super) fn get<S: 'static>(&mut self) -> &mut S {
        let state = self.0.as_deref_mut().map(|state| state as &mut dyn Any);
        let state = state.and_then(|state| state.downcast_mut());
        state.expect("a stream continues with the composer that it began with")
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
