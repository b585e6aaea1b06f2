//! Chooses how each beat is divided: into 16ths, 32nds or 64ths, into triplets, or both at once.
//!
//! The grid of a beat is the simplest one that its strokes lie near. Each grid costs the squared
//! distances of the strokes from it, strokes that it cannot keep apart, and its complexity.
//! Dynamic programming finds the cheapest grids of a hand for the whole piece, because music that
//! is in triplets mostly stays in triplets.

use super::time::{EIGHTH, QUARTER, SIXTEENTH};

/// A distance that costs as much as [`COLLISION`]: half a 16th, the most that a stroke can be from
/// a grid of 16ths.
const FAR: f64 = SIXTEENTH as f64 / 2.0;

/// The cost of two strokes one after the other that fall on one place of the grid.
const COLLISION: f64 = 1.0;

/// The cost of a change from a grid with thirds to one without, or back.
const CHANGE: f64 = 0.05;

/// Strokes that are this close are struck at once.
const CHORD: f64 = 1.0;

/// The notes of a rolled chord follow each other at most this fast, and sound on.
const ROLLED: f64 = 3.5;

/// A note that is released this long after the next one begins still comes before it.
const LEGATO: f64 = 3.0;

/// A unit of the metre in which one grid holds: mostly a quarter, or the three eighths of a beat of
/// 6/8.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Beat {
    pub start: usize,
    pub end: usize,
    /// Whether no part of it is cut off.
    pub is_whole: bool,
}

/// A stroke as it was played. Times are not rounded.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stroke {
    pub key: usize,
    pub start: f64,
    pub end: f64,
}

impl Stroke {
    /// Whether the next stroke is in one chord with this one.
    fn is_with(&self, next: &Stroke) -> bool {
        let later = next.start - self.start;
        later <= CHORD || later <= ROLLED && !self.is_before(next)
    }

    /// Whether another stroke comes after this one, rather than with it.
    pub fn is_before(&self, next: &Stroke) -> bool {
        next.start - self.start > CHORD && (self.key == next.key || self.end <= next.start + LEGATO)
    }
}

/// The places of a beat on which notes can begin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Grid {
    /// The length of a step in halves: a 16th, a 32nd or a 64th. `None` if there are only thirds.
    halves: Option<usize>,
    /// The length of a step in triplets: an eighth, a 16th or a 32nd of one.
    thirds: Option<usize>,
    complexity: f64,
}

/// All grids, and how complex they are.
const GRIDS: [Grid; 8] = [
    Grid::new(Some(12), None, 0.0),
    Grid::new(Some(6), None, 0.25),
    Grid::new(Some(3), None, 0.6),
    Grid::new(None, Some(16), 0.12),
    Grid::new(None, Some(8), 0.25),
    Grid::new(None, Some(4), 0.65),
    // A hand with two voices.
    Grid::new(Some(12), Some(16), 0.4),
    Grid::new(Some(12), Some(8), 0.65),
];

impl Grid {
    const fn new(halves: Option<usize>, thirds: Option<usize>, complexity: f64) -> Grid {
        Grid { halves, thirds, complexity }
    }

    /// A grid of 16ths.
    pub const SIXTEENTHS: Grid = GRIDS[0];

    /// Whether a beat can be divided so.
    fn fits(&self, beat: &Beat) -> bool {
        // Only what can be halved has a triplet.
        let longest = match beat.end - beat.start {
            _ if !beat.is_whole => 0,
            QUARTER => 16,
            EIGHTH => 8,
            length if length == 3 * EIGHTH => 8,
            length if length.is_multiple_of(SIXTEENTH) => 4,
            _ => 0,
        };
        self.thirds.is_none_or(|step| step <= longest)
    }

    /// The place that is nearest to a time in a beat, or after it, where the next beat begins.
    pub fn nearest(&self, beat: &Beat, time: f64) -> usize {
        self.nearest_of([self.halves, self.thirds], beat, time)
    }

    /// The same, but in 16ths where this grid is finer. A long note that is released a little early
    /// has no rest of a 32nd after it, however fast another voice is.
    pub fn nearest_release(&self, beat: &Beat, time: f64) -> usize {
        let coarse = |step: usize, least| step.max(least);
        let steps = [self.halves.map(|s| coarse(s, 12)), self.thirds.map(|s| coarse(s, 8))];
        self.nearest_of(steps, beat, time)
    }

