//! Pairs note-on and note-off events, which makes notes of them.

use std::collections::{BTreeMap, VecDeque};

use crate::score::Note;

/// What happens to a key.
#[derive(Clone, Copy, PartialEq, Eq)]
enum KeyEvent {
    /// It is struck, with a velocity.
    On(u8),
    /// One of its notes is released.
    Off,
    /// All of its notes are released.
    AllOff,
}

/// The key events of one track, by channel and pitch.
#[derive(Default)]
pub(super) struct NotePairing(BTreeMap<(u8, u8), Vec<(u64, KeyEvent)>>);

impl NotePairing {
    /// A key is struck.
    pub(super) fn note_on(&mut self, tick: u64, channel: u8, pitch: u8, velocity: u8) {
        self.0.entry((channel, pitch)).or_default().push((tick, KeyEvent::On(velocity)));
    }

    /// A key is released. A release is ignored if its key has not been struck.
    pub(super) fn note_off(&mut self, tick: u64, channel: u8, pitch: u8) {
        if let Some(events) = self.0.get_mut(&(channel, pitch)) {
            events.push((tick, KeyEvent::Off));
        }
    }

    /// All keys of a channel are released.
    pub(super) fn all_notes_off(&mut self, tick: u64, channel: u8) {
        for (_, events) in self.0.range_mut((channel, 0)..=(channel, u8::MAX)) {
            // A repetition means nothing new, so a file with nothing else takes no memory.
            if events.last().is_some_and(|last| last.1 != KeyEvent::AllOff) {
                events.push((tick, KeyEvent::AllOff));
            }
        }
    }

    /// Appends the notes of all keys, and to `hung` the indices of those that nothing ends before
    /// the end of the track, `end`. Returns how many were never released.
    ///
    /// If every note-on of a key has a note-off, they are paired in order: the first with the
    /// first. If one is missing, nobody knows which, and pairing in order would lengthen all notes
    /// after it. Then each note-on ends the note before it, and the end of the track ends the last
    /// note.
    pub(super) fn into_notes(
        self,
        end: u64,
        notes: &mut Vec<Note>,
        hung: &mut Vec<usize>,
    ) -> usize {
        let mut unreleased = 0;
        for ((_, pitch), events) in self.0 {
            let before = notes.len();
            let open = match_in_order(&events, pitch, notes);
            if open > 0 {
                unreleased += open;
                notes.truncate(before);
                end_with_next(&events, pitch, end, notes);
                if events.last().is_some_and(|last| matches!(last.1, KeyEvent::On(_))) {
                    hung.push(notes.len() - 1);
                }
            }
        }
        unreleased
    }
}

/// Pairs note-ons and note-offs in order; returns how many note-ons are left without a note-off.
fn match_in_order(events: &[(u64, KeyEvent)], pitch: u8, notes: &mut Vec<Note>) -> usize {
    let mut open = VecDeque::new();
    let note =
        |(start, velocity): (u64, u8), tick| Note { start, pitch, length: tick - start, velocity };
    for &(tick, event) in events {
        match event {
            KeyEvent::On(velocity) => open.push_back((tick, velocity)),
            KeyEvent::Off => notes.extend(open.pop_front().map(|down| note(down, tick))),
            KeyEvent::AllOff => notes.extend(open.drain(..).map(|down| note(down, tick))),
        }
    }
    open.len()
}

/// Ends each note at the next event of its key, be it a note-on or a note-off.
fn end_with_next(events: &[(u64, KeyEvent)], pitch: u8, end: u64, notes: &mut Vec<Note>) {
    let ends = events.iter().skip(1).map(|next| next.0).chain([end]);
    for (&(start, event), tick) in events.iter().zip(ends) {
        if let KeyEvent::On(velocity) = event {
            notes.push(Note { start, pitch, length: tick - start, velocity });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The notes (start, end) of one key that is struck and released at the given ticks.
    fn notes(events: &[(u64, bool)]) -> (Vec<(u64, u64)>, usize) {
        let mut keyboard = NotePairing::default();
        for &(tick, down) in events {
            match down {
                true => keyboard.note_on(tick, 0, 60, 64),
                false => keyboard.note_off(tick, 0, 60),
            }
        }
        let mut notes = Vec::new();
        let unreleased = keyboard.into_notes(1000, &mut notes, &mut Vec::new());
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
        let mut keyboard = NotePairing::default();
        keyboard.note_on(0, 0, 60, 64);
        keyboard.note_on(1, 0, 60, 64);
        keyboard.note_on(2, 1, 60, 64);
        keyboard.all_notes_off(9, 0);
        keyboard.note_off(20, 1, 60);
        let mut notes = Vec::new();
        assert_eq!(keyboard.into_notes(1000, &mut notes, &mut Vec::new()), 0);
        assert_eq!(notes.iter().map(Note::end).collect::<Vec<_>>(), [9, 9, 20]);
    }
}
