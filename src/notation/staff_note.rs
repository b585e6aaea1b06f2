//! A note of the piece with its place on the page.

use super::spelling::{letter, octave};

/// A note with its spelling, staff and voice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StaffNote {
    /// MIDI pitch.
    pub pitch: u8,
    /// The time at which it begins.
    pub start: usize,
    /// The time at which it ends. A grace note ends where it begins.
    pub end: usize,
    /// Its spelling: its place on the line of fifths.
    pub fifths: i8,
    /// 0 for the upper staff.
    pub staff: usize,
    /// 0 for the first voice of its staff.
    pub voice: usize,
}

impl StaffNote {
    /// Its staff position (line or space): letters counted up from C0.
    pub fn position(&self) -> i32 {
        7 * octave(self.pitch, self.fifths) + letter(self.fifths) as i32
    }
}

/// A grace note before another note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Grace {
    /// The index of the note that it leads to.
    pub main: usize,
    /// How many grace notes come between it and that note.
    pub order: usize,
    /// The index of the grace note itself.
    pub note: usize,
}
