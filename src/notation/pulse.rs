//! The metrical hierarchy of a measure (halves, thirds, beats and their divisions), and how a
//! length of time is written as note values and rests that show it.
//!
//! The rules are those of engraving (E. Gould, Behind Bars, 2011, "Metre"). A note may cross a
//! boundary only if it begins or ends at an equally strong one, or if it is a simple syncopation.
//! Rests never cross a boundary.

use super::measure::{Measure, length_of};
use super::time::{EIGHTH, QUARTER, SHORTEST, SIXTEENTH, common_divisor};
use crate::score::Metre;
use std::ops::Range;

/// The note values, 64th to breve, and the dotted ones. A 64th cannot have a dot, because the dot
/// would be a 128th.
const WRITABLE_LENGTHS: [usize; 14] = [3, 6, 9, 12, 18, 24, 36, 48, 72, 96, 144, 192, 288, 384];

/// The MusicXML type of a note value, and whether it has a dot.
pub(super) fn note_type(value: usize) -> (&'static str, bool) {
    let dotted = !(value / SHORTEST).is_power_of_two();
    let name = match if dotted { value / 3 * 2 } else { value } {
        3 => "64th",
        6 => "32nd",
        12 => "16th",
        24 => "eighth",
        48 => "quarter",
        96 => "half",
        192 => "whole",
        _ => "breve",
    };
    (name, dotted)
}

/// A metrical unit of a measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Node {
    pub start: usize,
    pub end: usize,
    /// Into how many parts it is divided; 0 for a 64th.
    pub parts: usize,
}

impl Node {
    fn length(&self) -> usize {
        self.end - self.start
    }
}

/// The metrical hierarchy of one metre. Places are counted from the downbeat.
#[derive(Debug, Clone)]
pub(super) struct Pulse {
    /// The level of the boundary at each place: 0 for bar lines, 1 for the middle of 4/4, and so
    /// on. There is one entry more than there are units.
    levels: Vec<u8>,
    /// All metrical units, each before its own parts.
    nodes: Vec<Node>,
    /// The length of a beat in compound metres, where a beat is divided into three.
    dotted_beat: Option<usize>,
}

/// The unit in which a part is counted.
#[derive(Clone, Copy)]
enum Unit {
    Plain(usize),
    /// A third of the unit, which is dotted.
    Dotted(usize),
}

impl Pulse {
    pub fn of(metre: Metre) -> Pulse {
        let length = length_of(metre);
        let numerator = usize::from(metre.numerator.max(1));
        let power = u32::from(metre.denominator_power);
        let (count, unit) = match power {
            5.. => {
                // In 16ths where they fill it, otherwise in 32nds or 64ths.
                let unit = common_divisor(length, SIXTEENTH);
                (length / unit, Unit::Plain(unit))
            }
            3.. if numerator.is_multiple_of(3) => {
                (numerator / 3, Unit::Dotted((4 * QUARTER) >> power))
            }
            _ => (numerator, Unit::Plain((4 * QUARTER) >> power)),
        };
        let mut pulse =
            Pulse { levels: vec![u8::MAX; length + 1], nodes: Vec::new(), dotted_beat: None };
        if let Unit::Dotted(third) = unit {
            pulse.dotted_beat = Some(3 * third);
        }
        pulse.divide(0, count, unit, 0);
        pulse
    }

    fn divide(&mut self, start: usize, count: usize, unit: Unit, level: u8) {
        let (one, parts) = match (count, unit) {
            (1, Unit::Plain(SHORTEST)) => (SHORTEST, vec![]),
            (1, Unit::Plain(unit)) => (unit, vec![(1, Unit::Plain(unit / 2)); 2]),
            (1, Unit::Dotted(third)) => (3 * third, vec![(1, Unit::Plain(third)); 3]),
            _ => {
                let one = match unit {
                    Unit::Plain(unit) => unit,
                    Unit::Dotted(third) => 3 * third,
                };
                let counts = match count {
                    _ if count.is_multiple_of(2) => vec![count / 2; 2],
                    _ if count.is_multiple_of(3) => vec![count / 3; 3],
                    // 5/4 is mostly felt as 3 + 2, 7/4 as 4 + 3.
                    _ => vec![count.div_ceil(2), count / 2],
                };
                (one, counts.into_iter().map(|count| (count, unit)).collect())
            }
        };
        let end = start + count * one;
        self.nodes.push(Node { start, end, parts: parts.len() });
        for edge in [start, end] {
            self.levels[edge] = self.levels[edge].min(level);
        }
        let mut at = start;
        for (count, unit) in parts {
            self.divide(at, count, unit, level + 1);
            at += count
                * match unit {
                    Unit::Plain(unit) => unit,
                    Unit::Dotted(third) => 3 * third,
                };
        }
    }

