//! A piano roll.

use super::Format;
use super::format::{Drawing, render};
use super::panel::{Panel, explain, readable};
use super::sheet::{Ink, Sheet, Side};
use crate::roll::{KEYS, Roll};
use plotters_backend::DrawingBackend;

/// The widest that the music may become, in units; longer pieces have narrower steps.
const WIDEST: f64 = 1600.0;

/// How wide a step of a short piece is.
const STEP: f64 = 8.0;

/// How high a key is.
const KEY: f64 = 6.0;

/// The room around the music.
const LEFT: f64 = 44.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 56.0;
const BOTTOM: f64 = 36.0;

/// The least room that a heading needs.
const NARROWEST: f64 = 400.0;

/// A piano roll of the whole keyboard below a title: time to the right, keys upward. A note is
/// dark where it is struck and light where it is held; upright lines are bar lines, level ones lie
/// below each C.
pub fn roll(roll: &Roll, title: &str, format: Format) -> Vec<u8> {
    render(&Picture { roll, title }, format)
}

struct Picture<'a> {
    roll: &'a Roll,
    title: &'a str,
}

impl Picture<'_> {
    fn panel(&self) -> Panel {
        let steps = self.roll.len().max(1);
        let step = match WIDEST / steps as f64 {
            // Whole units, so that all steps are equally wide.
            room if room >= 1.0 => room.floor().min(STEP),
            room => room,
        };
        Panel { left: LEFT, top: TOP, step, key: KEY, steps, keys: 0..KEYS }
    }
}

impl Drawing for Picture<'_> {
    fn size(&self) -> (u32, u32) {
        let panel = self.panel();
        let width = (panel.right() - LEFT).max(NARROWEST) + LEFT + RIGHT;
        (width.ceil() as u32, (panel.bottom() + BOTTOM) as u32)
    }

    fn fineness(&self) -> u32 {
        1
    }

    fn draw<B: DrawingBackend>(&self, sheet: &mut Sheet<B>) {
        let panel = self.panel();
        let edge = f64::from(self.size().0) - RIGHT;
        let title = sheet.fitted(self.title, 19.0, edge - LEFT - 160.0);
        sheet.text(&title, (LEFT, TOP - 22.0), 19.0, Side::Left, Ink::TEXT);
        explain(sheet, edge, TOP - 22.0);
        for (key, octave) in panel.octaves() {
            let place = (LEFT - 8.0, panel.y(key) + KEY / 2.0 + 4.0);
            sheet.text(&format!("C{octave}"), place, 11.0, Side::Right, Ink::FAINT_TEXT);
        }
        let measures = self.roll.measures();
        panel.draw(sheet, self.roll, &measures);
        let every = readable(measures.len(), panel.right() - LEFT, 36.0);
        for (index, &measure) in measures.iter().enumerate().step_by(every) {
            let place = (panel.x(measure), panel.bottom() + 18.0);
            sheet.text(&(index + 1).to_string(), place, 11.0, Side::Left, Ink::FAINT_TEXT);
        }
        let place = (LEFT - 8.0, panel.bottom() + 18.0);
        sheet.text("bar", place, 11.0, Side::Right, Ink::FAINT_TEXT);
    }
}
