//! Where a piece can go back to.

use super::{Change, Form};
use std::collections::VecDeque;

/// How many measures back the music can be changed.
const REACH_MEASURES: usize = 12;

/// How many changes can be undone.
const REACH_CHANGES: usize = 8;

/// How many steps are remembered: two hours and a quarter at 120 quarters a minute. Older music is
/// dropped a few measures at a time.
const REMEMBERED_STEPS: usize = 1 << 16;

/// The points of a piece to which it can go back, the latest last, and how much of its music is
/// remembered.
#[derive(Debug, Clone)]
pub(super) struct History {
    points: VecDeque<RestorePoint>,
    /// How many steps are remembered at least; twice as many at most.
    pub(super) remembered: usize,
}

/// All that is needed to continue from the beginning of a measure as if nothing had come after.
#[derive(Debug, Clone)]
pub(super) struct RestorePoint {
    pub(super) step: usize,
    pub(super) form: Form,
    /// How many changes had been made before that step.
    pub(super) made: usize,
}

impl History {
    pub(super) fn new() -> History {
        History { points: VecDeque::new(), remembered: REMEMBERED_STEPS }
    }

    /// The step of the latest point.
    pub(super) fn latest(&self) -> Option<usize> {
        self.points.back().map(|point| point.step)
    }

    /// Whether there is a point at a step from before a change there, which was the `made`th.
    pub(super) fn precedes(&self, step: usize, made: usize) -> bool {
        self.points.iter().any(|point| point.step == step && point.made < made)
    }

    /// Keeps a point, and drops those that are out of reach. `made` are the changes that were made
    /// before it.
    pub(super) fn keep(&mut self, step: usize, form: &Form, made: &[Change]) {
        if self.latest() == Some(step) {
            return;
        }
        self.points.push_back(RestorePoint { step, form: form.clone(), made: made.len() });
        let near = self.points[self.points.len().saturating_sub(REACH_MEASURES)].step;
        let changes = &made[made.len().saturating_sub(REACH_CHANGES)..];
        self.points.retain(|point| {
            point.step >= near || changes.iter().any(|change| change.step == point.step)
        });
    }

    /// Goes back to the point at a step: it and all later ones are gone then. `None` if there is no
    /// such point.
    pub(super) fn go_back(&mut self, step: usize) -> Option<RestorePoint> {
        let place = self.points.iter().position(|point| point.step == step)?;
        self.points.truncate(place + 1);
        self.points.pop_back()
    }

    /// Drops all points before a step.
    pub(super) fn drop_before(&mut self, step: usize) {
        self.points.retain(|point| point.step >= step);
    }
}