    /// The values of the tied notes that fill the span of a note: as few as possible, divided at
    /// the strongest boundaries.
    pub fn note(&self, span: Range<usize>) -> Vec<usize> {
        // The finest grid on which the span lies: a span of 16ths is not divided into 32nds.
        let grid = common_divisor(common_divisor(span.start, span.end), SIXTEENTH);
        debug_assert!(grid.is_multiple_of(SHORTEST), "{span:?}");
        // best[n] is the least cost of the first n places of the grid, and the value of the note
        // that ends there.
        let length = span.len() / grid;
        let mut best = vec![(usize::MAX, 0); length + 1];
        best[0].0 = 0;
        for from in 0..length {
            let values = WRITABLE_LENGTHS.into_iter().filter(|value| value.is_multiple_of(grid));
            for value in values.filter(|value| from + value / grid <= length) {
                let start = span.start + from * grid;
                if self.is_clear(start, start + value, grid) {
                    let cost = best[from].0 + 256 + usize::from(self.levels[start + value]);
                    let to = from + value / grid;
                    best[to] = best[to].min((cost, value));
                }
            }
        }
        let mut values = Vec::new();
        let mut at = length;
        while at > 0 {
            let value = best[at].1.max(grid);
            values.push(value);
            at -= value / grid;
        }
        values.reverse();
        values
    }

    /// Whether a single note from one place to another keeps the metre visible. Only places on a
    /// grid count.
    fn is_clear(&self, start: usize, end: usize, grid: usize) -> bool {
        let inner = (start + grid..end).step_by(grid);
        let Some(hidden) = inner.clone().map(|place| self.levels[place]).min() else { return true };
        let ends = [self.levels[start], self.levels[end]];
        if let Some(beat) = self.dotted_beat
            && inner.clone().any(|place| place.is_multiple_of(beat))
        {
            return start.is_multiple_of(beat) && end.is_multiple_of(beat);
        }
        if ends.iter().any(|&level| level <= hidden) {
            return true;
        }
        // A syncopation goes from the middle of one part to the middle of the next.
        let half = (end - start) / 2;
        let middle = start + half;
        let strong = |place: Option<usize>| {
            place.and_then(|place| self.levels.get(place)).is_some_and(|&level| level <= hidden)
        };
        half.is_multiple_of(grid)
            && self.levels[middle] == hidden
            && ends == [hidden + 1; 2]
            && strong(start.checked_sub(half))
            && strong(Some(end + half))
            && inner.filter(|&place| self.levels[place] == hidden).count() == 1
    }

    /// The values of the rests that fill a span: the largest parts of the measure that fit.
    pub fn rest(&self, span: Range<usize>) -> Vec<usize> {
        let mut rests = Vec::new();
        let mut at = span.start;
        while at < span.end {
            let room = span.end - at;
            let parts = self.nodes_from(at);
            let fits = parts
                .filter(|node| node.length() <= room && WRITABLE_LENGTHS.contains(&node.length()));
            let mut longest = fits.map(|node| node.length()).max().unwrap_or(SHORTEST);
            // Rests on the first two of three eighths are joined.
            let thirds =
                self.nodes_from(at).find(|node| node.parts == 3 && node.length() == 3 * EIGHTH);
            if thirds.is_some() && (QUARTER..3 * EIGHTH).contains(&room) {
                longest = QUARTER;
            }
            rests.push(longest);
            at += longest;
        }
        rests
    }

    /// All metrical units, each before its own parts.
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    fn nodes_from(&self, place: usize) -> impl Iterator<Item = &Node> {
        // Each node stands before its parts, so the nodes are sorted by start.
        let first = self.nodes.partition_point(|node| node.start < place);
        self.nodes[first..].iter().take_while(move |node| node.start == place)
    }

    /// The spans within which notes are beamed: quarters or, in compound metres, three eighths.
    /// `plain` tells whether a span contains nothing but eighths; if so, half a measure of 4/4 or a
    /// whole measure of 3/4 is one span.
    pub fn beamed(&self, plain: impl Fn(Range<usize>) -> bool) -> Vec<Range<usize>> {
        let mut spans: Vec<Range<usize>> = Vec::new();
        for node in &self.nodes {
            if spans.last().is_some_and(|span| node.start < span.end) {
                continue;
            }
            let span = node.start..node.end;
            let beat = node.length() <= QUARTER || node.length() == 3 * EIGHTH && node.parts == 3;
            let beats = self.dotted_beat.is_none()
                && (node.length() == 2 * QUARTER && node.parts == 2
                    || node.length() == 3 * QUARTER && node.parts == 3);
            if beat || beats && plain(span.clone()) {
                spans.push(span);
            }
        }
        spans
    }
}

