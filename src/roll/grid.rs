//! The quantisation grid: at which step each tick of a score lies.

use super::{KeyChange, LONGEST_ROLL};
use crate::score::{Metre, Score};

/// The part of a piece in one metre.
pub(super) struct Region {
    /// Its first tick.
    tick: u64,
    /// Its first step, where a measure begins: its first tick, rounded from the beginning of the
    /// piece.
    pub step: usize,
    pub metre: Metre,
    /// How far its grid lies behind the one that begins with the piece, by at most half a step.
    offset: i128,
}

/// The grid of a score.
///
/// Positions are counted from the beginning of the piece in quarters of a tick, so that a step is
/// as many of them as a quarter note has ticks, and nothing needs rounding.
pub(super) struct Grid {
    /// The length of a step.
    sixteenth: i128,
    /// The first begins at tick 0, step 0.
    regions: Vec<Region>,
}

impl Grid {
    /// Makes the grid of a score for notes that begin at these ticks, which are in order.
    pub fn of(score: &Score, onsets: &[u64]) -> Grid {
        let sixteenth = i128::from(score.ticks_per_quarter.max(1));
        let first = Region { tick: 0, step: 0, metre: Metre::COMMON, offset: 0 };
        let mut grid = Grid { sixteenth, regions: vec![first] };
        let mut holds = Metre::COMMON;
        for change in score.metres.iter() {
            if std::mem::replace(&mut holds, change.value) == change.value {
                continue;
            }
            let step = grid.rounded(position(change.tick));
            if step as u64 > LONGEST_ROLL {
                break;
            }
            // Of several signatures within a step the last one counts.
            grid.regions.pop_if(|last| last.step == step);
            let tick = change.tick;
            grid.regions.push(Region { tick, step, metre: change.value, offset: 0 });
        }
        // What is taken back within a step is said again there.
        grid.regions.dedup_by(|next, last| next.metre == last.metre);
        grid.choose_offsets(onsets);
        grid.regions[0].tick = 0;
        grid
    }

    /// Decides where the grid of each region lies.
    ///
    /// It goes on as in the region before, or is laid on the time signature, whichever puts more
    /// notes on the grid. Notes after a measure of 3/32 all lie half a step off if the grid goes
    /// on. If a signature stands in a wrong place, they do if it does not.
    fn choose_offsets(&mut self, onsets: &[u64]) {
        let mut offset = 0;
        for index in 0..self.regions.len() {
            let region = &self.regions[index];
            let own = position(region.tick) - region.step as i128 * self.sixteenth;
            if own != offset {
                let from = onsets.partition_point(|&onset| onset < region.tick);
                let next = self.regions.get(index + 1).map_or(u64::MAX, |next| next.tick);
                let to = onsets.partition_point(|&onset| onset < next);
                let off = |offset: i128| {
                    let onsets = onsets.get(from..to).unwrap_or_default().iter();
                    onsets.filter(|&&onset| self.is_far(self.beside_line(onset, offset))).count()
                };
                if off(own) < off(offset) {
                    offset = own;
                }
            }
            self.regions[index].offset = offset;
        }
    }

    /// The regions; no two that follow on each other have the same metre.
    pub fn regions(&self) -> &[Region] {
        &self.regions
    }

    /// The step of a tick. It never falls as ticks rise, and is at most one step away from the
    /// tick's place in the piece.
    pub fn step(&self, tick: u64) -> usize {
        let (region, next) = self.region(tick);
        let step = self.rounded(position(tick) - region.offset).max(region.step);
        next.map_or(step, |next| step.min(next.step))
    }

    /// Whether a tick is more than a tenth of a 16th away from its step.
    pub fn is_off(&self, tick: u64) -> bool {
        let (region, next) = self.region(tick);
        let step = self.step(tick);
        // The step at which a region begins is both a line of the grid and its first tick.
        let first = next.filter(|next| next.step == step).map(|next| position(next.tick));
        let line = region.offset + step as i128 * self.sixteenth;
        [Some(line), first].into_iter().flatten().all(|at| self.is_far(position(tick) - at))
    }

    /// Where each step begins, in quarters of a tick, and where the step after it would.
    pub fn spans(&self, steps: usize) -> impl Iterator<Item = (u128, u128)> {
        let mut index = 0;
        (0..steps).map(move |step| {
            while self.regions.get(index + 1).is_some_and(|next| next.step <= step) {
                index += 1;
            }
            let begin = self.regions[index].offset + step as i128 * self.sixteenth;
            let at = |position: i128| position.max(0) as u128;
            (at(begin), at(begin + self.sixteenth))
        })
    }

    /// The key signatures of the first `steps` steps.
    pub fn keys(&self, score: &Score, steps: usize) -> Vec<KeyChange> {
        let mut keys: Vec<KeyChange> = Vec::new();
        for change in &score.keys {
            let step = self.step(change.tick);
            // Of several signatures at one step, the last one counts.
            keys.pop_if(|last| last.step == step);
            if step < steps && keys.last().is_none_or(|last| last.key != change.value) {
                keys.push(KeyChange { step, key: change.value });
            }
        }
        keys
    }

    /// The region in which a tick lies, and the one after it.
    fn region(&self, tick: u64) -> (&Region, Option<&Region>) {
        let next = self.regions.partition_point(|region| region.tick <= tick).max(1);
        (&self.regions[next - 1], self.regions.get(next))
    }

    /// The nearest step to a position, halves up.
    fn rounded(&self, position: i128) -> usize {
        let step = (2 * position + self.sixteenth).div_euclid(2 * self.sixteenth);
        usize::try_from(step.max(0)).unwrap_or(usize::MAX / 2)
    }

    /// The distance of a tick from the nearest line of a grid.
    fn beside_line(&self, tick: u64, offset: i128) -> i128 {
        let after = (position(tick) - offset).rem_euclid(self.sixteenth);
        after.min(self.sixteenth - after)
    }

    /// Whether a distance is more than a tenth of a 16th.
    fn is_far(&self, distance: i128) -> bool {
        10 * distance.abs() > self.sixteenth
    }
}

fn position(tick: u64) -> i128 {
    4 * i128::from(tick)
}
