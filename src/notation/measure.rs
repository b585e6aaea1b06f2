//! Decides the measures of the page: how long each is, and in which metre it is counted.

use super::draft::MetreChange;
use super::time::{QUARTER, SIXTEENTH};
use crate::score::Metre;

/// A measure as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Measure {
    /// The time at which it begins.
    pub start: usize,
    /// Its length. It is less than its metre says if it is an upbeat or cut short.
    pub length: usize,
    /// The metre in which it is counted.
    pub metre: Metre,
    /// The place in a whole measure at which it begins. An upbeat is the end of a measure.
    pub offset: usize,
    /// Whether it has no measure number, because it is only a part of a measure.
    pub uncounted: bool,
}

impl Measure {
    pub fn end(&self) -> usize {
        self.start + self.length
    }
}

impl Measure {
    /// Whether it is as long as its metre says.
    pub fn is_whole(&self) -> bool {
        self.length == length_of(self.metre)
    }
}

/// The length of a measure. It is exact for metres of up to 64ths. Others are rounded to 16ths.
pub(super) fn length_of(metre: Metre) -> usize {
    match metre.denominator_power {
        power @ 0..=6 => (usize::from(metre.numerator.max(1)) * 4 * QUARTER) >> power,
        _ => metre.sixteenths() as usize * SIXTEENTH,
    }
}

/// The time under one time signature.
#[derive(Clone, Copy)]
struct Region {
    start: usize,
    end: usize,
    metre: Metre,
}

impl Region {
    fn length(&self) -> usize {
        self.end - self.start
    }

    /// Whether it is at most one measure long.
    fn is_single(&self) -> bool {
        self.length() <= length_of(self.metre)
    }
}

/// The measures of a piece of some length; there is at least one. The first change of metre is at
/// the beginning.
///
/// In MIDI files, an upbeat is often a measure in a short metre of its own. If a repeat begins with
/// an upbeat, the measure before the repeat has a metre of its own, too. As in print, such parts
/// are written in the metre around them. More than half a measure is not an upbeat: 5/4 before 6/4
/// is a measure.
pub(super) fn measures(changes: &[MetreChange], length: usize) -> Vec<Measure> {
    let regions = regions(changes, length);
    let mut measures: Vec<Measure> = Vec::new();
    let mut index = 0;
    while let Some(region) = regions.get(index) {
        let around = measures.last().map(|measure| measure.metre);
        if measures.is_empty()
            && let Some(next) = regions.get(1)
            && 2 * region.length() <= length_of(next.metre)
            && region.is_single()
        {
            let length = region.length();
            let offset = length_of(next.metre) - length;
            let metre = next.metre;
            measures.push(Measure { start: region.start, length, metre, offset, uncounted: true });
            index += 1;
        } else if let Some(metre) = around
            && let Some(parts) = parts_of_one(&regions[index..], metre)
        {
            let mut offset = 0;
            for part in &regions[index..index + parts] {
                let (start, length) = (part.start, part.length());
                measures.push(Measure { start, length, metre, offset, uncounted: offset > 0 });
                offset += length;
            }
            index += parts;
        } else {
            let whole = length_of(region.metre);
            for start in (region.start..region.end).step_by(whole) {
                let length = whole.min(region.end - start);
                let metre = region.metre;
                measures.push(Measure { start, length, metre, offset: 0, uncounted: false });
            }
            index += 1;
        }
    }
    fill_up(&mut measures);
    measures
}

fn regions(changes: &[MetreChange], length: usize) -> Vec<Region> {
    let ends = changes.iter().skip(1).map(|change| change.start).chain([usize::MAX]);
    let regions = changes.iter().zip(ends).map(|(change, end)| {
        // An empty piece gives a page with an empty measure.
        let (start, end) = (change.start, end.min(length.max(1)));
        Region { start, end, metre: change.metre }
    });
    regions.filter(|region| region.start < region.end).collect()
}