/// The place of a measure in the metrical hierarchy.
impl Measure {
    /// The place of a time in the whole measure; this may be a part of one.
    pub fn place(&self, time: usize) -> usize {
        time - self.start + self.offset
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pulse(metre: &str) -> Pulse {
        Pulse::of(metre.parse().unwrap())
    }

    /// A span of 16ths in units.
    fn units(sixteenths: &Range<usize>) -> Range<usize> {
        sixteenths.start * SIXTEENTH..sixteenths.end * SIXTEENTH
    }

    fn sixteenths(values: Vec<usize>) -> Vec<usize> {
        assert!(values.iter().all(|value| value.is_multiple_of(SIXTEENTH)));
        values.into_iter().map(|value| value / SIXTEENTH).collect()
    }

    #[test]
    fn notes_are_divided_where_the_pulse_is_strongest() {
        let cases: [(&str, Range<usize>, &[usize]); 24] = [
            ("4/4", 0..16, &[16]),
            ("4/4", 0..14, &[8, 6]),
            ("4/4", 0..10, &[8, 2]),
            ("4/4", 0..7, &[4, 3]),
            ("4/4", 4..16, &[12]),
            // Syncopations of one beat, but not across the middle of the measure.
            ("4/4", 2..6, &[4]),
            ("4/4", 4..12, &[8]),
            ("4/4", 6..10, &[2, 2]),
            ("4/4", 1..3, &[2]),
            ("4/4", 3..5, &[1, 1]),
            ("4/4", 1..16, &[3, 12]),
            ("4/4", 4..10, &[4, 2]),
            ("3/4", 0..12, &[12]),
            ("3/4", 2..10, &[6, 2]),
            ("6/8", 0..12, &[12]),
            ("6/8", 0..8, &[6, 2]),
            ("6/8", 4..8, &[2, 2]),
            ("6/8", 2..6, &[4]),
            ("9/8", 0..18, &[12, 6]),
            ("12/8", 0..24, &[24]),
            ("5/4", 0..20, &[12, 8]),
            ("3/2", 0..24, &[24]),
            ("4/2", 0..32, &[32]),
            ("3/8", 0..5, &[4, 1]),
        ];
        for (metre, span, expected) in cases {
            let values = pulse(metre).note(units(&span));
            assert_eq!(sixteenths(values), expected, "{metre}, {span:?}");
        }
    }

    #[test]
    fn rests_never_hide_a_beat() {
        let cases: [(&str, Range<usize>, &[usize]); 10] = [
            ("4/4", 0..12, &[8, 4]),
            ("4/4", 4..16, &[4, 8]),
            ("4/4", 1..16, &[1, 2, 4, 8]),
            ("4/4", 2..6, &[2, 2]),
            ("3/4", 4..12, &[4, 4]),
            ("6/8", 2..12, &[2, 2, 6]),
            ("6/8", 0..5, &[4, 1]),
            ("9/8", 0..12, &[6, 6]),
            ("12/8", 12..24, &[12]),
            ("5/8", 0..10, &[6, 4]),
        ];
        for (metre, span, expected) in cases {
            let values = pulse(metre).rest(units(&span));
            assert_eq!(sixteenths(values), expected, "{metre}, {span:?}");
        }
    }

    #[test]
    fn every_span_of_every_metre_can_be_written() {
        for numerator in (1..=17).chain([255]) {
            for denominator_power in 0..=6 {
                let metre = Metre { numerator, denominator_power };
                let (pulse, whole) = (Pulse::of(metre), length_of(metre));
                let step = SHORTEST * (1 + whole / SHORTEST / 24);
                for start in (0..whole).step_by(step) {
                    for end in (start + SHORTEST..=whole).step_by(step) {
                        for values in [pulse.note(start..end), pulse.rest(start..end)] {
                            assert_eq!(values.iter().sum::<usize>(), end - start, "{metre}");
                            assert!(values.iter().all(|length| WRITABLE_LENGTHS.contains(length)));
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn beams_join_the_notes_of_a_beat_and_plain_eighths_of_more() {
        let spans = |metre: &str, plain: bool| -> Vec<Range<usize>> {
            let spans = pulse(metre).beamed(|_| plain).into_iter();
            spans.map(|span| span.start / SIXTEENTH..span.end / SIXTEENTH).collect()
        };
        assert_eq!(spans("4/4", false), [0..4, 4..8, 8..12, 12..16]);
        assert_eq!(spans("4/4", true), [0..8, 8..16]);
        assert_eq!(spans("3/4", false), [0..4, 4..8, 8..12]);
        assert_eq!(spans("3/4", true), vec![0..12]);
        assert_eq!(spans("6/8", true), [0..6, 6..12]);
        assert_eq!(spans("12/8", false), [0..6, 6..12, 12..18, 18..24]);
        assert_eq!(spans("3/8", false), vec![0..6]);
        assert_eq!(spans("5/8", false), [0..6, 6..10]);
        assert_eq!(spans("6/16", false), [0..3, 3..6]);
    }
}
