//! Lays a score out in time: where its metres change, and where each tick lies.

use super::beat_grid::Beat;
use super::draft::MetreChange;
use super::measure::measures;
use super::pulse::Pulse;
use super::time::{EIGHTH, QUARTER, SHORTEST, SIXTEENTH};
use crate::roll::LONGEST_ROLL;
use crate::score::{Metre, Score};

/// A distance from a grid of 16ths and triplets that can be heard: a tenth of a 16th.
const FAR: f64 = SIXTEENTH as f64 / 10.0;

/// The part of a piece in one metre.
struct Region {
    tick: u64,
    /// The time at which it begins: its tick, rounded from the beginning of the piece.
    start: usize,
    metre: Metre,
    /// How far its notes lie behind a grid that begins with the piece.
    offset: f64,
}

/// Where the ticks of a score lie on the page.
pub(super) struct Layout {
    ticks_per_quarter: f64,
    /// The first begins with the piece. No two that follow on each other have the same metre.
    regions: Vec<Region>,
}

impl Layout {
    /// The layout of a score whose notes begin at some ticks, which are in order.
    ///
    /// A signature that differs from the one that holds begins a measure. Bar lines stand on 16ths,
    /// counted from the beginning of the piece, or on 64ths after a metre such as 3/32.
    pub fn of(score: &Score, onsets: &[u64]) -> Layout {
        let ticks_per_quarter = f64::from(score.ticks_per_quarter.max(1));
        let first = Region { tick: 0, start: 0, metre: Metre::COMMON, offset: 0.0 };
        let mut layout = Layout { ticks_per_quarter, regions: vec![first] };
        let mut finest = SIXTEENTH;
        for change in &score.metres {
            let unit = finest as f64;
            let start = ((layout.exact(change.tick) / unit).round() * unit) as usize;
            if start / SIXTEENTH > LONGEST_ROLL as usize {
                break;
            }
            let metre = on_page(change.value);
            if !metre.is_of_sixteenths() {
                finest = SHORTEST;
            }
            // Of several signatures in one place, the last one counts.
            layout.regions.pop_if(|last| last.start == start);
            layout.regions.push(Region { tick: change.tick, start, metre, offset: 0.0 });
        }
        layout.regions.dedup_by(|next, last| next.metre == last.metre);
        if let Some(first) = layout.regions.first_mut() {
            first.tick = 0;
        }
        layout.choose_offsets(onsets);
        layout
    }

    /// Decides whether the notes of each region are placed from the beginning of the piece, or from
    /// its time signature, as more of them then lie on a grid. A signature may stand in a wrong
    /// place; but where a metre has been rounded, all that follows is placed from the next one.
    fn choose_offsets(&mut self, onsets: &[u64]) {
        let mut offset = 0.0;
        for index in 0..self.regions.len() {
            let region = &self.regions[index];
            let own = self.exact(region.tick) - region.start as f64;
            if own != offset {
                let next = self.regions.get(index + 1).map_or(u64::MAX, |next| next.tick);
                let first = onsets.partition_point(|&onset| onset < region.tick);
                let last = onsets.partition_point(|&onset| onset < next);
                let off = |offset: f64| {
                    let onsets = onsets.get(first..last).unwrap_or_default().iter();
                    let times = onsets.map(|&onset| self.exact(onset) - offset);
                    let far = times.filter(|time| {
                        let from = |step: usize| {
                            let after = time.rem_euclid(step as f64);
                            after.min(step as f64 - after)
                        };
                        from(SIXTEENTH).min(from(EIGHTH / 3)) > FAR
                    });
                    far.count()
                };
                if off(own) < off(offset) {
                    offset = own;
                }
            }
            self.regions[index].offset = offset;
        }
    }

    fn exact(&self, tick: u64) -> f64 {
        tick as f64 * QUARTER as f64 / self.ticks_per_quarter
    }

    /// The time of a tick, not rounded. It never falls as ticks rise.
    pub fn time(&self, tick: u64) -> f64 {
        let next = self.regions.partition_point(|region| region.tick <= tick).max(1);
        let region = &self.regions[next - 1];
        let time = (self.exact(tick) - region.offset).max(region.start as f64);
        self.regions.get(next).map_or(time, |next| time.min(next.start as f64))
    }

