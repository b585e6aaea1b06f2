//! Draws a piano roll.

use super::Format;
use super::canvas::{Alignment, Canvas, Colour};
use super::format::{Drawing, render};
use super::panel::{Panel, display_stride, draw_legend};
use crate::roll::{KEYS, Roll};
use plotters_backend::DrawingBackend;
use std::ops::Range;

/// The greatest width of the music in a row.
const ROOM: f64 = 1120.0;

/// Widths of a step, each with the most rows that a piece may have to get it. They are whole units,
/// so that all steps are equally wide.
const STEPS: [(f64, usize); 8] =
    [(8.0, 2), (7.0, 3), (6.0, 5), (5.0, 7), (4.0, 8), (3.0, 10), (2.0, 12), (1.0, 12)];

/// The height of a key.
const KEY: f64 = 4.0;

/// The width of the keyboard.
const KEYBOARD: f64 = 24.0;

/// The margins: octave names and keyboard at the left, and bar numbers above each row.
const LEFT: f64 = 56.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 44.0;
const ABOVE: f64 = 30.0;
const BOTTOM: f64 = 24.0;

/// The least width, so that the heading fits.
const NARROWEST: f64 = 400.0;

/// Draws a piano roll of the whole keyboard below a title, at most 1200 units wide. Time goes to
/// the right and keys go upward, in as many rows as are needed to keep it legible. Each row has a
/// keyboard at its left. A note is dark where it is struck and light where it is held. Vertical
/// lines are bar lines with bar numbers, and horizontal lines lie below each C.
pub fn roll(roll: &Roll, title: &str, format: Format) -> Vec<u8> {
    render(&Picture::of(roll, title), format)
}

struct Picture<'a> {
    roll: &'a Roll,
    title: &'a str,
    /// The width of a step.
    step: f64,
    /// The steps of each row.
    rows: Vec<Range<usize>>,
}

impl<'a> Picture<'a> {
    fn of(roll: &'a Roll, title: &'a str) -> Picture<'a> {
        for (step, most) in STEPS {
            let rows = rows(roll, (ROOM / step) as usize);
            if rows.len() <= most {
                return Picture { roll, title, step, rows };
            }
        }
        // For hours of music, steps are narrower than a pixel.
        let (_, most) = STEPS[STEPS.len() - 1];
        let in_row = roll.len().div_ceil(most);
        let cut = |row: usize| row * in_row..((row + 1) * in_row).min(roll.len());
        let rows = (0..roll.len().div_ceil(in_row)).map(cut).collect();
        Picture { roll, title, step: ROOM / in_row as f64, rows }
    }

    fn panel(&self, row: usize) -> Panel {
        let height = KEYS as f64 * KEY + ABOVE;
        let top = TOP + ABOVE + row as f64 * height;
        let steps = self.rows[row].clone();
        Panel { left: LEFT, top, step: self.step, key: KEY, steps, keys: 0..KEYS }
    }

    fn panels(&self) -> impl Iterator<Item = Panel> {
        (0..self.rows.len()).map(|row| self.panel(row))
    }
}

/// Divides a roll into rows of at most `room` steps. Rows consist of whole measures unless a
/// measure is longer than a row.
fn rows(roll: &Roll, room: usize) -> Vec<Range<usize>> {
    let mut rows = Vec::new();
    let mut start = 0;
    let mut ends = roll.measures();
    ends.push(roll.len());
    while start < roll.len() {
        let furthest = start + room;
        let end = ends[..ends.partition_point(|&end| end <= furthest)].last().copied();
        let end = end.filter(|&end| end > start).unwrap_or(furthest).min(roll.len());
        rows.push(start..end);
        start = end;
    }
    if rows.is_empty() {
        // An empty roll has an empty frame.
        rows.push(0..1);
    }
    rows
}

impl Drawing for Picture<'_> {
    fn size(&self) -> (u32, u32) {
        let right = self.panels().map(|panel| panel.right()).fold(0.0, f64::max);
        let bottom = self.panel(self.rows.len() - 1).bottom();
        ((right.max(LEFT + NARROWEST) + RIGHT).ceil() as u32, (bottom + BOTTOM) as u32)
    }

    fn subunits(&self) -> u32 {
        1
    }

    fn draw<B: DrawingBackend>(&self, canvas: &mut Canvas<B>) {
        let edge = f64::from(self.size().0) - RIGHT;
        let baseline = TOP - 10.0;
        let title = canvas.fitted(self.title, 19.0, edge - LEFT - 160.0);
        canvas.text(&title, (LEFT, baseline), 19.0, Alignment::Left, Colour::TEXT);
        draw_legend(canvas, edge, baseline);
        let (notes, measures) = (self.roll.notes(), self.roll.measures());
        for panel in self.panels() {
            panel.draw(canvas, &notes, &measures);
            panel.keyboard(canvas, KEYBOARD);
            let first = measures.partition_point(|&measure| measure < panel.steps.start);
            let shown: Vec<_> = (first..measures.len())
                .take_while(|&index| panel.steps.contains(&measures[index]))
                .collect();
            let every = display_stride(shown.len(), panel.right() - panel.left, 36.0);
            for &index in shown.iter().step_by(every) {
                let place = (panel.x(measures[index]), panel.top - 6.0);
                let number = (index + 1).to_string();
                canvas.text(&number, place, 11.0, Alignment::Left, Colour::FAINT_TEXT);
            }
            let place = (LEFT - KEYBOARD - 5.0, panel.top - 6.0);
            canvas.text("bar", place, 11.0, Alignment::Right, Colour::FAINT_TEXT);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roll::Step;

    #[test]
    fn rows_are_whole_measures_where_measures_are_short_enough() {
        let mut roll = Roll::new("3/4".parse().unwrap());
        (0..100).for_each(|_| roll.push(Step::SILENCE));
        assert_eq!(rows(&roll, 40), [0..36, 36..72, 72..100]);
        assert_eq!(rows(&roll, 10)[..3], [0..10, 10..12, 12..22]);
        assert_eq!(rows(&Roll::new("3/4".parse().unwrap()), 40), vec![0..1]);
    }
}
