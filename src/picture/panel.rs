//! A panel with a piano roll: time goes to the right, keys go upward.

use super::canvas::{Alignment, Canvas, Colour};
use crate::roll::{KEYS, LOWEST_PITCH, RollNote};
use plotters_backend::DrawingBackend;
use std::ops::Range;

/// The position and the scale of a roll on a canvas.
pub(super) struct Panel {
    /// The left edge of the music. The keyboard lies to the left of it.
    pub left: f64,
    pub top: f64,
    /// The width of a step.
    pub step: f64,
    /// The height of a key.
    pub key: f64,
    /// The steps that are shown. The last may lie beyond the end of the roll.
    pub steps: Range<usize>,
    /// The keys that are shown.
    pub keys: Range<usize>,
}

impl Panel {
    pub fn right(&self) -> f64 {
        self.x(self.steps.end)
    }

    pub fn bottom(&self) -> f64 {
        self.top + self.keys.len() as f64 * self.key
    }

    /// The left edge of a step that is shown, or of the step after the last one.
    pub fn x(&self, step: usize) -> f64 {
        self.left + (step - self.steps.start) as f64 * self.step
    }

    /// The upper edge of the row of a key.
    pub fn y(&self, key: usize) -> f64 {
        self.top + (self.keys.end - 1 - key) as f64 * self.key
    }

    /// The Cs among the keys, with their octave numbers. Middle C is C4.
    pub fn octaves(&self) -> impl Iterator<Item = (usize, usize)> {
        let pitches = self.keys.clone().map(|key| (key, key + usize::from(LOWEST_PITCH)));
        pitches.filter(|(_, pitch)| pitch % 12 == 0).map(|(key, pitch)| (key, pitch / 12 - 1))
    }

    /// Draws the frame, the bar lines at `measures`, and the notes of a roll.
    pub fn draw<B: DrawingBackend>(
        &self,
        canvas: &mut Canvas<B>,
        notes: &[RollNote],
        measures: &[usize],
    ) {
        let (right, bottom) = (self.right(), self.bottom());
        if self.key >= 3.0 {
            for key in self.keys.clone().filter(|&key| is_black(key)) {
                let top = self.y(key);
                canvas.rectangle(self.left, top, right, top + self.key, Colour::SHADE);
            }
        }
        for (key, _) in self.octaves().filter(|&(key, _)| key > self.keys.start) {
            canvas.horizontal_line(
                self.y(key) + self.key - 1.0,
                self.left,
                right,
                1.0,
                Colour::FAINT_LINE,
            );
        }
        // If measures are only a few pixels wide, all of their bar lines would hide the music.
        let shown: Vec<usize> =
            measures.iter().copied().filter(|step| self.steps.contains(step)).collect();
        let every = display_stride(shown.len(), right - self.left, 12.0);
        for &measure in shown.iter().step_by(every).filter(|&&step| step > self.steps.start) {
            canvas.vertical_line(self.x(measure) - 1.0, self.top, bottom, 1.0, Colour::LINE);
        }
        // A gap above each note separates neighbouring keys.
        let gap = if self.key >= 3.0 { 1.0 } else { 0.0 };
        let is_shown = |note: &&RollNote| {
            let in_time = note.start < self.steps.end && note.end > self.steps.start;
            in_time && self.keys.contains(&note.key)
        };
        for note in notes.iter().filter(is_shown) {
            let (top, low) = (self.y(note.key) + gap, self.y(note.key) + self.key);
            let end = note.end.min(self.steps.end);
            let held = (note.start + 1).max(self.steps.start);
            if end > held {
                canvas.rectangle(self.x(held), top, self.x(end), low, Colour::HELD);
            }
            // The onset is drawn last, so that it is visible even if steps are narrower than a
            // pixel.
            if note.start >= self.steps.start {
                let struck = self.x(note.start + 1);
                canvas.rectangle(self.x(note.start), top, struck, low, Colour::STRUCK);
            }
        }
        canvas.frame(self.left, self.top, right, bottom, Colour::LINE);
    }

    /// Draws a keyboard of the given width at the left of the frame, and the names of the Cs beside
    /// it.
    pub fn keyboard<B: DrawingBackend>(&self, canvas: &mut Canvas<B>, width: f64) {
        let (left, right) = (self.left - width, self.left - 1.0);
        for key in self.keys.clone().filter(|&key| is_black(key)) {
            let top = self.y(key);
            canvas.rectangle(
                left,
                top,
                (left + 0.62 * width).round(),
                top + self.key,
                Colour::BLACK_KEY,
            );
        }
        // White keys meet below each C and each F, and in the middle of each black key.
        for key in self.keys.clone().skip(1) {
            let (y, half) = (self.y(key) + self.key - 1.0, (self.key / 2.0).floor());
            match is_black(key) {
                true => canvas.horizontal_line(
                    y - half,
                    (left + 0.62 * width).round(),
                    right,
                    1.0,
                    Colour::LINE,
                ),
                false if !is_black(key - 1) => {
                    canvas.horizontal_line(y, left, right, 1.0, Colour::LINE)
                }
                false => {}
            }
        }
        canvas.frame(left, self.top, right, self.bottom(), Colour::LINE);
        let em = (2.5 * self.key).clamp(9.0, 11.0);
        for (key, octave) in self.octaves() {
            // In the middle of its key, but not beyond the edge of the panel.
            let baseline = (self.y(key) + self.key / 2.0 + 0.36 * em).min(self.bottom());
            let baseline = baseline.max(self.top + 0.73 * em);
            let place = (left - 5.0, baseline);
            canvas.text(&format!("C{octave}"), place, em, Alignment::Right, Colour::FAINT_TEXT);
        }
    }
}

/// The stride with which to show `count` things over a `length`, so that they stand at least
/// `apart` from each other. It is a power of two.
pub(super) fn display_stride(count: usize, length: f64, apart: f64) -> usize {
    let mut every = 1;
    while every < count && length * every as f64 / (count as f64) < apart {
        every *= 2;
    }
    every
}

fn is_black(key: usize) -> bool {
    debug_assert!(key < KEYS);
    matches!((key + usize::from(LOWEST_PITCH)) % 12, 1 | 3 | 6 | 8 | 10)
}

/// Draws the legend for the two colours. Its right end stands at `right` on the baseline.
pub(super) fn draw_legend<B: DrawingBackend>(canvas: &mut Canvas<B>, right: f64, baseline: f64) {
    let (em, square) = (12.0, 9.0);
    let mut x = right;
    for (word, colour) in [("held", Colour::HELD), ("struck", Colour::STRUCK)] {
        x -= canvas.width(word, em).round();
        canvas.text(word, (x, baseline), em, Alignment::Left, Colour::FAINT_TEXT);
        x -= square + 5.0;
        canvas.rectangle(x, baseline - square, x + square, baseline, colour);
        x -= 16.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_c_is_the_fourth() {
        let panel = Panel { left: 0.0, top: 0.0, step: 1.0, key: 1.0, steps: 0..1, keys: 0..KEYS };
        assert!(panel.octaves().eq([3, 15, 27, 39, 51, 63, 75, 87].into_iter().zip(1..)));
        assert!(!is_black(39) && is_black(40), "C, then C sharp");
    }

    #[test]
    fn what_would_stand_too_close_is_thinned_out_by_halves() {
        assert_eq!(display_stride(8, 1024.0, 30.0), 1);
        assert_eq!(display_stride(100, 1000.0, 30.0), 4);
        assert_eq!(display_stride(0, 0.0, 30.0), 1);
    }
}