    fn nearest_of(&self, steps: [Option<usize>; 2], beat: &Beat, time: f64) -> usize {
        let (length, at) = (beat.end - beat.start, (time - beat.start as f64).max(0.0));
        let places = steps.into_iter().flatten().map(|step| {
            let place = ((at / step as f64).round() as usize).saturating_mul(step);
            place.min(length)
        });
        let distance = |place: &usize| (*place as f64 - at).abs();
        let nearest = places.min_by(|a, b| distance(a).total_cmp(&distance(b)));
        beat.start + nearest.unwrap_or(0)
    }

    /// The last place at or before a time in a beat.
    pub fn at_or_before(&self, beat: &Beat, time: usize) -> usize {
        let at = time.clamp(beat.start, beat.end) - beat.start;
        let places = [self.halves, self.thirds].into_iter().flatten().map(|step| at / step * step);
        beat.start + places.max().unwrap_or(0)
    }

    /// The first place after a time in a beat.
    pub fn after(&self, beat: &Beat, time: usize) -> usize {
        let (length, at) = (beat.end - beat.start, time.max(beat.start) - beat.start);
        let places = [self.halves, self.thirds].into_iter().flatten();
        let places = places.map(|step| ((at / step + 1) * step).min(length.max(at + 1)));
        beat.start + places.min().unwrap_or(length)
    }

    fn cost(&self, beat: &Beat, strokes: &[Stroke]) -> f64 {
        let mut cost = self.complexity;
        // Of a chord, whichever note is on the grid counts.
        for chord in strokes.chunk_by(Stroke::is_with) {
            let distance =
                |stroke: &Stroke| (self.nearest(beat, stroke.start) as f64 - stroke.start).abs();
            let least = chord.iter().map(distance).fold(f64::INFINITY, f64::min);
            cost += (least / FAR).powi(2);
        }
        let place = |stroke: &Stroke| self.nearest(beat, stroke.start);
        let collide =
            |pair: &&[Stroke]| pair[0].is_before(&pair[1]) && place(&pair[0]) == place(&pair[1]);
        cost + COLLISION * strokes.windows(2).filter(collide).count() as f64
    }
}

/// The grid of each beat. `strokes` are those of one hand, sorted by start.
pub(super) fn grids(beats: &[Beat], strokes: &[Stroke]) -> Vec<Grid> {
    let mut costs = [0.0; GRIDS.len()];
    let mut came_from: Vec<[u8; GRIDS.len()]> = Vec::with_capacity(beats.len());
    let mut next = 0;
    for (index, beat) in beats.iter().enumerate() {
        let first = next;
        let is_last = index + 1 == beats.len();
        while strokes.get(next).is_some_and(|s| is_last || s.start < beat.end as f64) {
            next += 1;
        }
        let mut from: [u8; GRIDS.len()] = std::array::from_fn(|grid| grid as u8);
        if first < next {
            let before = costs;
            for (to, grid) in GRIDS.iter().enumerate() {
                let steps = GRIDS.iter().zip(before).enumerate().map(|(n, (other, cost))| {
                    let change = grid.thirds.is_some() != other.thirds.is_some();
                    (n, cost + if change { CHANGE } else { 0.0 })
                });
                // The grid itself comes first, so that it stays where nothing is to be gained.
                let stay = (to, before[to]);
                let (n, least) = steps.fold(stay, |a, b| if b.1 < a.1 { b } else { a });
                let own = match grid.fits(beat) {
                    true => grid.cost(beat, &strokes[first..next]),
                    false => f64::INFINITY,
                };
                (from[to], costs[to]) = (n as u8, least + own);
            }
            let least = costs.iter().copied().fold(f64::INFINITY, f64::min);
            costs.iter_mut().for_each(|cost| *cost -= least);
        }
        came_from.push(from);
    }
    let mut best = (0..GRIDS.len()).min_by(|&a, &b| costs[a].total_cmp(&costs[b])).unwrap_or(0);
    let mut grids = vec![Grid::SIXTEENTHS; beats.len()];
    for ((grid, beat), from) in grids.iter_mut().zip(beats).zip(&came_from).rev() {
        // In a beat without strokes, the grid is only where notes end.
        if GRIDS[best].fits(beat) {
            *grid = GRIDS[best];
        }
        best = usize::from(from[best]);
    }
    grids
}

/// The beat in which a time lies. After the last beat, it is the last one.
pub(super) fn beat_at(beats: &[Beat], time: f64) -> usize {
    let next = beats.partition_point(|beat| beat.start as f64 <= time);
    next.max(1) - 1
}

