//! A step of training: loss and gradient of a batch.

use super::note_rows::NoteRows;
use super::time_rows::TimeRows;
use super::{Scratch, Weights};
use crate::network::batch::Batch;
use crate::network::parameters::Layers;
use crate::network::prediction::Nats;
use crate::roll::KEYS;
use rayon::prelude::*;
use std::ops::Range;
use std::sync::Mutex;

/// Rows that blocks should have, at least about: fewer make short products, more make few blocks.
const BLOCK_ROWS: usize = 64;

/// How many blocks there are is a multiple of this, so that so many threads (or half, or a
/// quarter) have equal shares.
const BLOCKS: usize = 8;

/// Values of the gradient that one task adds up over all blocks.
const SUMMED: usize = 1 << 14;

/// What learning keeps from batch to batch: room, so that nothing is allocated once the first
/// batch has been worked on.
#[derive(Default)]
pub(super) struct Learning {
    time: Vec<TimeRows>,
    note: Vec<NoteRows>,
    /// One for each thread that has worked.
    scratch: Mutex<Vec<Scratch>>,
}

impl Learning {
    pub(super) fn learn(
        &mut self,
        layers: &Layers,
        weights: &Weights,
        batch: &Batch,
        gradient: &mut [f32],
    ) -> Nats {
        let Learning { time, note, scratch } = self;
        let steps = batch.steps();
        let time_blocks = blocks(batch.segments() * KEYS);
        let note_blocks = blocks(batch.predicted());
        time.resize_with(time_blocks.len(), Default::default);
        note.resize_with(note_blocks.len(), Default::default);
        time.iter_mut().zip(&time_blocks).for_each(|(block, rows)| block.rows = rows.clone());
        note.iter_mut().zip(&note_blocks).for_each(|(block, rows)| block.rows = rows.clone());
        let (time_block_of, note_block_of) = (owners(&time_blocks), owners(&note_blocks));

        time.par_iter_mut().for_each(|block| {
            with_scratch(scratch, |scratch| block.forward(weights, batch, &mut scratch.lstm));
        });
        // The transpose: a step's row along the keyboard is read from the keys' rows along time.
        let features = |row: usize, key: usize| {
            let (segment, step) = (row / steps, row % steps);
            let time_row = segment * KEYS + key;
            let block = &time[time_block_of[time_row]];
            let top = block.traces.last().expect("at least one time layer");
            top.output_row(step, time_row - block.rows.start)
        };
        note.par_iter_mut().for_each(|block| {
            with_scratch(scratch, |scratch| block.learn(layers, weights, batch, features, scratch));
        });
        // And back.
        let told = |time_row: usize, step: usize| {
            let (segment, key) = (time_row / KEYS, time_row % KEYS);
            let row = segment * steps + step;
            note[note_block_of[row]].feature_gradient(row, key)
        };
        time.par_iter_mut().for_each(|block| {
            with_scratch(scratch, |scratch| block.backward(layers, weights, batch, told, scratch));
        });

        let (time_gradient, note_gradient) = gradient.split_at_mut(layers.time_range().end);
        add_up(time_gradient, &time.iter().map(|block| &block.gradient[..]).collect::<Vec<_>>());
        add_up(note_gradient, &note.iter().map(|block| &block.gradient[..]).collect::<Vec<_>>());
        let mut nats = Nats::default();
        note.iter().for_each(|block| nats += block.nats);
        nats
    }
}

/// Cuts rows into blocks of about equal size. The number of threads has no say in it.
fn blocks(rows: usize) -> Vec<Range<usize>> {
    let count = (rows + BLOCKS * BLOCK_ROWS / 2) / (BLOCKS * BLOCK_ROWS) * BLOCKS;
    let count = count.clamp(1, rows.max(1)).max(BLOCKS.min(rows));
    (0..count).map(|block| block * rows / count..(block + 1) * rows / count).collect()
}

/// For each row the block that it is in.
fn owners(blocks: &[Range<usize>]) -> Vec<usize> {
    blocks.iter().enumerate().flat_map(|(index, rows)| rows.clone().map(move |_| index)).collect()
}

/// Lends room to a task; there is as much as tasks have run at once.
fn with_scratch(pool: &Mutex<Vec<Scratch>>, work: impl FnOnce(&mut Scratch)) {
    let lent = pool.lock().expect("no task panics with the lock").pop();
    let mut scratch = lent.unwrap_or_default();
    work(&mut scratch);
    pool.lock().expect("no task panics with the lock").push(scratch);
}

/// The sum of all parts, always in the same order.
fn add_up(to: &mut [f32], parts: &[&[f32]]) {
    to.par_chunks_mut(SUMMED).enumerate().for_each(|(index, to)| {
        let first = index * SUMMED;
        to.fill(0.0);
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
    fn blocks_cover_all_rows_in_equal_shares() {
        for rows in 1..2000 {
            let blocks = blocks(rows);
            assert_eq!((blocks[0].start, blocks.last().unwrap().end), (0, rows));
            assert!(blocks.windows(2).all(|pair| pair[0].end == pair[1].start));
            assert!(
                blocks.iter().all(|block| !block.is_empty() && block.len() <= 3 * BLOCK_ROWS / 2),
                "{rows}"
            );
            assert!(rows < BLOCKS || blocks.len().is_multiple_of(BLOCKS));
        }
        assert_eq!((blocks(5 * KEYS).len(), blocks(5 * 127).len()), (8, 8));
    }
}
