//! Draws the loss curves of a training.

use super::Format;
use super::axis::Axis;
use super::canvas::{Alignment, Canvas, Colour};
use super::format::{Drawing, render};
use plotters_backend::DrawingBackend;

/// The loss (negative log-likelihood) by epoch, in nats per step. Epochs ascend. Values that are
/// not finite or not positive are left out.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LossCurves {
    /// The training loss of each epoch.
    pub training: Vec<(u64, f64)>,
    /// The loss on the validation pieces, at the epochs where it was measured.
    pub validation: Vec<(u64, f64)>,
}

/// Draws the loss curves below a title. Epochs go to the right, and nats per step go upward on a
/// logarithmic scale. The training loss is a faint curve of all epochs and a strong curve of their
/// running mean. The validation loss is a curve with points, and the best point is ringed.
pub fn loss(curves: &LossCurves, title: &str, format: Format) -> Vec<u8> {
    let shown = |curve: &[(u64, f64)]| {
        curve.iter().copied().filter(|&(_, nats)| shows(nats)).collect::<Vec<_>>()
    };
    render(
        &Picture {
            title,
            training: &curves.training,
            shown: shown(&curves.training),
            validation: shown(&curves.validation),
        },
        format,
    )
}

/// Whether a logarithmic axis can show a loss.
fn shows(nats: f64) -> bool {
    nats.is_finite() && nats > 0.0
}

const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 600.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 28.0;
const TOP: f64 = 84.0;
const BOTTOM: f64 = 56.0;

/// The width of a bin. Where epochs are dense, a bin shows only their least and greatest loss.
const BIN: f64 = 2.0;

struct Picture<'a> {
    title: &'a str,
    /// The training loss, including values that cannot be shown.
    training: &'a [(u64, f64)],
    /// The training loss that can be shown.
    shown: Vec<(u64, f64)>,
    /// The validation loss that can be shown.
    validation: Vec<(u64, f64)>,
}

impl Drawing for Picture<'_> {
    fn size(&self) -> (u32, u32) {
        (WIDTH as u32, HEIGHT as u32)
    }

    fn subunits(&self) -> u32 {
        4
    }

    fn draw<B: DrawingBackend>(&self, canvas: &mut Canvas<B>) {
        let (epochs, nats) = self.axes();
        let title = canvas.fitted(self.title, 19.0, WIDTH - LEFT - RIGHT);
        canvas.text(&title, (LEFT, 38.0), 19.0, Alignment::Left, Colour::TEXT);
        draw_axes(canvas, &epochs, &nats);
        let at = |&(epoch, loss): &(u64, f64)| (epochs.place(epoch as f64), nats.place(loss));
        let half = half_window(self.shown.len());
        let (raw, strong) = match half {
            0 => (Colour::TRAINING_MEAN, Colour::TRAINING_MEAN),
            _ => (Colour::TRAINING, Colour::TRAINING_MEAN),
        };
        for run in self.training.split(|&(_, loss)| !shows(loss)) {
            let points: Vec<_> = run.iter().map(at).collect();
            match points[..] {
                [] => {}
                [only] => canvas.dot(only, 2.5, raw),
                _ if dense(&points) => band(canvas, &points, raw),
                _ => canvas.line(&points, if half == 0 { 2.0 } else { 1.25 }, raw),
            }
        }
        if half > 0 {
            let mean: Vec<_> = running_mean(&self.shown, half).iter().map(at).collect();
            canvas.line(&thinned(&mean), 2.25, strong);
        }
        let validation: Vec<_> = self.validation.iter().map(at).collect();
        canvas.line(&thinned(&validation), 2.25, Colour::VALIDATION);
        // Points are left out if they would run into each other.
        let room = (WIDTH - LEFT - RIGHT) / validation.len().max(1) as f64;
        if room >= 9.0 {
            validation.iter().for_each(|&point| canvas.dot(point, 3.5, Colour::VALIDATION));
        }
        if let Some(best) = self.best() {
            let place = at(&best);
            for (radius, colour) in
                [(8.0, Colour::VALIDATION), (6.0, Colour::WHITE), (3.5, Colour::VALIDATION)]
            {
                canvas.dot(place, radius, colour);
            }
        }
        self.draw_legend(canvas, half, raw);
    }
}

impl Picture<'_> {
    fn axes(&self) -> (Axis, Axis) {
        let all = || self.shown.iter().chain(&self.validation);
        let last = all().map(|&(epoch, _)| epoch).max().unwrap_or(0).max(1);
        let least = all().map(|&(_, loss)| loss).fold(f64::INFINITY, f64::min);
        let most = all().map(|&(_, loss)| loss).fold(0.0, f64::max);
        // With a margin above and below, so that a single value has a range, too.
        let range = match least <= most {
            true => {
                let room = libm::exp(0.05 * (libm::log(most) - libm::log(least))).max(1.02);
                ((least / room).max(f64::MIN_POSITIVE), (most * room).min(f64::MAX))
            }
            false => (1.0, 20.0),
        };
        let epochs = Axis {
            range: (0.0, last as f64),
            places: (LEFT, WIDTH - RIGHT),
            logarithmic: false,
            whole: true,
        };
        let places = (HEIGHT - BOTTOM, TOP);
        (epochs, Axis { range, places, logarithmic: true, whole: false })
    }

    /// The best validation; of equals, the first.
    fn best(&self) -> Option<(u64, f64)> {
        self.validation.iter().copied().min_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// Draws the legend above the curves.
    fn draw_legend<B: DrawingBackend>(&self, canvas: &mut Canvas<B>, half: usize, raw: Colour) {
        let mut entries = Vec::new();
        if let Some((epoch, loss)) = self.best() {
            entries
                .push((format!("validation, best {loss:.3} at epoch {epoch}"), Colour::VALIDATION));
        }
        if half > 0 {
            entries.push((format!("mean of {} epochs", 2 * half + 1), Colour::TRAINING_MEAN));
        }
        if !self.shown.is_empty() {
            entries.push(("training".to_owned(), raw));
        }
        let (em, baseline) = (12.0, TOP - 14.0);
        let mut x = WIDTH - RIGHT;
        for (words, colour) in entries {
            x -= canvas.width(&words, em);
            canvas.text(&words, (x, baseline), em, Alignment::Left, Colour::TEXT);
            let (from, to, middle) = (x - 30.0, x - 7.0, baseline - 4.5);
            canvas.rectangle(from, middle - 1.25, to, middle + 1.25, colour);
            if colour == Colour::VALIDATION {
                canvas.dot(((from + to) / 2.0, middle), 3.5, colour);
            }
            x -= 30.0 + 18.0;
        }
    }
}