/// How many of the first regions together make up a measure of `metre`. Each must be shorter than a
/// measure, and `metre` must hold again after them.
fn parts_of_one(regions: &[Region], metre: Metre) -> Option<usize> {
    let whole = length_of(metre);
    let mut length = 0;
    for (index, region) in regions.iter().enumerate() {
        if !region.is_single() || region.length() >= whole {
            return None;
        }
        length += region.length();
        if length >= whole {
            let after = regions.get(index + 1).is_none_or(|next| next.metre == metre);
            return (length == whole && after).then_some(index + 1);
        }
    }
    None
}

/// Extends the last measure: a piece may end with its last note, but a page ends with a bar line.
fn fill_up(measures: &mut [Measure]) {
    let upbeat = match measures.first() {
        Some(first) if first.uncounted => first.length,
        _ => 0,
    };
    if let [.., last] = measures
        && !last.uncounted
    {
        let whole = length_of(last.metre);
        let without_upbeat = whole.saturating_sub(upbeat);
        last.length = if last.length <= without_upbeat { without_upbeat } else { whole };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notation::draft::Draft;
    use crate::roll::{Roll, Step};

    fn of_roll(roll: &Roll) -> Vec<Measure> {
        let draft = Draft::of_roll(roll, &[]);
        measures(&draft.metres, draft.length)
    }

    fn roll(regions: &[(&str, usize)]) -> Roll {
        let mut roll = Roll::new(regions[0].0.parse().unwrap());
        for (metre, steps) in regions {
            roll.change_metre(metre.parse().unwrap());
            (0..*steps).for_each(|_| roll.push(Step::SILENCE));
        }
        roll
    }

    /// The metre of each measure, its length and offset in 16ths, and whether it is counted.
    fn found(regions: &[(&str, usize)]) -> Vec<(String, usize, usize, bool)> {
        let measures = of_roll(&roll(regions));
        let found = measures.iter().map(|m| {
            let lengths = [m.length, m.offset];
            assert!(lengths.iter().all(|length| length.is_multiple_of(SIXTEENTH)));
            let [length, offset] = lengths.map(|length| length / SIXTEENTH);
            (m.metre.to_string(), length, offset, !m.uncounted)
        });
        found.collect()
    }

    fn measure(
        metre: &str,
        length: usize,
        offset: usize,
        counts: bool,
    ) -> (String, usize, usize, bool) {
        (metre.to_owned(), length, offset, counts)
    }

    #[test]
    fn an_upbeat_is_the_end_of_a_measure_and_the_last_measure_lacks_it() {
        assert_eq!(
            found(&[("1/8", 2), ("3/4", 12 + 7)]),
            [
                measure("3/4", 2, 10, false),
                measure("3/4", 12, 0, true),
                measure("3/4", 10, 0, true)
            ]
        );
        // If the last measure has notes beyond that length, it is a whole measure.
        assert_eq!(found(&[("1/8", 2), ("3/4", 11)])[1], measure("3/4", 12, 0, true));
        assert_eq!(found(&[("4/4", 3), ("4/4", 16)])[0], measure("4/4", 3, 13, false));
        assert_eq!(found(&[("5/4", 20), ("6/4", 24)])[0], measure("5/4", 20, 0, true));
    }

    #[test]
    fn the_two_parts_of_a_measure_around_a_repeat_stay_in_its_metre() {
        assert_eq!(
            found(&[("4/4", 16), ("3/4", 12), ("1/4", 4), ("4/4", 16)]),
            [
                measure("4/4", 16, 0, true),
                measure("4/4", 12, 0, true),
                measure("4/4", 4, 12, false),
                measure("4/4", 16, 0, true),
            ]
        );
        // A whole measure in another metre stays a measure.
        assert_eq!(found(&[("4/4", 16), ("2/4", 8), ("4/4", 16)])[1], measure("2/4", 8, 0, true));
    }

    #[test]
    fn a_measure_that_is_cut_short_is_as_long_as_it_is() {
        assert_eq!(
            found(&[("3/4", 17), ("6/8", 12)]),
            [measure("3/4", 12, 0, true), measure("3/4", 5, 0, true), measure("6/8", 12, 0, true),]
        );
    }

    #[test]
    fn a_roll_without_steps_is_a_measure_of_rest() {
        let measures = of_roll(&Roll::new("3/4".parse().unwrap()));
        assert_eq!(measures.len(), 1);
        assert_eq!(measures[0].length, 3 * QUARTER);
    }
}
