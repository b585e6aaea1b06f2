//! Draws the comparison of generated with real music: a panel for each statistic.

use super::Format;
use super::axis::Axis;
use super::canvas::{Alignment, Canvas, Colour};
use super::format::{Drawing, render};
use crate::statistic::{Comparison, Distribution, SetFigure, density};
use plotters_backend::DrawingBackend;

/// The density of real music, and the range of nine in ten real passages.
const REAL: Colour = Colour(178, 208, 231);
/// The edge of that density.
const REAL_EDGE: Colour = Colour(0, 114, 178);
/// Generated music. [`Colour`] tells why these colours were chosen.
const GENERATED: Colour = Colour(213, 94, 0);

const COLUMNS: usize = 3;
const WIDTH: f64 = 960.0;
const LEFT: f64 = 24.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 78.0;
const BOTTOM: f64 = 20.0;
/// The gap between two columns.
const BETWEEN: f64 = 28.0;
/// The height of a panel with its text.
const PANEL: f64 = 178.0;
/// The height of the text above a density.
const HEAD: f64 = 40.0;
/// The height of a density.
const HEIGHT: f64 = 84.0;
/// The height of the rug plot below a density, which marks the passages one by one.
const RUG: f64 = 13.0;

/// The most marks of a rug plot. With more it would be a solid bar.
const MOST_MARKS: usize = 400;

/// Draws, for every statistic, the kernel density estimates of real and of generated passages on
/// one scale, so that the area under both is their overlap. Below them is the range in which nine
/// in ten real passages lie, with a mark for each generated passage (or for an even selection, if
/// there are very many).
pub fn comparison(comparison: &Comparison, title: &str, format: Format) -> Vec<u8> {
    render(&Picture { comparison, title }, format)
}

struct Picture<'a> {
    comparison: &'a Comparison,
    title: &'a str,
}

impl Drawing for Picture<'_> {
    fn size(&self) -> (u32, u32) {
        let rows = self.comparison.set.statistics.len().div_ceil(COLUMNS) as f64;
        (WIDTH as u32, (TOP + rows * PANEL + BOTTOM) as u32)
    }

    fn subunits(&self) -> u32 {
        4
    }

    fn draw<B: DrawingBackend>(&self, canvas: &mut Canvas<B>) {
        let title = canvas.fitted(self.title, 19.0, WIDTH - LEFT - RIGHT);
        canvas.text(&title, (LEFT, 34.0), 19.0, Alignment::Left, Colour::TEXT);
        self.draw_legend(canvas);
        let width = (WIDTH - LEFT - RIGHT - BETWEEN * (COLUMNS - 1) as f64) / COLUMNS as f64;
        for (index, figure) in self.comparison.set.statistics.iter().enumerate() {
            let left = LEFT + (index % COLUMNS) as f64 * (width + BETWEEN);
            let top = TOP + (index / COLUMNS) as f64 * PANEL;
            Panel { figure, left, top, width }.draw(canvas);
        }
    }
}

impl Picture<'_> {
    /// Draws the length of the passages and the legend.
    fn draw_legend<B: DrawingBackend>(&self, canvas: &mut Canvas<B>) {
        let (em, baseline) = (12.0, 58.0);
        let set = &self.comparison.set;
        let words = format!("passages of {} steps", set.passage);
        canvas.text(&words, (LEFT, baseline), em, Alignment::Left, Colour::FAINT_TEXT);
        let mut x = WIDTH - RIGHT;
        let entries = [
            (format!("real ({}), 5 to 95 % below", set.real_passages), REAL_EDGE),
            (format!("generated ({})", set.generated_passages), GENERATED),
        ];
        for (words, colour) in entries {
            x -= canvas.width(&words, em);
            canvas.text(&words, (x, baseline), em, Alignment::Left, Colour::TEXT);
            let (from, to, middle) = (x - 30.0, x - 7.0, baseline - 4.5);
            if colour == REAL_EDGE {
                canvas.rectangle(from, middle - 5.0, to, middle + 5.0, REAL);
            }
            canvas.rectangle(from, middle - 1.25, to, middle + 1.25, colour);
            x -= 30.0 + 18.0;
        }
    }
}

/// The panel of one statistic.
struct Panel<'a> {
    figure: &'a SetFigure,
    left: f64,
    top: f64,
    width: f64,
}

