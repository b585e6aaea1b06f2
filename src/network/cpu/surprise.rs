//! How surprising given music is: all of its steps at once, forward only.

use super::note_rows::NoteRows;
use super::time_rows::TimeRows;
use super::{Scratch, Weights};
use crate::network::batch::Batch;
use crate::network::memory::Memory;
use crate::network::prediction::{Nats, Prediction};
use crate::roll::KEYS;

/// Room in which a passage is gone through. Its content means nothing between passages.
#[derive(Default)]
pub struct Room {
    time: TimeRows,
    note: NoteRows,
    scratch: Scratch,
}

pub(super) fn follow(
    weights: &Weights,
    memory: &mut Memory,
    passage: &Batch,
    room: &mut Room,
    tell: &mut dyn FnMut(usize, usize, Prediction),
) -> Nats {
    assert_eq!(passage.segments(), 1, "a passage is one segment");
    let Room { time, note, scratch } = room;
    time.rows = 0..KEYS;
    time.forward(weights, passage, std::slice::from_ref(memory), &mut scratch.lstm);
    time.remember(std::slice::from_mut(memory));
    let top = time.traces.last().expect("at least one time layer");
    note.rows = 0..passage.steps();
    note.forward(weights, passage, |step, key| top.output_row(step, key), scratch);
    for step in 0..passage.steps() {
        for key in 0..KEYS {
            let (place, choice) = (key * passage.steps() + step, passage.target(step, key));
            tell(step, key, scratch.dense.prediction(weights, place, choice));
        }
    }
    note.nats
}
