//! Loss and gradient of a batch.

use super::note_rows::NoteRows;
use super::time_rows::TimeRows;
use super::{TaskScratch, Weights};
use crate::network::batch::Batch;
use crate::network::key_logits::Nats;
use crate::network::layers::Layers;
use crate::network::lstm_state::LstmState;
use crate::roll::KEYS;
use rayon::prelude::*;
use std::ops::Range;
use std::sync::Mutex;

/// The most rows of a block. Larger blocks make longer products; smaller ones divide the work more
/// evenly among many threads.
pub(super) const BLOCK_ROWS: usize = 64;

/// Values of the gradient that one task sums over all blocks.
const SUMMED: usize = 1 << 14;

/// The buffers for the passes forward and backward over a batch: traces, gradients and sums. They
/// are reused from batch to batch.
#[derive(Default)]
pub(super) struct Backward {
    time: Vec<TimeRows>,
    note: Vec<NoteRows>,
    /// One for each thread so far.
    scratch: Mutex<Vec<TaskScratch>>,
}

impl Backward {
    /// Works on `slice` segments at once, so that only their traces are held. The result has the
    /// same bits for any slice, because no block spans two segments and blocks are added in a fixed
    /// order.
    pub(super) fn loss_and_gradient(
        &mut self,
        layers: &Layers,
        weights: &Weights,
        batch: &Batch,
        states: &mut [LstmState],
        slice: usize,
        gradient: &mut [f32],
    ) -> Nats {
        gradient.fill(0.0);
        let mut nats = Nats::default();
        for first in (0..batch.segments()).step_by(slice.max(1)) {
            let segments = first..batch.segments().min(first + slice.max(1));
            self.add_slice(layers, weights, batch, segments, states, gradient, &mut nats);
        }
        nats
    }

    /// Adds the loss and the gradient of some segments to those of the segments before them.
    #[expect(
        clippy::too_many_arguments,
        reason = "the arguments of `loss_and_gradient`, and the sums so far"
    )]
    fn add_slice(
        &mut self,
        layers: &Layers,
        weights: &Weights,
        batch: &Batch,
        segments: Range<usize>,
        states: &mut [LstmState],
        gradient: &mut [f32],
        nats: &mut Nats,
    ) {
        let Backward { time, note, scratch } = self;
        let steps = batch.steps();
        let (first_time, first_note) = (segments.start * KEYS, segments.start * steps);
        let time_blocks = blocks(segments.clone(), KEYS);
        let note_blocks = blocks(segments, steps);
        time.resize_with(time_blocks.len(), Default::default);
        note.resize_with(note_blocks.len(), Default::default);
        time.iter_mut().zip(&time_blocks).for_each(|(block, rows)| block.rows = rows.clone());
        note.iter_mut().zip(&note_blocks).for_each(|(block, rows)| block.rows = rows.clone());
        let (time_block_of, note_block_of) = (owners(&time_blocks), owners(&note_blocks));

        let before = &*states;
        time.par_iter_mut().for_each(|block| {
            with_scratch(scratch, |scratch| {
                block.forward(weights, batch, before, &mut scratch.lstm);
            });
        });
        time.iter().for_each(|block| block.store_final_states(states));
        // The transpose: the row of a step along the keyboard reads from the rows of the keys along
        // time.
        let features = |row: usize, key: usize| {
            let (segment, step) = (row / steps, row % steps);
            let time_row = segment * KEYS + key;
            let block = &time[time_block_of[time_row - first_time]];
            let top = block.traces.last().expect("at least one time layer");
            top.output_row(step, time_row - block.rows.start)
        };
        note.par_iter_mut().for_each(|block| {
            with_scratch(scratch, |scratch| {
                block.forward(weights, batch, features, scratch);
                block.backward(layers, weights, batch, features, scratch);
            });
        });
        // The transpose back.
        let feature_gradient = |time_row: usize, step: usize| {
            let (segment, key) = (time_row / KEYS, time_row % KEYS);
            let row = segment * steps + step;
            note[note_block_of[row - first_note]].feature_gradient(row, key)
        };
        time.par_iter_mut().for_each(|block| {
            with_scratch(scratch, |scratch| {
                block.backward(layers, weights, batch, feature_gradient, scratch)
            });
        });

        let (time_gradient, note_gradient) = gradient.split_at_mut(layers.time_range().end);
        add_all(time_gradient, &time.iter().map(|block| &block.gradient[..]).collect::<Vec<_>>());
        add_all(note_gradient, &note.iter().map(|block| &block.gradient[..]).collect::<Vec<_>>());
        note.iter().for_each(|block| *nats += block.nats);
    }
}

/// Divides the rows of each segment into blocks of about equal size, independently of the numbers
/// of threads and segments.
fn blocks(segments: Range<usize>, rows: usize) -> Vec<Range<usize>> {
    let count = rows.div_ceil(BLOCK_ROWS);
    let block = |segment: usize, block: usize| {
        let first = segment * rows;
        first + block * rows / count..first + (block + 1) * rows / count
    };
    segments.flat_map(|segment| (0..count).map(move |index| block(segment, index))).collect()
}

/// By row, the index of its block.
fn owners(blocks: &[Range<usize>]) -> Vec<usize> {
    blocks.iter().enumerate().flat_map(|(index, rows)| rows.clone().map(move |_| index)).collect()
}

/// Lends scratch buffers to a task. There are as many as tasks have run at once.
fn with_scratch(pool: &Mutex<Vec<TaskScratch>>, work: impl FnOnce(&mut TaskScratch)) {
    let lent = pool.lock().expect("no task panics with the lock").pop();
    let mut scratch = lent.unwrap_or_default();
    work(&mut scratch);
    pool.lock().expect("no task panics with the lock").push(scratch);
}

/// Adds all parts in a fixed order.
fn add_all(to: &mut [f32], parts: &[&[f32]]) {
    to.par_chunks_mut(SUMMED).enumerate().for_each(|(index, to)| {
        let first = index * SUMMED;
        for part in parts {
            let part = &part[first..][..to.len()];
            to.iter_mut().zip(part).for_each(|(sum, &value)| *sum += value);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_cover_all_rows_and_end_where_segments_do() {
        for rows in 1..400 {
            let blocks = blocks(2..5, rows);
            assert_eq!((blocks[0].start, blocks.last().unwrap().end), (2 * rows, 5 * rows));
            assert!(blocks.windows(2).all(|pair| pair[0].end == pair[1].start));
            assert!(blocks.iter().all(|block| (1..=BLOCK_ROWS).contains(&block.len())), "{rows}");
            assert!(blocks.iter().all(|block| block.start / rows == (block.end - 1) / rows));
        }
        assert_eq!((blocks(0..5, KEYS).len(), blocks(0..5, 127).len()), (10, 10));
    }
}
