//! From key strokes to notes.

use std::collections::{BTreeMap, VecDeque};

use crate::score::Note;

/// What happens to a key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stroke {
    /// Struck, with a velocity.
    Down(u8),
    /// Released, once.
    Up,
    /// Released, however often it was struck.
    AllUp,
}

/// The strokes of one track, by channel and pitch.
#[derive(Default)]
pub(super) struct Strokes(BTreeMap<(u8, u8), Vec<(u64, Stroke)>>);

impl Strokes {
    /// A key is struck.
    pub(super) fn down(&mut self, tick: u64, channel: u8, pitch: u8, velocity: u8) {
        self.0.entry((channel, pitch)).or_default().push((tick, Stroke::Down(velocity)));
    }

    /// A key is released. A release without a stroke means nothing.
    pub(super) fn up(&mut self, tick: u64, channel: u8, pitch: u8) {
        if let Some(strokes) = self.0.get_mut(&(channel, pitch)) {
            strokes.push((tick, Stroke::Up));
        }
    }

    /// All keys of a channel are released.
    pub(super) fn all_up(&mut self, tick: u64, channel: u8) {
        for (_, strokes) in self.0.range_mut((channel, 0)..=(channel, u8::MAX)) {
            // Said twice it means the same; so a file of nothing else needs no memory.
            if strokes.last().is_some_and(|last| last.1 != Stroke::AllUp) {
                strokes.push((tick, Stroke::AllUp));
            }
        }
    }

    /// Appends the notes of all keys, and tells how many were never released.
    ///
    /// Where every stroke has its release, the first release belongs to the first stroke. Where
    /// one lacks, nobody knows which, and first to first would draw out all notes that follow:
    /// then each stroke ends the note before it, and the track's end the last one.
    pub(super) fn into_notes(self, end: u64, notes: &mut Vec<Note>) -> usize {
        let mut unreleased = 0;
        for ((_, pitch), strokes) in self.0 {
            let before = notes.len();
            let open = match_in_order(&strokes, pitch, notes);
            if open > 0 {
                unreleased += open;
                notes.truncate(before);
                end_with_next(&strokes, pitch, end, notes);
            }
        }
        unreleased
    }
}

/// Joins strokes and releases first to first; returns how many strokes stay without a release.
fn match_in_order(strokes: &[(u64, Stroke)], pitch: u8, notes: &mut Vec<Note>) -> usize {
    let mut open = VecDeque::new();
    let note =
        |(start, velocity): (u64, u8), tick| Note { start, pitch, length: tick - start, velocity };
    for &(tick, stroke) in strokes {
        match stroke {
            Stroke::Down(velocity) => open.push_back((tick, velocity)),
            Stroke::Up => notes.extend(open.pop_front().map(|down| note(down, tick))),
            Stroke::AllUp => notes.extend(open.drain(..).map(|down| note(down, tick))),
        }
    }
    open.len()
}

/// Ends each note at the next stroke or release of its key, whichever comes first.
fn end_with_next(strokes: &[(u64, Stroke)], pitch: u8, end: u64, notes: &mut Vec<Note>) {
    let ends = strokes.iter().skip(1).map(|next| next.0).chain([end]);
    for (&(start, stroke), tick) in strokes.iter().zip(ends) {
        if let Stroke::Down(velocity) = stroke {
            notes.push(Note { start, pitch, length: tick - start, velocity });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The notes (start, end) of one key that is struck and released at the given ticks.
    fn notes(strokes: &[(u64, bool)]) -> (Vec<(u64, u64)>, usize) {
        let mut keyboard = Strokes::default();
        for &(tick, down) in strokes {
            match down {
                true => keyboard.down(tick, 0, 60, 64),
                false => keyboard.up(tick, 0, 60),
            }
        }
        let mut notes = Vec::new();
        let unreleased = keyboard.into_notes(1000, &mut notes);
        (notes.iter().map(|note| (note.start, note.end())).collect(), unreleased)
    }

    #[test]
    fn the_first_release_belongs_to_the_first_stroke() {
        let overlapping = [(0, true), (10, true), (20, false), (30, false)];
        assert_eq!(notes(&overlapping), (vec![(0, 20), (10, 30)], 0));
    }

    #[test]
    fn a_release_at_the_tick_of_the_next_stroke_ends_the_note_before() {
        let (found, _) = notes(&[(0, true), (10, true), (10, false), (30, false)]);
        assert_eq!(found, [(0, 10), (10, 30)]);
    }

    #[test]
    fn a_note_without_release_ends_with_the_next_stroke_or_the_track() {
        let (found, unreleased) = notes(&[(0, true), (10, true), (20, false), (30, true)]);
        assert_eq!((found, unreleased), (vec![(0, 10), (10, 20), (30, 1000)], 2));
    }

    #[test]
    fn a_release_without_a_stroke_means_nothing() {
        assert_eq!(notes(&[(0, false), (5, true), (7, false), (8, false)]).0, [(5, 7)]);
    }

    #[test]
    fn releasing_all_keys_ends_every_note_of_the_channel_only() {
        let mut keyboard = Strokes::default();
        keyboard.down(0, 0, 60, 64);
        keyboard.down(1, 0, 60, 64);
        keyboard.down(2, 1, 60, 64);
        keyboard.all_up(9, 0);
        keyboard.up(20, 1, 60);
        let mut notes = Vec::new();
        assert_eq!(keyboard.into_notes(1000, &mut notes), 0);
        assert_eq!(notes.iter().map(Note::end).collect::<Vec<_>>(), [9, 9, 20]);
    }
}