/// Takes over triplets from the other hand in beats in which all strokes of a hand lie on both
/// grids and its releases are nearer to the triplets: a hand may play just the first of three.
pub(super) fn share(beats: &[Beat], strokes: [&[Stroke]; 2], grids: &mut [Vec<Grid>; 2]) {
    let chosen = grids.clone();
    for hand in [0, 1] {
        let (own, other) = (&chosen[hand], &chosen[1 - hand]);
        // How much nearer the releases in each beat are to the other grid.
        let mut gain = vec![0.0; beats.len()];
        for stroke in strokes[hand] {
            let at = beat_at(beats, stroke.end);
            let from = |grid: &Grid| {
                (grid.nearest_release(&beats[at], stroke.end) as f64 - stroke.end).abs()
            };
            gain[at] += from(&own[at]) - from(&other[at]);
        }
        for stroke in strokes[hand] {
            let at = beat_at(beats, stroke.start);
            let place = |grid: &Grid| grid.nearest(&beats[at], stroke.start);
            if place(&own[at]) != place(&other[at]) {
                gain[at] = f64::NEG_INFINITY;
            }
        }
        for (at, gain) in gain.into_iter().enumerate() {
            if gain > 0.0 && own[at].thirds.is_none() && other[at].thirds.is_some() {
                grids[hand][at] = other[at];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The places of strokes in beats of a quarter, each as long as to the next.
    fn places(starts: &[f64]) -> Vec<usize> {
        let ends = starts.iter().skip(1).copied().chain([starts[starts.len() - 1] + 12.0]);
        let strokes = starts.iter().zip(ends);
        let strokes: Vec<Stroke> =
            strokes.map(|(&start, end)| Stroke { key: 40, start, end }).collect();
        let beats: Vec<Beat> = (0..8)
            .map(|n| Beat { start: n * QUARTER, end: (n + 1) * QUARTER, is_whole: true })
            .collect();
        let grids = grids(&beats, &strokes);
        let place = |stroke: &Stroke| {
            let beat = ((stroke.start / 48.0) as usize).min(7);
            grids[beat].nearest(&beats[beat], stroke.start)
        };
        strokes.iter().map(place).collect()
    }

    /// Places that have been moved by up to some units, back and forth.
    fn unsteady(places: &[usize], by: f64) -> Vec<f64> {
        let shift = |n: usize| by * [0.0, 0.8, -1.0, 0.5, -0.6, 1.0, -0.3][n % 7];
        places.iter().enumerate().map(|(n, &place)| (place as f64 + shift(n)).max(0.0)).collect()
    }

    #[test]
    fn each_beat_has_the_simplest_grid_that_its_strokes_lie_near() {
        let cases: [&[usize]; 8] = [
            &[0, 12, 24, 36, 48, 72, 96, 132],
            &[0, 16, 32, 48, 64, 80, 96],
            &[0, 32, 48, 80, 96, 128],
            &[0, 8, 16, 24, 32, 40, 48],
            &[0, 6, 12, 18, 24, 30, 36, 42, 48],
            &[0, 18, 24, 42, 48],
            &[0, 12, 24, 36, 48, 64, 80, 96, 102, 108, 114, 120, 132],
            &[0, 32, 64, 96, 144],
        ];
        for places_meant in cases {
            for by in [0.0, 1.0, 1.2] {
                let found = places(&unsteady(places_meant, by));
                assert_eq!(found, places_meant, "moved by {by}");
            }
        }
    }

    #[test]
    fn a_hand_that_plays_the_first_of_three_has_the_triplet_of_the_other() {
        let beats = [Beat { start: 0, end: 48, is_whole: true }];
        let stroke = |start, end| Stroke { key: 40, start, end };
        let three = [stroke(0.0, 16.0), stroke(16.0, 32.0), stroke(32.0, 48.0)];
        for (end, release) in [(16.0, 16), (24.0, 24), (48.0, 48)] {
            let one = [stroke(0.0, end)];
            let mut both = [grids(&beats, &one), grids(&beats, &three)];
            share(&beats, [&one, &three], &mut both);
            assert_eq!(both[0][0].nearest_release(&beats[0], end), release);
            assert_eq!(both[1][0].thirds, Some(16));
        }
    }

    #[test]
    fn a_chord_that_is_rolled_stays_a_chord() {
        let strokes: Vec<Stroke> = [0.0, 2.0, 4.0, 5.0]
            .iter()
            .zip(30..)
            .map(|(&start, key)| Stroke { key, start, end: 48.0 })
            .collect();
        let beats = [Beat { start: 0, end: 48, is_whole: true }];
        let grid = grids(&beats, &strokes)[0];
        assert_eq!(grid, Grid::SIXTEENTHS);
    }
}
