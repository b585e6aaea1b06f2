//! Finds grace notes: very short notes just before a longer one.
//!
//! A sequencer has no grace notes. They are played, and take their time from a note beside them.

use super::beat_grid::Stroke;
use super::time::SIXTEENTH;

/// The longest grace note. A 32nd is longer.
const LONGEST: f64 = 5.0;

/// The shortest note that one leads to, and how many times as long this must be.
const SHORTEST_MAIN: f64 = SIXTEENTH as f64;
const TIMES_LONGER: f64 = 3.0;

/// How long before and after the end of a grace note the next note begins.
const OVERLAP: f64 = 1.5;
const GAP: f64 = 3.0;

/// The most semitones from a grace note to the next note.
const WIDEST: usize = 12;

/// The most grace notes that follow each other. More are a run.
const MOST: usize = 3;

/// How many strokes after a grace note are searched for the next note.
const NEIGHBOURS: usize = 64;

/// A grace note among some strokes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    /// The index of the stroke that it leads to.
    pub main: usize,
    /// How many grace notes come between it and that stroke.
    pub order: usize,
}

/// Tells for each stroke whether it is a grace note. Strokes must be sorted by start.
pub(super) fn grace_notes(strokes: &[Stroke]) -> Vec<Option<Found>> {
    let mut found: Vec<Option<Found>> = vec![None; strokes.len()];
    // The number of grace notes before each stroke.
    let mut before = vec![0; strokes.len()];
    for index in (0..strokes.len()).rev() {
        let Some(next) = next(strokes, index) else { continue };
        let (main, order) = match found[next] {
            Some(Found { main, order }) => (main, order + 1),
            None => (next, 0),
        };
        let (grace, long) = (strokes[index], strokes[main]);
        let length = long.end - long.start;
        if length >= SHORTEST_MAIN && length >= TIMES_LONGER * (grace.end - grace.start) {
            found[index] = Some(Found { main, order });
            before[main] = before[main].max(order + 1);
        }
    }
    let is_run = |found: &Found| before[found.main] > MOST;
    found.iter_mut().for_each(|found| *found = found.filter(|found| !is_run(found)));
    found
}

/// The stroke that follows a very short one: of those that begin as it ends, the nearest in pitch.
fn next(strokes: &[Stroke], index: usize) -> Option<usize> {
    let grace = strokes[index];
    if grace.end - grace.start > LONGEST {
        return None;
    }
    let first = strokes.partition_point(|stroke| stroke.start < grace.end - OVERLAP);
    let near = strokes[first..].iter().take(NEIGHBOURS);
    let near = near.take_while(|stroke| stroke.start <= grace.end + GAP);
    let near = near.zip(first..).filter(|(stroke, _)| {
        let interval = stroke.key.abs_diff(grace.key);
        grace.is_before(stroke) && (1..=WIDEST).contains(&interval)
    });
    near.min_by_key(|(stroke, _)| stroke.key.abs_diff(grace.key)).map(|(_, index)| index)
}

/// Places a note that stands behind its grace notes where the first of them is struck, if that is
/// on a beat: then it is the main note that was moved.
pub(super) fn on_the_beat(main: f64, first: f64) -> f64 {
    let from_sixteenth = |time: f64| {
        let after = time.rem_euclid(SIXTEENTH as f64);
        after.min(SIXTEENTH as f64 - after)
    };
    match from_sixteenth(first) + 1.0 < from_sixteenth(main) {
        true => first,
        false => main,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The grace notes of a line of notes: (key, start, end).
    fn found(notes: &[(usize, f64, f64)]) -> Vec<Option<(usize, usize)>> {
        let stroke = |&(key, start, end): &(usize, f64, f64)| Stroke { key, start, end };
        let strokes: Vec<Stroke> = notes.iter().map(stroke).collect();
        let found = grace_notes(&strokes);
        found.iter().map(|found| found.map(|Found { main, order }| (main, order))).collect()
    }

    #[test]
    fn very_short_notes_before_a_longer_one_are_grace_notes() {
        assert_eq!(found(&[(40, 45.0, 48.0), (39, 48.0, 96.0)]), [Some((1, 0)), None]);
        let slide = [(40, 42.0, 45.0), (42, 45.0, 48.0), (44, 48.0, 72.0)];
        assert_eq!(found(&slide), [Some((2, 1)), Some((2, 0)), None]);
        // Two at once.
        let chord = [(40, 45.0, 48.0), (44, 45.0, 48.0), (42, 48.0, 72.0)];
        assert_eq!(found(&chord), [Some((2, 0)), Some((2, 0)), None]);
    }

    #[test]
    fn runs_and_rolled_chords_and_notes_that_stand_alone_have_none() {
        let run: Vec<_> = (0..8).map(|n| (40 + n, 3.0 * n as f64, 3.0 * n as f64 + 3.0)).collect();
        let run = [&run[..], &[(48, 24.0, 72.0)]].concat();
        assert!(found(&run).iter().all(Option::is_none));
        let rolled = [(40, 0.0, 48.0), (44, 2.0, 48.0), (47, 4.0, 48.0)];
        assert!(found(&rolled).iter().all(Option::is_none));
        assert!(found(&[(40, 0.0, 3.0), (42, 24.0, 48.0)]).iter().all(Option::is_none), "a gap");
        assert!(found(&[(40, 0.0, 4.0), (42, 4.0, 8.0)]).iter().all(Option::is_none), "as short");
    }

    #[test]
    fn a_note_that_was_moved_by_its_grace_note_is_moved_back() {
        assert_eq!(on_the_beat(3.0, 0.0), 0.0);
        assert_eq!(on_the_beat(48.0, 45.0), 48.0);
    }
}
