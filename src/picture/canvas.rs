//! The canvas on which pictures are drawn, and its colours.

use super::text::{self, TextStyle};
use ab_glyph::FontRef;
use plotters_backend::text_anchor::HPos;
use plotters_backend::{BackendColor, BackendStyle, DrawingBackend};

/// An opaque colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Colour(pub u8, pub u8, pub u8);

/// The palette. Blue and vermilion are from the palette of Okabe and Ito, which is safe for
/// colour-blind readers. Colours that must be told apart also differ in brightness.
impl Colour {
    pub const WHITE: Colour = Colour(255, 255, 255);
    /// Titles and main text.
    pub const TEXT: Colour = Colour(34, 40, 49);
    /// Captions and labels.
    pub const FAINT_TEXT: Colour = Colour(98, 106, 117);
    /// Frames and bar lines.
    pub const LINE: Colour = Colour(190, 196, 204);
    /// Grid lines.
    pub const FAINT_LINE: Colour = Colour(226, 229, 234);
    /// The rows of black keys.
    pub const SHADE: Colour = Colour(246, 247, 249);
    /// The black keys of a keyboard.
    pub const BLACK_KEY: Colour = Colour(74, 81, 92);
    /// The step at which a key is struck.
    pub const STRUCK: Colour = Colour(0, 69, 116);
    /// The steps through which it is held.
    pub const HELD: Colour = Colour(116, 176, 220);
    /// The training loss of every epoch.
    pub const TRAINING: Colour = Colour(178, 208, 231);
    /// The running mean of the training loss.
    pub const TRAINING_MEAN: Colour = Colour(0, 114, 178);
    /// The validation loss.
    pub const VALIDATION: Colour = Colour(213, 94, 0);
}

impl BackendStyle for Colour {
    fn color(&self) -> BackendColor {
        BackendColor { alpha: 1.0, rgb: (self.0, self.1, self.2) }
    }
}

/// A colour and the width of a line in subunits.
struct Stroke(Colour, u32);

impl BackendStyle for Stroke {
    fn color(&self) -> BackendColor {
        self.0.color()
    }

    fn stroke_width(&self) -> u32 {
        self.1
    }
}

/// The horizontal alignment of a text: which part of it stands at its position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Alignment {
    Left,
    Middle,
    Right,
}

/// A canvas. Its units count to the right and downward. Anything beyond its edges is clipped.
pub(super) struct Canvas<'a, B> {
    backend: &'a mut B,
    subunits: f64,
    font: FontRef<'static>,
}

/// Why drawing cannot fail.
const IN_MEMORY: &str = "drawing in memory cannot fail";

impl<'a, B: DrawingBackend> Canvas<'a, B> {
    pub fn new(backend: &'a mut B, subunits: u32) -> Canvas<'a, B> {
        let (width, height) = backend.get_size();
        let subunits = f64::from(subunits);
        let mut canvas = Canvas { backend, subunits, font: text::font() };
        let (right, bottom) = (f64::from(width) / subunits, f64::from(height) / subunits);
        canvas.rectangle(0.0, 0.0, right, bottom, Colour::WHITE);
        canvas
    }

    fn to_subunits(&self, length: f64) -> i32 {
        (length * self.subunits).round() as i32
    }

    /// A filled rectangle between two corners. It is at least as wide and as high as the canvas can
    /// show.
    pub fn rectangle(&mut self, left: f64, top: f64, right: f64, bottom: f64, colour: Colour) {
        let (left, top) = (self.to_subunits(left), self.to_subunits(top));
        let (right, bottom) =
            (self.to_subunits(right).max(left + 1), self.to_subunits(bottom).max(top + 1));
        self.backend.draw_rect((left, top), (right, bottom), &colour, true).expect(IN_MEMORY);
    }

    /// A vertical line with its left edge at `x`.
    pub fn vertical_line(&mut self, x: f64, top: f64, bottom: f64, width: f64, colour: Colour) {
        self.rectangle(x, top, x + width, bottom, colour);
    }

    /// A horizontal line with its upper edge at `y`.
    pub fn horizontal_line(&mut self, y: f64, left: f64, right: f64, width: f64, colour: Colour) {
        self.rectangle(left, y, right, y + width, colour);
    }

    /// A frame around a rectangle, one unit wide.
    pub fn frame(&mut self, left: f64, top: f64, right: f64, bottom: f64, colour: Colour) {
        self.horizontal_line(top - 1.0, left - 1.0, right + 1.0, 1.0, colour);
        self.horizontal_line(bottom, left - 1.0, right + 1.0, 1.0, colour);
        self.vertical_line(left - 1.0, top - 1.0, bottom + 1.0, 1.0, colour);
        self.vertical_line(right, top - 1.0, bottom + 1.0, 1.0, colour);
    }

    /// A line through points. A single point gives no line.
    pub fn line(&mut self, points: &[(f64, f64)], width: f64, colour: Colour) {
        let mut fine: Vec<_> =
            points.iter().map(|&(x, y)| (self.to_subunits(x), self.to_subunits(y))).collect();
        fine.dedup();
        if fine.len() > 1 {
            let stroke = Stroke(colour, self.to_subunits(width).max(1) as u32);
            self.backend.draw_path(fine, &stroke).expect(IN_MEMORY);
        }
    }

    /// A filled polygon whose edge does not cross itself.
    pub fn area(&mut self, edge: &[(f64, f64)], colour: Colour) {
        let mut fine: Vec<_> =
            edge.iter().map(|&(x, y)| (self.to_subunits(x), self.to_subunits(y))).collect();
        fine.dedup();
        self.backend.fill_polygon(fine, &colour).expect(IN_MEMORY);
    }

    /// A filled circle.
    pub fn dot(&mut self, (x, y): (f64, f64), radius: f64, colour: Colour) {
        let (centre, radius) =
            ((self.to_subunits(x), self.to_subunits(y)), self.to_subunits(radius).max(1) as u32);
        self.backend.draw_circle(centre, radius, &colour, true).expect(IN_MEMORY);
    }

    /// A line of text on a baseline. Its em has `em` units. What cannot be shown is replaced.
    pub fn text(
        &mut self,
        text: &str,
        (x, baseline): (f64, f64),
        em: f64,
        alignment: Alignment,
        colour: Colour,
    ) {
        let text = text::printable(text);
        let alignment = match alignment {
            Alignment::Left => HPos::Left,
            Alignment::Middle => HPos::Center,
            Alignment::Right => HPos::Right,
        };
        let em = em * self.subunits;
        let style = TextStyle { font: &self.font, em, colour: colour.color(), alignment };
        let below = style.below_baseline().round() as i32;
        let place = (self.to_subunits(x), self.to_subunits(baseline) + below);
        self.backend.draw_text(&text, &style, place).expect(IN_MEMORY);
    }

    /// The width of a text.
    pub fn width(&self, text: &str, em: f64) -> f64 {
        text::width(&self.font, text, em)
    }

    /// A text, shortened with an ellipsis if it is wider than `width`.
    pub fn fitted(&self, text: &str, em: f64, width: f64) -> String {
        if self.width(text, em) <= width {
            return text.to_owned();
        }
        let mut letters: Vec<char> = text.chars().collect();
        loop {
            letters.pop();
            let shorter: String = letters.iter().chain(&['…']).collect();
            if letters.is_empty() || self.width(&shorter, em) <= width {
                return shorter;
            }
        }
    }
}
