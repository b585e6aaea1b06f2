//! Finds the tuplets of a voice: three in the time of two.
//!
//! The edges of notes tell where a voice divides a beat into thirds. A tuplet fills a metrical unit
//! that is otherwise divided into halves. Where two halves have a triplet each, there are two
//! triplets and no sextuplet.

use super::measure::Measure;
use super::pulse::{Node, Pulse};
use super::time::{QUARTER, SHORTEST};
use crate::score::Metre;
use std::ops::Range;

/// A tuplet of a voice. Its values are written half as long again as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tuplet {
    /// The time at which it begins.
    pub start: usize,
    /// Its length: that of a half, a quarter, an eighth and so on.
    pub length: usize,
}

impl Tuplet {
    pub fn end(&self) -> usize {
        self.start + self.length
    }

    /// The note value of each of its three parts.
    pub fn part(&self) -> usize {
        self.length / 2
    }

    /// How its inside is divided: into three parts, each of which can be halved.
    pub fn pulse(&self) -> Pulse {
        let parts = (4 * QUARTER / self.part()).max(1);
        Pulse::of(Metre { numerator: 3, denominator_power: parts.ilog2() as u8 })
    }

    /// Where a time lies within the tuplet as it is written.
    pub fn written(&self, time: usize) -> usize {
        (time - self.start) * 3 / 2
    }

    /// How long a value lasts.
    pub fn lasting(value: usize) -> usize {
        value * 2 / 3
    }
}

/// Whether a place cannot be reached by halving.
fn is_off(place: usize) -> bool {
    !place.is_multiple_of(SHORTEST)
}

/// The tuplets of a voice in a measure. `edges` are the times at which its notes begin and end,
/// sorted. `sounds` tells whether a note sounds on through a time.
pub(super) fn tuplets(
    measure: &Measure,
    pulse: &Pulse,
    edges: &[usize],
    sounds: impl Fn(usize) -> bool,
) -> Vec<Tuplet> {
    let places: Vec<usize> = edges.iter().map(|&edge| measure.place(edge)).collect();
    if !places.iter().any(|&place| is_off(place)) {
        return Vec::new();
    }
    let whole = measure.offset..measure.offset + measure.length;
    let mut tuplets = Vec::new();
    let mut done = 0;
    for node in pulse.nodes() {
        // The parts of a unit that is a tuplet or needs none.
        if node.start < done {
            continue;
        }
        let first = places.partition_point(|&place| place <= node.start);
        let last = places.partition_point(|&place| place < node.end);
        let inside = &places[first..last.max(first)];
        let needless = !inside.iter().any(|&place| is_off(place));
        let time = |place: usize| place - measure.offset + measure.start;
        let is_inside = whole.start <= node.start && node.end <= whole.end;
        if needless {
            done = node.end;
        } else if is_inside && is_tuplet(node, inside, |place| sounds(time(place))) {
            tuplets.push(Tuplet { start: time(node.start), length: node.end - node.start });
            done = node.end;
        }
    }
    tuplets
}

/// Whether a metrical unit with some edges inside becomes a tuplet, rather than its parts.
fn is_tuplet(node: &Node, inside: &[usize], sounds: impl Fn(usize) -> bool) -> bool {
    let Range { start, end } = node.start..node.end;
    let length = end - start;
    if node.parts != 2 || !(length / SHORTEST).is_power_of_two() {
        return false;
    }
    let thirds = inside.iter().all(|place| (place - start).is_multiple_of(length / 3));
    // Halves would need a tie to a note that neither half can hold alone.
    let middle = start + length / 2;
    let before = inside.iter().rev().find(|&&place| place < middle);
    let after = inside.iter().find(|&&place| place > middle);
    let tied = sounds(middle)
        && !inside.contains(&middle)
        && before.into_iter().chain(after).any(|&place| is_off(place));
    match length {
        // A half with three quarters. Anything finer is easier to read beat by beat.
        length if length > QUARTER => thirds && tied,
        length => thirds || tied || length == 2 * SHORTEST,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tuplets of a measure in 4/4, as start and length. Notes follow each other.
    fn found(edges: &[usize]) -> Vec<(usize, usize)> {
        let metre = Metre::COMMON;
        let measure = Measure { start: 0, length: 192, metre, offset: 0, uncounted: false };
        let tuplets = tuplets(&measure, &Pulse::of(metre), edges, |_| true);
        tuplets.iter().map(|tuplet| (tuplet.start, tuplet.length)).collect()
    }

    #[test]
    fn three_in_the_time_of_two_fill_the_smallest_unit_that_holds_them() {
        assert_eq!(found(&[0, 12, 24, 48, 54, 57]), []);
        assert_eq!(found(&[0, 16, 32, 48]), [(0, 48)], "eighths");
        assert_eq!(found(&[0, 32, 48, 80, 96]), [(0, 48), (48, 48)], "a quarter and an eighth");
        assert_eq!(found(&[0, 8, 16, 24, 32, 40, 48]), [(0, 24), (24, 24)], "16ths");
        assert_eq!(found(&[0, 24, 32, 40, 48]), [(24, 24)], "after an eighth");
        assert_eq!(found(&[0, 16, 24, 32, 48]), [(0, 24), (24, 24)]);
        assert_eq!(found(&[0, 16, 32, 40, 48]), [(0, 48)], "the middle is tied");
        assert_eq!(found(&[0, 4, 8, 12, 48]), [(0, 12)], "32nds before a long note");
        assert_eq!(found(&[96, 128, 160, 192]), [(96, 96)], "quarters");
    }

    #[test]
    fn a_beat_of_three_eighths_has_tuplets_in_its_eighths() {
        let metre = "6/8".parse().unwrap();
        let measure = Measure { start: 0, length: 144, metre, offset: 0, uncounted: false };
        let tuplets = tuplets(&measure, &Pulse::of(metre), &[0, 8, 16, 24, 72, 108], |_| true);
        assert_eq!(tuplets, [Tuplet { start: 0, length: 24 }]);
    }
}
