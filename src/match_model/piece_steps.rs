//! The steps of a piece so far, in blocks that copies share.

use crate::roll::Step;
use std::sync::Arc;

/// The steps of a block.
pub(super) const BLOCK: usize = 128;

/// The latest steps of a piece, by their number in the piece. Full blocks are shared by all copies, so
/// a copy is cheap.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct PieceSteps {
    /// The number of the first step that is kept, a multiple of [`BLOCK`].
    first: usize,
    blocks: Vec<Arc<Vec<Step>>>,
    tail: Vec<Step>,
}

impl PieceSteps {
    /// The number of the step that comes next.
    pub(super) fn next(&self) -> usize {
        self.first + self.blocks.len() * BLOCK + self.tail.len()
    }

    /// The number of the first step that is kept.
    pub(super) fn first(&self) -> usize {
        self.first
    }

    /// A step that is kept.
    pub(super) fn get(&self, step: usize) -> Step {
        let index = step - self.first;
        match self.blocks.get(index / BLOCK) {
            Some(block) => block[index % BLOCK],
            None => self.tail[index % BLOCK],
        }
    }

    /// All steps that are kept, the latest first.
    pub(super) fn latest_first(&self) -> impl Iterator<Item = &Step> {
        let blocks = self.blocks.iter().rev().flat_map(|block| block.iter().rev());
        self.tail.iter().rev().chain(blocks)
    }

    /// Appends a step. True if this fills a block.
    pub(super) fn push(&mut self, step: Step) -> bool {
        self.tail.push(step);
        let full = self.tail.len() == BLOCK;
        if full {
            self.blocks.push(Arc::new(std::mem::take(&mut self.tail)));
        }
        full
    }

    /// Drops the first block.
    pub(super) fn drop_block(&mut self) {
        self.blocks.remove(0);
        self.first += BLOCK;
    }
}
