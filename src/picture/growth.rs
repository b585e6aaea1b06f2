//! Draws how the music develops during training: a grid of piano rolls.

use super::Format;
use super::canvas::{Alignment, Canvas, Colour};
use super::format::{Drawing, render};
use super::panel::{Panel, draw_legend};
use crate::roll::{KEYS, Keys, LOWEST_PITCH, Roll};
use plotters_backend::DrawingBackend;
use std::ops::Range;

/// The most rolls that are shown.
pub const MOST_PANELS: usize = 24;

/// The width of a row of rolls, including the gaps.
const ROOM: f64 = 1602.0;

/// The gap between two columns.
const BETWEEN: f64 = 22.0;

/// The gap between two rows, with the caption in it.
const ABOVE: f64 = 34.0;

/// The width of the keyboard at the left of each row.
const KEYBOARD: f64 = 16.0;

const LEFT: f64 = 44.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 52.0;
const BOTTOM: f64 = 24.0;

/// The least width, so that the heading fits.
const NARROWEST: f64 = 560.0;

/// Draws rolls in a grid, each given with the epoch after which it was composed. Time goes to the
/// right and keys go upward; all rolls have the same keys and the same length of time. Of more than
/// [`MOST_PANELS`] rolls, an even selection is shown, including the first and the last.
pub fn growth(rolls: &[(u64, Roll)], format: Format) -> Vec<u8> {
    let chosen = chosen(rolls.len()).map(|index| &rolls[index]).collect();
    render(&Grid { chosen }, format)
}

/// The indices of the rolls that are shown, of `count` rolls.
fn chosen(count: usize) -> impl Iterator<Item = usize> {
    let shown = count.min(MOST_PANELS);
    let steps = shown.saturating_sub(1).max(1);
    (0..shown).map(move |index| (index * (count - 1) + steps / 2) / steps)
}

struct Grid<'a> {
    chosen: Vec<&'a (u64, Roll)>,
}

impl Grid<'_> {
    fn columns(&self) -> usize {
        match self.chosen.len() {
            0 => 1,
            few @ 1..=3 => few,
            4..=9 => 3,
            _ => 4,
        }
    }

    /// The panel of one roll.
    fn panel(&self, index: usize) -> Panel {
        let columns = self.columns();
        let steps = self.chosen.iter().map(|(_, roll)| roll.len()).max().unwrap_or(0).max(1);
        let room = (ROOM - BETWEEN * (columns - 1) as f64) / columns as f64 / steps as f64;
        // A whole number of units, so that all steps are equally wide.
        let step = if room >= 1.0 { room.round().min(8.0) } else { room };
        let key = step.floor().clamp(3.0, 6.0);
        let (left, top, steps) = (LEFT, TOP + ABOVE, 0..steps);
        let mut panel = Panel { left, top, step, key, steps, keys: self.keys() };
        let (width, height) = (panel.right() - panel.left, panel.bottom() - panel.top);
        panel.left += (index % columns) as f64 * (width + BETWEEN);
        panel.top += (index / columns) as f64 * (height + ABOVE);
        panel
    }

    /// The range of keys, in whole octaves from C to C, that contains all of the music.
    fn keys(&self) -> Range<usize> {
        let steps = self.chosen.iter().flat_map(|(_, roll)| roll.steps());
        let all = steps.fold(Keys::NONE, |all, step| all.or(step.play));
        // For silence, two octaves on either side of middle C.
        let (lowest, highest) = all.lowest().zip(all.highest()).unwrap_or((15, 63));
        let above_c = |key: usize| (key + usize::from(LOWEST_PITCH)) % 12;
        let lowest = lowest.saturating_sub(above_c(lowest));
        let highest = highest + (12 - above_c(highest)) % 12;
        lowest..(highest + 1).min(KEYS)
    }
}

impl Drawing for Grid<'_> {
    fn size(&self) -> (u32, u32) {
        let (right, bottom) = match self.chosen.len() {
            0 => (0.0, TOP),
            count => (self.panel(self.columns() - 1).right(), self.panel(count - 1).bottom()),
        };
        ((right + RIGHT).ceil().max(NARROWEST) as u32, (bottom + BOTTOM) as u32)
    }

    fn subunits(&self) -> u32 {
        1
    }

    fn draw<B: DrawingBackend>(&self, canvas: &mut Canvas<B>) {
        let edge = f64::from(self.size().0) - RIGHT;
        let title = "What the network composes as it learns";
        canvas.text(title, (LEFT, 34.0), 19.0, Alignment::Left, Colour::TEXT);
        draw_legend(canvas, edge, 34.0);
        // A composition in which nothing sounds loses its metre when it is written to a file. It
        // gets the bar lines of the longest one.
        let longest = self.chosen.iter().map(|(_, roll)| roll).max_by_key(|roll| roll.len());
        for (index, (epoch, roll)) in self.chosen.iter().enumerate() {
            let panel = self.panel(index);
            let like = if roll.is_empty() { longest.unwrap_or(roll) } else { roll };
            let measure = |at: &usize| like.place(*at).in_measure == 0;
            let measures: Vec<_> = panel.steps.clone().filter(measure).collect();
            panel.draw(canvas, &roll.notes(), &measures);
            let caption = (panel.left, panel.top - 8.0);
            canvas.text(&format!("epoch {epoch}"), caption, 13.0, Alignment::Left, Colour::TEXT);
            if index % self.columns() == 0 {
                panel.keyboard(canvas, KEYBOARD);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_even_choice_has_the_first_and_the_last() {
        assert!(chosen(0).next().is_none());
        assert!(chosen(1).eq([0]));
        assert!(chosen(24).eq(0..24));
        let many: Vec<_> = chosen(50).collect();
        assert_eq!((many.len(), many[0], many[23]), (24, 0, 49));
        assert!(many.windows(2).all(|pair| (2..=3).contains(&(pair[1] - pair[0]))), "{many:?}");
    }
}