impl Panel<'_> {
    fn foot(&self) -> f64 {
        self.top + HEAD + HEIGHT
    }

    fn draw<B: DrawingBackend>(&self, canvas: &mut Canvas<B>) {
        let SetFigure { statistic, generated_values, real_values, .. } = self.figure;
        let at = (self.left, self.top + 12.0);
        canvas.text(statistic.in_words(), at, 13.0, Alignment::Left, Colour::TEXT);
        let words = canvas.fitted(&self.words(), 11.0, self.width);
        let at = (self.left, self.top + 28.0);
        canvas.text(&words, at, 11.0, Alignment::Left, Colour::FAINT_TEXT);
        let axis = self.axis();
        let real = density(real_values, axis.range);
        let generated = density(generated_values, axis.range);
        let highest = real.iter().chain(&generated).flatten().copied().fold(0.0, f64::max);
        if let Some(real) = real {
            let edge = self.edge(&real, highest);
            let mut area = vec![(self.left, self.foot())];
            area.extend(&edge);
            area.push((self.left + self.width, self.foot()));
            canvas.area(&area, REAL);
            canvas.line(&edge, 1.25, REAL_EDGE);
        }
        if let Some(generated) = generated {
            canvas.line(&self.edge(&generated, highest), 2.0, GENERATED);
        }
        canvas.horizontal_line(
            self.foot() - 0.5,
            self.left,
            self.left + self.width,
            1.0,
            Colour::LINE,
        );
        self.draw_rug(canvas, &axis);
        let bottom = self.foot() + RUG;
        for tick in axis.ticks(44.0, 7) {
            canvas.vertical_line(tick.place - 0.5, bottom, bottom + 4.0, 1.0, Colour::LINE);
            let place = (tick.place, bottom + 16.0);
            canvas.text(&tick.label, place, 11.0, Alignment::Middle, Colour::FAINT_TEXT);
        }
        canvas.horizontal_line(
            bottom - 0.5,
            self.left,
            self.left + self.width,
            1.0,
            Colour::FAINT_LINE,
        );
    }

    /// The caption: how many pieces lie inside the range, and how much the densities overlap.
    fn words(&self) -> String {
        let SetFigure { inside, of, overlap, .. } = self.figure;
        let mut words = format!("{inside} of {of} inside");
        let Some(overlap) = overlap else { return words };
        words += &format!(", overlap {overlap:.2}");
        if let Some(least) = self.figure.real_vs_real.and_then(|of| of.least_overlap) {
            words += &format!(" (real with real ≥ {least:.2})");
        }
        words
    }

    /// The axis from the least to the greatest value, with a margin. Negative values, which no
    /// statistic has, are hardly shown.
    fn axis(&self) -> Axis {
        let ends = |values: &Distribution| {
            let values = values.values();
            values.first().copied().zip(values.last().copied())
        };
        let SetFigure { generated_values, real_values, .. } = self.figure;
        // A few outliers among the real passages must not take up most of the axis.
        let real = real_values.quantile(0.002).zip(real_values.quantile(0.998));
        let (low, high) = match (real, ends(generated_values)) {
            (Some(a), Some(b)) => (a.0.min(b.0), a.1.max(b.1)),
            (Some(only), None) | (None, Some(only)) => only,
            (None, None) => (0.0, 1.0),
        };
        let room = if high > low { 0.06 * (high - low) } else { 0.5 * high.abs().max(1.0) };
        Axis {
            range: ((low - room).max(-0.02 * (high + room)), high + room),
            places: (self.left, self.left + self.width),
            logarithmic: false,
            whole: false,
        }
    }

    /// The upper edge of a density as points.
    fn edge(&self, masses: &[f64], highest: f64) -> Vec<(f64, f64)> {
        let cell = self.width / masses.len() as f64;
        let point = |(index, mass): (usize, &f64)| {
            let x = self.left + (index as f64 + 0.5) * cell;
            (x, self.foot() - mass / highest * HEIGHT)
        };
        masses.iter().enumerate().map(point).collect()
    }

    /// Draws the range of the real passages, and a mark for each generated one.
    fn draw_rug<B: DrawingBackend>(&self, canvas: &mut Canvas<B>, axis: &Axis) {
        let place = |value: f64| axis.place(value).clamp(self.left, self.left + self.width);
        let (top, bottom) = (self.foot() + 2.0, self.foot() + RUG - 1.0);
        if let Some((low, high)) = self.figure.real_values.range() {
            canvas.rectangle(place(low), top, place(high), bottom, REAL);
        }
        let values = self.figure.generated_values.values();
        let every = values.len().div_ceil(MOST_MARKS).max(1);
        for &value in values.iter().step_by(every) {
            let x = place(value);
            canvas.vertical_line(x - 0.75, top, bottom, 1.5, GENERATED);
        }
    }
}
