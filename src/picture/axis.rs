//! Axes: where numbers lie on them, and which numbers are labelled.

/// An axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Axis {
    /// The numbers at its ends, ascending.
    pub range: (f64, f64),
    /// The positions of its ends, in units of the canvas.
    pub places: (f64, f64),
    /// Whether equal ratios, rather than equal differences, are equally far apart.
    pub logarithmic: bool,
    /// Whether only whole numbers are labelled.
    pub whole: bool,
}

/// A labelled number on an axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tick {
    pub place: f64,
    pub label: String,
}

impl Axis {
    /// The position of a number.
    pub fn place(&self, number: f64) -> f64 {
        let scale = |x: f64| if self.logarithmic { libm::log(x) } else { x };
        let (from, to) = (scale(self.range.0), scale(self.range.1));
        let share = (scale(number) - from) / (to - from);
        self.places.0 + share * (self.places.1 - self.places.0)
    }

    /// As many ticks at round numbers as possible: at most `most`, and at least `apart` units from
    /// each other.
    pub fn ticks(&self, apart: f64, most: usize) -> Vec<Tick> {
        let mut best = Vec::new();
        for numbers in self.choices() {
            let ticks: Vec<_> = numbers
                .into_iter()
                .map(|(number, digits)| Tick {
                    place: self.place(number),
                    label: self.label(number, digits),
                })
                .collect();
            let roomy = ticks.windows(2).all(|pair| (pair[1].place - pair[0].place).abs() >= apart);
            if roomy && ticks.len() <= most && ticks.len() > best.len() {
                best = ticks;
            }
        }
        best
    }

    /// Possible series of round numbers, each number with the decimals that it needs.
    fn choices(&self) -> Vec<Vec<(f64, usize)>> {
        let largest = self.range.0.abs().max(self.range.1.abs());
        // The power of ten at or below the largest number.
        let top = libm::floor(libm::log10(largest)) as i32;
        let mut choices = Vec::new();
        if self.logarithmic {
            let lowest = libm::floor(libm::log10(self.range.0)) as i32;
            // All or some powers of ten, then numbers between them, in tenths so that they are
            // integers.
            let series: [(i32, &[u32]); 9] = [
                (100, &[10]),
                (50, &[10]),
                (20, &[10]),
                (5, &[10]),
                (2, &[10]),
                (1, &[10]),
                (1, &[10, 30]),
                (1, &[10, 20, 50]),
                (1, &[10, 15, 20, 30, 50, 70]),
            ];
            choices.extend(series.map(|(every, series)| {
                let powers = (lowest..=top).filter(|power| power % every == 0);
                let numbers = powers.flat_map(|power| {
                    series.iter().map(move |&tenths| {
                        let digits = i32::from(tenths % 10 != 0) - power;
                        (times_ten_to(f64::from(tenths), power - 1), digits.max(0) as usize)
                    })
                });
                numbers.filter(|&(number, _)| self.holds(number)).collect()
            }));
        }
        // Numbers at equal differences. On a logarithmic axis they suit a narrow range.
        let (low, high) = self.range;
        let finest = if self.whole { 0 } else { top - 8 };
        for power in (finest..=top + 1).rev() {
            for first in [5.0, 2.0, 1.0] {
                let step = times_ten_to(first, power);
                let indices = (low / step).ceil()..=(high / step).floor();
                if indices.end() - indices.start() > 100.0 {
                    continue;
                }
                let count = (indices.end() - indices.start() + 1.0).max(0.0) as usize;
                let start = *indices.start();
                let numbers = (0..count).map(|index| {
                    let number = times_ten_to((start + index as f64) * first, power);
                    (number, (-power).max(0) as usize)
                });
                choices.push(numbers.filter(|&(number, _)| self.holds(number)).collect());
            }
        }
        choices
    }

    /// A number with the given decimals. On a logarithmic axis, very large and very small numbers
    /// are written with an exponent.
    fn label(&self, number: f64, digits: usize) -> String {
        match self.logarithmic && !(1e-6..1e8).contains(&number) {
            true => format!("{number:e}"),
            false => format!("{number:.digits$}"),
        }
    }

    fn holds(&self, number: f64) -> bool {
        (self.range.0..=self.range.1).contains(&number)
    }
}

/// `number` · 10^`power`, correctly rounded, which a product of powers of ten would not always be.
fn times_ten_to(number: f64, power: i32) -> f64 {
    format!("{number}e{power}").parse().expect("digits and a power")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis, apart: f64, most: usize) -> Vec<String> {
        let ticks = axis.ticks(apart, most);
        assert!(ticks.windows(2).all(|pair| (pair[1].place - pair[0].place).abs() >= apart));
        ticks.into_iter().map(|tick| tick.label).collect()
    }

    fn nats(low: f64, high: f64) -> Vec<String> {
        labels(
            &Axis { range: (low, high), places: (500.0, 0.0), logarithmic: true, whole: false },
            30.0,
            9,
        )
    }

    fn epochs(last: f64) -> Vec<String> {
        labels(
            &Axis { range: (0.0, last), places: (0.0, 800.0), logarithmic: false, whole: true },
            60.0,
            9,
        )
    }

    #[test]
    fn equal_ratios_are_equally_far_apart() {
        let axis =
            Axis { range: (1.0, 100.0), places: (500.0, 0.0), logarithmic: true, whole: false };
        for (number, place) in [(1.0, 500.0), (10.0, 250.0), (100.0, 0.0)] {
            assert!((axis.place(number) - place).abs() < 1e-9);
        }
    }

    #[test]
    fn nats_are_marked_with_round_numbers_over_wide_and_narrow_ranges() {
        assert_eq!(nats(2.1, 63.0), ["3", "5", "7", "10", "15", "20", "30", "50"]);
        assert_eq!(nats(4.02, 4.11), ["4.02", "4.04", "4.06", "4.08", "4.10"]);
        assert_eq!(nats(0.004, 40.0), ["0.01", "0.03", "0.1", "0.3", "1", "3", "10", "30"]);
        assert_eq!(nats(1.0, 1e9), ["1", "100", "10000", "1000000", "1e8"]);
        assert_eq!(
            nats(1e-300, 1e300),
            ["1e-300", "1e-200", "1e-100", "1", "1e100", "1e200", "1e300"]
        );
    }

    #[test]
    fn some_numbers_are_written_whatever_the_range() {
        for low in [1e-7, 0.03, 0.9, 5.0, 17.0, 800.0] {
            for ratio in [1.0001, 1.01, 1.1, 1.3, 2.0, 5.0, 30.0, 1e4] {
                let found = nats(low, low * ratio);
                assert!(found.len() >= 3, "{low} to {}: {found:?}", low * ratio);
                let mut different = found.clone();
                different.dedup();
                assert_eq!(found, different);
            }
        }
    }

    #[test]
    fn epochs_are_marked_with_whole_numbers() {
        assert_eq!(epochs(5000.0).len(), 6);
        assert_eq!(epochs(5000.0)[1], "1000");
        assert_eq!(epochs(1.0), ["0", "1"]);
    }
}
