//! A note of the roll with its place on the page.

use super::spelling::{letter, octave};

/// A note of the roll with its spelling, staff and voice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StaffNote {
    /// MIDI pitch.
    pub pitch: u8,
    /// Its first step.
    pub start: usize,
    /// The first step after it.
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
