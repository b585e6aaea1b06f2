//! Networks that listen, one or several together.

use super::evaluator::Evaluator;
use super::piece_score::{ConfusionCounts, PieceScore};
use crate::attribute::Layout;
use crate::model::Model;
use crate::network::{Batch, Cpu, Engine, KeyAction, KeyLogits, Layers, LstmState, Nats};
use crate::roll::{KEYS, Roll};
use crate::segment::Segment;
use crate::training::in_passages;

/// One network, or several that say together the mean of their probabilities
/// ([`KeyLogits::mean`]). They may differ in everything but what they are asked: all of them predict
/// strokes, or none.
pub struct Networks {
    members: Vec<Member>,
}

struct Member {
    engine: Cpu,
    layers: Layers,
    layout: Layout,
}

/// What goes with a piece: each member's memory, and what has been found so far.
struct PieceState {
    states: Vec<LstmState>,
    nats: Nats,
    notes: ConfusionCounts,
}

/// What each thread keeps from passage to passage.
#[derive(Default)]
struct Scratch {
    scratch: <Cpu as Engine>::Scratch,
    /// What each member says of each step and key of the passage, one member after the other.
    said: Vec<KeyLogits>,
}

impl Networks {
    /// Makes models ready; at least one.
    pub fn new<'a>(models: impl IntoIterator<Item = &'a Model>) -> Networks {
        let member = |model: &Model| Member {
            engine: Cpu::new(&model.parameters, false),
            layers: model.parameters.layers.clone(),
            layout: model.layout,
        };
        let members: Vec<_> = models.into_iter().map(member).collect();
        assert!(!members.is_empty(), "there is nobody to listen");
        Networks { members }
    }

    fn begin(&self) -> PieceState {
        let states = self.members.iter().map(|member| LstmState::empty(&member.layers)).collect();
        PieceState { states, nats: Nats::default(), notes: ConfusionCounts::default() }
    }

    fn hear(&self, state: &mut PieceState, segment: &Segment, scratch: &mut Scratch) {
        let Scratch { scratch, said } = scratch;
        said.clear();
        let mut alone = Nats::default();
        for (member, state) in self.members.iter().zip(&mut state.states) {
            let passage = Batch::passage(segment, &member.layout);
            let mut tell = |_, _, logits| said.push(logits);
            alone = member.engine.forward(state, &passage, scratch, &mut tell);
        }
        // One alone is as surprised as training says, to the last bit.
        let several = self.members.len() > 1;
        if !several {
            state.nats += alone;
        }
        let each = segment.len() * KEYS;
        for place in 0..each {
            let (step, key) = (segment.step(place / KEYS), place % KEYS);
            let (play, articulate) = (step.play.contains(key), step.articulate.contains(key));
            let choice = KeyAction { play, articulate };
            let together = KeyLogits::mean(said[place..].iter().step_by(each).copied());
            if several {
                state.nats += together.nats(choice);
            }
            state.notes.see(together, choice);
        }
    }
}

impl Evaluator for Networks {
    /// With the memories carried from the first step of a piece to its last.
    fn evaluate(
        &self,
        pieces: &[&Roll],
        go_on: &(dyn Fn(usize) -> bool + Sync),
    ) -> Option<Vec<PieceScore>> {
        let hear = |state: &mut PieceState, segment: &Segment, scratch: &mut Scratch| {
            self.hear(state, segment, scratch);
        };
        let found = in_passages(pieces, || self.begin(), hear, go_on)?;
        let measure = |(state, roll): (PieceState, &&Roll)| PieceScore {
            steps: roll.len(),
            nats: state.nats,
            notes: state.notes,
        };
        Some(found.into_iter().zip(pieces).map(measure).collect())
    }
}