    pub fn metres(&self) -> Vec<MetreChange> {
        let change = |region: &Region| MetreChange { start: region.start, metre: region.metre };
        self.regions.iter().map(change).collect()
    }

    /// The beats of a piece of some length.
    pub fn beats(&self, length: usize) -> Vec<Beat> {
        let mut beats: Vec<Beat> = Vec::new();
        let mut last: Option<(Metre, Vec<std::ops::Range<usize>>)> = None;
        for measure in measures(&self.metres(), length) {
            if last.as_ref().is_none_or(|(metre, _)| *metre != measure.metre) {
                last = Some((measure.metre, Pulse::of(measure.metre).beamed(|_| false)));
            }
            let inside = measure.offset..measure.offset + measure.length;
            for span in last.iter().flat_map(|(_, spans)| spans) {
                let (start, end) = (span.start.max(inside.start), span.end.min(inside.end));
                if start < end {
                    let time = |place: usize| place - measure.offset + measure.start;
                    let is_whole = (start, end) == (span.start, span.end);
                    beats.push(Beat { start: time(start), end: time(end), is_whole });
                }
            }
        }
        beats
    }
}

/// A metre as the page has it: in 16ths if a measure is shorter than one or is not a whole number
/// of 64ths.
fn on_page(metre: Metre) -> Metre {
    let is_long = u32::from(metre.numerator) << 4 >= metre.denominator();
    match metre.denominator_power <= 6 && is_long {
        true => metre,
        false => metre.in_sixteenths(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roll::Roll;
    use crate::score::At;

    /// A score of 480 ticks to a quarter with changes of metre.
    fn score(metres: &[(u64, &str)]) -> Score {
        let change = |&(tick, metre): &(u64, &str)| At { tick, value: metre.parse().unwrap() };
        let metres = metres.iter().map(change).collect();
        Score { metres, ..Roll::new(Metre::COMMON).to_score(None, &[]) }
    }

    fn bars(score: &Score, onsets: &[u64]) -> Vec<(usize, String)> {
        let metres = Layout::of(score, onsets).metres();
        metres.iter().map(|change| (change.start, change.metre.to_string())).collect()
    }

    #[test]
    fn a_signature_that_is_said_again_changes_nothing() {
        let again: Vec<(u64, &str)> = (0..100).map(|n| (50 * n, "4/4")).collect();
        let layout = Layout::of(&score(&again), &[]);
        assert_eq!(layout.metres().len(), 1);
        for tick in [0, 333, 480, 4_799] {
            assert_eq!(layout.time(tick), tick as f64 / 10.0);
        }
    }

    #[test]
    fn bar_lines_are_rounded_from_the_beginning_of_the_piece() {
        // Each signature is a third of a 16th late; the errors do not add up.
        let late: Vec<(u64, &str)> =
            (1..9).map(|n| (480 * n + 40, ["3/4", "2/4"][n as usize % 2])).collect();
        let starts: Vec<usize> = bars(&score(&late), &[]).iter().map(|bar| bar.0).collect();
        assert_eq!(starts, [0, 48, 96, 144, 192, 240, 288, 336, 384]);
    }

    #[test]
    fn notes_are_placed_from_the_signature_where_they_then_lie_on_the_grid() {
        let score = score(&[(0, "4/4"), (1950, "3/4")]);
        let with_it = Layout::of(&score, &[0, 480, 1950, 2430, 2910]);
        assert_eq!(with_it.time(2430), 240.0);
        let without = Layout::of(&score, &[0, 480, 1920, 2400, 2880]);
        assert_eq!(without.time(2400), 240.0);
    }

    #[test]
    fn a_metre_of_32nds_is_exact() {
        let score = score(&[(0, "3/32"), (360, "4/4")]);
        assert_eq!(bars(&score, &[]), [(0, "3/32".to_owned()), (36, "4/4".to_owned())]);
        let beats = Layout::of(&score, &[]).beats(36 + 96);
        let spans: Vec<_> = beats.iter().map(|beat| (beat.start, beat.end)).collect();
        assert_eq!(spans[..4], [(0, 18), (18, 36), (36, 84), (84, 132)]);
    }
}
