//! What a composer samples from: a network on any engine, or a baseline.

use super::scratch::Scratch;
use super::state::State;
use crate::attribute::Layout;
use crate::baseline::Baseline;
use crate::match_model::Continuations;
use crate::network::{KeyAction, KeyLogits, StepEngine};
use crate::roll::{Place, Step};

/// A predictor of the next step.
pub(super) trait Predictor: Send + Sync {
    /// The state of a stream without any step.
    fn initial_state(&self) -> State;

    /// Whether it wants to know what followed earlier in the piece.
    fn needs_matches(&self) -> bool;

    /// Predicts one step of music at a place, after the steps of the past: for each key from the
    /// lowest to the highest `choose` is given the prediction and returns what the key does. The
    /// state, which must come from this predictor, moves on by the step.
    fn step(
        &self,
        state: &mut State,
        past: &[Step],
        matches: Option<&Continuations>,
        place: Place,
        choose: &mut dyn FnMut(usize, KeyLogits) -> KeyAction,
        scratch: &mut Scratch,
    );
}

/// A network on an engine.
pub(super) struct Network<E> {
    pub(super) engine: E,
    pub(super) layout: Layout,
}

impl<E: StepEngine> Predictor for Network<E> {
    fn initial_state(&self) -> State {
        State::of(self.engine.initial_state())
    }

    fn needs_matches(&self) -> bool {
        self.layout.needs_matches()
    }

    fn step(
        &self,
        state: &mut State,
        past: &[Step],
        matches: Option<&Continuations>,
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
        self.layout.describe(past, matches, place, attributes);
        self.engine.predict(state.get::<E::State>(), attributes, choose, workspace);
    }
}

impl Predictor for Baseline {
    /// A baseline needs no state: it knows only the step before, which is given.
    fn initial_state(&self) -> State {
        State::default()
    }

    fn needs_matches(&self) -> bool {
        false
    }

    fn step(
        &self,
        _: &mut State,
        past: &[Step],
        _: Option<&Continuations>,
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
