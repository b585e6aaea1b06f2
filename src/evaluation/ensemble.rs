//! Networks as evaluators, a single one or several as an ensemble.

use super::evaluator::Evaluator;
use super::piece_score::{ConfusionCounts, PieceScore};
use crate::attribute::Layout;
use crate::likelihood::in_passages;
use crate::model::Model;
use crate::network::{Batch, KeyAction, KeyLogits, Nats, Parameters, PassageEngine};
use crate::roll::{KEYS, Roll};
use crate::segment::Segment;

/// One network, or several whose probabilities are averaged ([`KeyLogits::mean`]). They may differ
/// in everything but their heads.
pub struct Ensemble<E> {
    members: Vec<Member<E>>,
}

struct Member<E> {
    engine: E,
    layout: Layout,
}

/// What belongs to a piece: the LSTM state of each member, and the sums so far.
struct PieceState<E: PassageEngine> {
    states: Vec<E::State>,
    nats: Nats,
    notes: ConfusionCounts,
}

/// Buffers of a thread.
struct Scratch<E: PassageEngine> {
    scratch: E::Scratch,
    /// The logits of each step and key of the passage, one member after the other.
    logits: Vec<KeyLogits>,
}

impl<E: PassageEngine> Default for Scratch<E> {
    fn default() -> Self {
        Scratch { scratch: E::Scratch::default(), logits: Vec::new() }
    }
}

impl<E: PassageEngine> Ensemble<E> {
    /// Makes models ready, at least one, each on an engine of its own, such as
    /// [`Cpu::for_inference`](crate::network::Cpu::for_inference).
    pub fn new<'a>(
        models: impl IntoIterator<Item = &'a Model>,
        engine: impl Fn(&Parameters) -> E,
    ) -> Ensemble<E> {
        let member =
            |model: &Model| Member { engine: engine(&model.parameters), layout: model.layout };
        let members: Vec<_> = models.into_iter().map(member).collect();
        assert!(!members.is_empty(), "an ensemble has at least one member");
        Ensemble { members }
    }

    fn begin(&self) -> PieceState<E> {
        let states = self.members.iter().map(|member| member.engine.initial_state()).collect();
        PieceState { states, nats: Nats::default(), notes: ConfusionCounts::default() }
    }

    fn advance(&self, state: &mut PieceState<E>, segment: &Segment, scratch: &mut Scratch<E>) {
        let Scratch { scratch, logits: all } = scratch;
        all.clear();
        let mut single = Nats::default();
        for (member, state) in self.members.iter().zip(&mut state.states) {
            let passage = Batch::passage(segment, &member.layout);
            let mut receive = |_, _, logits| all.push(logits);
            single = member.engine.forward(state, &passage, scratch, &mut receive);
        }
        // The sum of a single network comes from the engine, so that it has the same bits in
        // training.
        let several = self.members.len() > 1;
        if !several {
            state.nats += single;
        }
        let each = segment.len() * KEYS;
        for place in 0..each {
            let action = KeyAction::of(segment.step(place / KEYS), place % KEYS);
            let together = KeyLogits::mean(all[place..].iter().step_by(each).copied());
            if several {
                state.nats += together.nats(action);
            }
            state.notes.add(together, action);
        }
    }
}

impl<E: PassageEngine> Evaluator for Ensemble<E> {
    /// The LSTM states are carried from the first step of a piece to its last.
    fn evaluate(
        &self,
        pieces: &[&Roll],
        go_on: &(dyn Fn(usize) -> bool + Sync),
    ) -> Option<Vec<PieceScore>> {
        let advance = |state: &mut PieceState<E>, segment: &Segment, scratch: &mut Scratch<E>| {
            self.advance(state, segment, scratch);
        };
        let needs_matches = self.members.iter().any(|member| member.layout.needs_matches());
        let found = in_passages(pieces, needs_matches, || self.begin(), advance, go_on)?;
        let score = |(state, roll): (PieceState<E>, &&Roll)| PieceScore {
            steps: roll.len(),
            nats: state.nats,
            notes: state.notes,
        };
        Some(found.into_iter().zip(pieces).map(score).collect())
    }
}