fn draw_axes<B: DrawingBackend>(canvas: &mut Canvas<B>, epochs: &Axis, nats: &Axis) {
    let (right, bottom) = (WIDTH - RIGHT, HEIGHT - BOTTOM);
    for tick in nats.ticks(30.0, 10) {
        canvas.horizontal_line(tick.place - 0.5, LEFT, right, 1.0, Colour::FAINT_LINE);
        let place = (LEFT - 9.0, tick.place + 4.5);
        canvas.text(&tick.label, place, 12.0, Alignment::Right, Colour::FAINT_TEXT);
    }
    for tick in epochs.ticks(70.0, 12) {
        canvas.vertical_line(tick.place - 0.5, bottom, bottom + 5.0, 1.0, Colour::LINE);
        let place = (tick.place, bottom + 20.0);
        canvas.text(&tick.label, place, 12.0, Alignment::Middle, Colour::FAINT_TEXT);
    }
    canvas.horizontal_line(bottom - 0.5, LEFT, right, 1.0, Colour::LINE);
    canvas.text("nats a step", (LEFT, TOP - 14.0), 12.0, Alignment::Left, Colour::FAINT_TEXT);
    canvas.text("epochs", (right, bottom + 42.0), 12.0, Alignment::Right, Colour::FAINT_TEXT);
}

/// The number of epochs on either side in the running mean: at most a fortieth of all epochs. It is
/// 0 if there are so few epochs that each of them can be seen.
fn half_window(epochs: usize) -> usize {
    [100, 50, 25, 10, 5, 2].into_iter().find(|half| 40 * half <= epochs).unwrap_or(0)
}

/// The running mean of a curve. At the beginning, where the loss falls steeply, the window is
/// narrower, so that it has as many values before as after. At the end, values after it are simply
/// missing.
fn running_mean(curve: &[(u64, f64)], half: usize) -> Vec<(u64, f64)> {
    let mean = |(index, &(epoch, _)): (usize, &(u64, f64))| {
        let half = half.min(index);
        let window = &curve[index - half..curve.len().min(index + half + 1)];
        let sum: f64 = window.iter().map(|&(_, loss)| loss).sum();
        (epoch, sum / window.len() as f64)
    };
    curve.iter().enumerate().map(mean).collect()
}

/// Whether points lie so close together that a line through them would fill an area.
fn dense(points: &[(f64, f64)]) -> bool {
    let (first, last) = (points[0], points[points.len() - 1]);
    last.0 - first.0 < BIN * points.len() as f64
}

/// Draws a dense curve as an area, between the least and the greatest value of each bin.
fn band<B: DrawingBackend>(canvas: &mut Canvas<B>, points: &[(f64, f64)], colour: Colour) {
    let bin = |point: &(f64, f64)| (point.0 / BIN) as i64;
    let (mut upper, mut lower) = (Vec::new(), Vec::new());
    for points in points.chunk_by(|a, b| bin(a) == bin(b)) {
        let x = (points[0].0 + points[points.len() - 1].0) / 2.0;
        let top = points.iter().map(|&(_, y)| y).fold(f64::INFINITY, f64::min);
        let bottom = points.iter().map(|&(_, y)| y).fold(f64::NEG_INFINITY, f64::max);
        upper.push((x, top - 0.5));
        lower.push((x, bottom + 0.5));
    }
    upper.extend(lower.into_iter().rev());
    canvas.area(&upper, colour);
}

/// A curve without points that are less than one unit to the right of the one before.
fn thinned(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut kept: Vec<(f64, f64)> = Vec::new();
    for (index, &point) in points.iter().enumerate() {
        let last = index + 1 == points.len();
        if last || kept.last().is_none_or(|before| point.0 - before.0 >= 1.0) {
            kept.push(point);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mean_neither_lags_at_the_start_nor_looks_beyond_the_end() {
        let line: Vec<_> = (0..9).map(|epoch| (epoch, 100.0 - epoch as f64)).collect();
        let mean = running_mean(&line, 2);
        assert_eq!(mean[..7], line[..7], "the mean of a straight line is the line");
        assert_eq!(mean[8], (8, (94.0 + 93.0 + 92.0) / 3.0));
    }

    #[test]
    fn a_mean_is_shown_only_of_many_epochs() {
        assert_eq!([1, 79, 80, 5000, 1_000_000].map(half_window), [0, 0, 2, 100, 100]);
    }

    #[test]
    fn the_first_of_equal_validations_is_the_best() {
        let picture = Picture {
            title: "",
            training: &[],
            shown: vec![],
            validation: vec![(1, 9.0), (2, 4.0), (3, 4.0)],
        };
        assert_eq!(picture.best(), Some((2, 4.0)));
    }
}
