//! Music in the form in which it is sent to a page.

use crate::composing::LivePiece;
use crate::roll::{LOWEST_PITCH, Place};
use serde::Serialize;

/// Some whole measures of a piece.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Measures {
    /// How many steps the piece has so far.
    pub end: usize,
    /// How many steps at the start were not composed but given.
    pub lead_in: usize,
    /// The measures.
    pub measures: Vec<Measure>,
}

/// A measure.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Measure {
    /// Its first step.
    pub step: usize,
    /// How many steps it has here: fewer than its metre says if the piece begins or ends within it.
    pub steps: usize,
    /// Its metre.
    pub metre: String,
    /// The length of each of its steps, in seconds.
    pub seconds: f64,
    /// Keys that are struck: step within the measure and MIDI pitch.
    pub strikes: Vec<(usize, u8)>,
    /// Keys that are released: the step in the measure before which they are, and MIDI
    /// pitch. A key that is struck again counts as released.
    pub ends: Vec<(usize, u8)>,
}

/// Up to `count` composed measures from a step on, at which a measure must begin.
pub fn measures(live_piece: &LivePiece, from: usize, count: usize) -> Measures {
    let (roll, forgotten) = (live_piece.roll(), live_piece.remembered_from());
    let from = from.saturating_sub(forgotten);
    let starts = roll.measures();
    let first = starts.partition_point(|&start| start < from);
    let mut measures = Vec::new();
    for (index, &start) in starts.iter().enumerate().skip(first).take(count) {
        let end = starts.get(index + 1).copied().unwrap_or(roll.len());
        let mut measure = Measure {
            step: forgotten + start,
            steps: end - start,
            metre: roll.metre_at(start).metre.to_string(),
            seconds: live_piece.seconds(forgotten + start, forgotten + end) / (end - start) as f64,
            strikes: Vec::new(),
            ends: Vec::new(),
        };
        for step in start..end {
            let now = roll.steps()[step];
            let before = match step {
                0 => Default::default(),
                _ => roll.steps()[step - 1].play,
            };
            let pitch = |key: usize| (step - start, LOWEST_PITCH + key as u8);
            measure.ends.extend(before.without(now.held()).iter().map(pitch));
            measure.strikes.extend(now.articulate.iter().map(pitch));
        }
        measures.push(measure);
    }
    Measures { end: live_piece.len(), lead_in: live_piece.lead_in(), measures }
}

/// Whether a step begins a measure. It may be the step that is composed next.
pub fn begins_measure(live_piece: &LivePiece, step: usize) -> bool {
    if step == live_piece.len() {
        return live_piece.is_at_bar_line();
    }
    let Some(step) = step.checked_sub(live_piece.remembered_from()) else { return false };
    let place: Place = live_piece.roll().place(step);
    place.in_measure == 0 || live_piece.roll().metre_at(step).step == step
}
