//! Draws the results of a listening test: a row for each piece or group, with its mean rating and
//! the share of listeners who took it for human music.

use super::Format;
use super::axis::Axis;
use super::canvas::{Alignment, Canvas, Colour};
use super::format::{Drawing, render};
use plotters_backend::DrawingBackend;

/// An estimate with its confidence interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The estimate.
    pub value: f64,
    /// The ends of the 95 % confidence interval, if it is known.
    pub interval: Option<[f64; 2]>,
}

/// A row of the picture.
#[derive(Debug, Clone, PartialEq)]
pub struct RatingRow {
    /// What was rated.
    pub name: String,
    /// Whether it is real music.
    pub real: bool,
    /// The mean rating, 1 to 10.
    pub rating: Option<Estimate>,
    /// The share of listeners who thought that a human could have composed it, 0 to 1.
    pub believed: Option<Estimate>,
}

/// Rows in groups, each under its heading.
#[derive(Debug, Clone, PartialEq)]
pub struct Ratings {
    /// The title of the picture.
    pub title: String,
    /// The groups, each a heading and its rows.
    pub groups: Vec<(String, Vec<RatingRow>)>,
}

const REAL: Colour = Colour(0, 114, 178);
const GENERATED: Colour = Colour(213, 94, 0);

const WIDTH: f64 = 960.0;
const LEFT: f64 = 24.0;
const RIGHT: f64 = 40.0;
/// The width of the names of the rows.
const NAMES: f64 = 330.0;
/// The gap between the two axes.
const BETWEEN: f64 = 44.0;
const TOP: f64 = 92.0;
const ROW: f64 = 22.0;
const HEADING: f64 = 30.0;
const BOTTOM: f64 = 40.0;

/// Draws dots for the estimates and bars for their confidence intervals. Real music is blue,
/// generated music is vermilion.
pub fn ratings(ratings: &Ratings, format: Format) -> Vec<u8> {
    render(&Picture(ratings), format)
}

struct Picture<'a>(&'a Ratings);

impl Picture<'_> {
    fn foot(&self) -> f64 {
        let rows = |(_, rows): &(String, Vec<RatingRow>)| HEADING + rows.len() as f64 * ROW;
        TOP + self.0.groups.iter().map(rows).sum::<f64>() + 6.0
    }

    /// The axes of ratings and of shares.
    fn axes() -> [Axis; 2] {
        let width = (WIDTH - LEFT - NAMES - BETWEEN - RIGHT) / 2.0;
        let axis = |index: usize, range: (f64, f64)| {
            let left = LEFT + NAMES + index as f64 * (width + BETWEEN);
            Axis { range, places: (left, left + width), logarithmic: false, whole: false }
        };
        [axis(0, (1.0, 10.0)), axis(1, (0.0, 100.0))]
    }
}

impl Drawing for Picture<'_> {
    fn size(&self) -> (u32, u32) {
        (WIDTH as u32, (self.foot() + BOTTOM).ceil() as u32)
    }

    fn subunits(&self) -> u32 {
        4
    }

    fn draw<B: DrawingBackend>(&self, canvas: &mut Canvas<B>) {
        let title = canvas.fitted(&self.0.title, 19.0, WIDTH - LEFT - RIGHT);
        canvas.text(&title, (LEFT, 34.0), 19.0, Alignment::Left, Colour::TEXT);
        let legend = "dots: means and shares; bars: 95 % confidence intervals";
        canvas.text(legend, (LEFT, 58.0), 12.0, Alignment::Left, Colour::FAINT_TEXT);
        let axes = Picture::axes();
        for (axis, name) in axes.iter().zip(["rating, 1 to 10", "thought a human's, %"]) {
            canvas.text(
                name,
                (axis.places.0, TOP - 8.0),
                12.0,
                Alignment::Left,
                Colour::FAINT_TEXT,
            );
            for tick in axis.ticks(26.0, 10) {
                canvas.vertical_line(tick.place - 0.5, TOP, self.foot(), 1.0, Colour::FAINT_LINE);
                let place = (tick.place, self.foot() + 16.0);
                canvas.text(&tick.label, place, 11.0, Alignment::Middle, Colour::FAINT_TEXT);
            }
            canvas.horizontal_line(self.foot(), axis.places.0, axis.places.1, 1.0, Colour::LINE);
        }
        let mut y = TOP;
        for (heading, rows) in &self.0.groups {
            let heading = canvas.fitted(heading, 13.0, NAMES - 12.0);
            canvas.text(&heading, (LEFT, y + 20.0), 13.0, Alignment::Left, Colour::TEXT);
            y += HEADING;
            for row in rows {
                let name = canvas.fitted(&row.name, 12.0, NAMES - 24.0);
                canvas.text(&name, (LEFT + 12.0, y + 15.0), 12.0, Alignment::Left, Colour::TEXT);
                let colour = if row.real { REAL } else { GENERATED };
                let figures = [(row.rating, 1.0), (row.believed, 100.0)];
                for (axis, (figure, unit)) in axes.iter().zip(figures) {
                    let Some(Estimate { value, interval }) = figure else { continue };
                    let place =
                        |value: f64| axis.place((unit * value).clamp(axis.range.0, axis.range.1));
                    let middle = y + ROW / 2.0;
                    if let Some([from, to]) = interval {
                        canvas.horizontal_line(middle - 1.0, place(from), place(to), 2.0, colour);
                    }
                    canvas.dot((place(value), middle), 4.5, colour);
                }
                y += ROW;
            }
        }
    }
}
