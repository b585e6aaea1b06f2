//! Networks that listen, one or several together.

use super::listener::Listener;
use super::measure::{Hits, Measure};
use crate::attribute::Layout;
use crate::model::Model;
use crate::network::{Batch, Choice, Cpu, Engine, Layers, Memory, Nats, Prediction};
use crate::roll::{KEYS, Roll};
use crate::segment::Segment;
use crate::training::in_passages;

/// One network, or several that say together the mean of their probabilities
/// ([`Prediction::mean`]). They may differ in everything but what they are asked: all of them predict
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
struct Listening {
    memories: Vec<Memory>,
    nats: Nats,
    notes: Hits,
}

/// What each thread keeps from passage to passage.
#[derive(Default)]
struct Room {
    room: <Cpu as Engine>::Room,
    /// What each member says of each step and key of the passage, one member after the other.
    said: Vec<Prediction>,
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

    fn begin(&self) -> Listening {
        let memories = self.members.iter().map(|member| Memory::empty(&member.layers)).collect();
        Listening { memories, nats: Nats::default(), notes: Hits::default() }
    }

    fn hear(&self, state: &mut Listening, segment: &Segment, room: &mut Room) {
        let Room { room, said } = room;
        said.clear();
        let mut alone = Nats::default();
        for (member, memory) in self.members.iter().zip(&mut state.memories) {
            let passage = Batch::passage(segment, &member.layout);
            let mut tell = |_, _, prediction| said.push(prediction);
            alone = member.engine.follow(memory, &passage, room, &mut tell);
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
            let choice = Choice { play, articulate };
            let together = Prediction::mean(said[place..].iter().step_by(each).copied());
            if several {
                state.nats += together.nats(choice);
            }
            state.notes.see(together, choice);
        }
    }
}

impl Listener for Networks {
    /// With the memories carried from the first step of a piece to its last.
    fn listen(
        &self,
        pieces: &[&Roll],
        go_on: &(dyn Fn(usize) -> bool + Sync),
    ) -> Option<Vec<Measure>> {
        let hear = |state: &mut Listening, segment: &Segment, room: &mut Room| {
            self.hear(state, segment, room);
        };
        let found = in_passages(pieces, || self.begin(), hear, go_on)?;
        let measure = |(state, roll): (Listening, &&Roll)| Measure {
            steps: roll.len(),
            nats: state.nats,
            notes: state.notes,
        };
        Some(found.into_iter().zip(pieces).map(measure).collect())
    }
}
