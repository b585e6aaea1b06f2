//! The match model of a piece that grows.

use super::alignments::Alignments;
use super::continuations::Continuations;
use super::local::{LOCAL_REACHES, LocalIndex};
use super::matches::Matches;
use super::piece_steps::{BLOCK, PieceSteps};
use crate::roll::Step;

/// How many steps of a piece are remembered at least, and by 128 more at most: eight minutes and a
/// half at 120 quarters a minute.
pub const REMEMBERED_STEPS: usize = 4096;

/// The shortest exact match that counts, in steps.
pub const SHORTEST_EXACT: u16 = 3;

/// The shortest match at another pitch that counts, in steps.
pub const SHORTEST_TRANSPOSED: u16 = 4;

/// What a piece has said so far, ready to be searched for what was said last.
///
/// It is a value: a copy goes on by itself. Copies share the index of all full blocks of 128 steps.
#[derive(Debug, Clone, PartialEq)]
pub struct MatchModel {
    steps: PieceSteps,
    alignments: Alignments,
    local: [LocalIndex; LOCAL_REACHES.len()],
}

impl Default for MatchModel {
    fn default() -> MatchModel {
        MatchModel::new()
    }
}

impl MatchModel {
    /// The match model of a piece that has not begun.
    pub fn new() -> MatchModel {
        MatchModel {
            steps: PieceSteps::default(),
            alignments: Alignments::default(),
            local: std::array::from_fn(LocalIndex::new),
        }
    }

    /// Takes in the next step of the piece.
    pub fn push(&mut self, step: Step) {
        self.alignments.push(&self.steps, step);
        let full = self.steps.push(step);
        self.local.iter_mut().for_each(|local| local.push(&self.steps, full));
        if full && self.remembered() > REMEMBERED_STEPS {
            self.steps.drop_block();
            self.alignments.drop_first(BLOCK);
            self.local.iter_mut().for_each(|local| local.drop_block());
        }
    }

    /// How many steps it has read.
    pub fn len(&self) -> usize {
        self.steps.next()
    }

    /// Whether it has read nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many steps are remembered.
    pub fn remembered(&self) -> usize {
        self.steps.next() - self.steps.first()
    }

    /// Where the last steps occurred before.
    pub fn matches(&self) -> Matches {
        let next = self.steps.next();
        let (exact, occurrences, otherwise) = self.alignments.exact(next);
        Matches {
            step: next as u32,
            exact,
            occurrences,
            otherwise,
            transposed: self.alignments.transposed(next),
            similar: self.alignments.similar(next),
            local: self.local.each_ref().map(|local| local.matches(&self.steps)),
        }
    }

    /// What followed where the last steps occurred before.
    pub fn continuations(&self) -> Continuations {
        Continuations::of(&self.matches(), |step| self.steps.get(step))
    }

    /// The matches before each step of a piece.
    pub fn matches_of(steps: &[Step]) -> Vec<Matches> {
        let mut model = MatchModel::new();
        let matches = steps.iter().map(|&step| {
            let matches = model.matches();
            model.push(step);
            matches
        });
        matches.collect()
    }
}
