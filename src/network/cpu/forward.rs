//! The likelihood of a passage: all of its steps at once, forward only.

use super::note_rows::NoteRows;
use super::time_rows::TimeRows;
use super::{TaskScratch, Weights};
use crate::network::batch::Batch;
use crate::network::key_logits::{KeyLogits, Nats};
use crate::network::lstm_state::LstmState;
use crate::roll::KEYS;

/// Scratch buffers for passages. Nothing in them is kept from one passage to the next.
#[derive(Default)]
pub struct PassageScratch {
    time: TimeRows,
    note: NoteRows,
    scratch: TaskScratch,
}

pub(super) fn forward(
    weights: &Weights,
    state: &mut LstmState,
    passage: &Batch,
    scratch: &mut PassageScratch,
    receive: &mut dyn FnMut(usize, usize, KeyLogits),
) -> Nats {
    assert_eq!(passage.segments(), 1, "a passage is one segment");
    let PassageScratch { time, note, scratch } = scratch;
    time.rows = 0..KEYS;
    time.forward(weights, passage, std::slice::from_ref(state), &mut scratch.lstm);
    time.store_final_states(std::slice::from_mut(state));
    let top = time.traces.last().expect("at least one time layer");
    note.rows = 0..passage.steps();
    note.forward(weights, passage, |step, key| top.output_row(step, key), scratch);
    for step in 0..passage.steps() {
        for key in 0..KEYS {
            let (place, action) = (key * passage.steps() + step, passage.target(step, key));
            receive(step, key, scratch.dense.logits(weights.heads, place, action));
        }
    }
    note.nats
}
