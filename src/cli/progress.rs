//! Shows the progress of long work.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// How often a line is printed where there is no terminal.
const INTERVAL: Duration = Duration::from_secs(10);

/// A bar on a terminal. Elsewhere, a plain line every ten seconds.
pub struct Progress {
    bar: ProgressBar,
    work: Work,
    start: Instant,
    last_line: Instant,
    plain: bool,
}

/// How much there is to do.
#[derive(Debug, Clone, Copy)]
struct Work {
    /// What was done before, in an earlier session.
    begun: u64,
    /// The goal as a number, if there is one.
    total: Option<u64>,
    /// The time limit, if there is one.
    seconds: Option<f64>,
}

impl Work {
    /// The seconds left after `elapsed` seconds, if that can be told yet.
    fn left(self, done: u64, elapsed: f64) -> Option<f64> {
        let speed = done.saturating_sub(self.begun) as f64 / elapsed;
        let by_number = self.total.map(|total| total.saturating_sub(done) as f64 / speed);
        let by_clock = self.seconds.map(|seconds| (seconds - elapsed).max(0.0));
        let left = by_number.into_iter().chain(by_clock).reduce(f64::min);
        left.filter(|left| left.is_finite())
    }
}

impl Progress {
    /// Starts to show progress towards `total` of something.
    pub fn new(total: u64, what: &str) -> Progress {
        Progress::from(0, Some(total), None, what)
    }

    /// Starts to show progress of work of which `begun` was done before. A number or a time limit says
    /// when it ends.
    pub fn from(begun: u64, total: Option<u64>, seconds: Option<f64>, what: &str) -> Progress {
        let plain = !std::io::stderr().is_terminal();
        let target = match plain {
            true => ProgressDrawTarget::hidden(),
            false => ProgressDrawTarget::stderr_with_hz(4),
        };
        let template = match total {
            Some(_) => format!("{{bar:20}} {{pos}}/{{len}} {what}  {{wide_msg}}"),
            None => format!("{{spinner}} {{pos}} {what}  {{wide_msg}}"),
        };
        let style = ProgressStyle::with_template(&template).expect("the template is valid");
        let bar = ProgressBar::with_draw_target(total, target).with_style(style);
        bar.set_position(begun);
        let now = Instant::now();
        // The first line comes right after the first piece of work, to show that there is progress.
        let last_line = now.checked_sub(INTERVAL).unwrap_or(now);
        let work = Work { begun, total, seconds };
        Progress { bar, work, start: now, last_line, plain }
    }

    /// Shows how much is done, and a message.
    pub fn show(&mut self, done: u64, message: &str) {
        let left = self.work.left(done, self.seconds());
        let left = left.map_or(String::new(), |left| format!("{} left  ", in_words(left)));
        // The most important comes first, because a narrow terminal cuts off the rest.
        self.bar.set_message(format!("{left}{message}"));
        self.bar.set_position(done);
        let total = self.work.total;
        if self.plain && (self.last_line.elapsed() >= INTERVAL || Some(done) == total) {
            self.last_line = Instant::now();
            let total = total.map_or(String::new(), |total| format!("/{total}"));
            eprintln!("{}", format!("{done}{total}  {left}{message}").trim_end());
        }
    }

    /// The speed of this session in units per second, when `done` units are done.
    pub fn speed(&self, done: u64) -> f64 {
        done.saturating_sub(self.work.begun) as f64 / self.seconds()
    }

    fn seconds(&self) -> f64 {
        self.start.elapsed().as_secs_f64().max(1e-9)
    }

    /// Removes the bar.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// A duration in words.
pub fn in_words(seconds: f64) -> String {
    let seconds = seconds.round() as u64;
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_said_as_people_say_them() {
        assert_eq!(in_words(59.6), "1 min 0 s");
        assert_eq!(in_words(12.0), "12 s");
        assert_eq!(in_words(3.0 * 3600.0 + 125.0), "3 h 2 min");
    }

    #[test]
    fn the_time_that_is_left_counts_only_what_has_been_done_since_the_beginning() {
        // 900 epochs are from yesterday; 20 took 10 seconds today, so 80 will take 40.
        let work = Work { begun: 900, total: Some(1000), seconds: None };
        assert_eq!(work.left(920, 10.0), Some(40.0));
        assert_eq!(work.left(900, 10.0), None, "there is nothing to go by yet");
        assert_eq!(work.left(1000, 10.0), Some(0.0));
    }

    #[test]
    fn the_clock_counts_where_it_comes_first() {
        let work = Work { begun: 900, total: Some(1000), seconds: Some(30.0) };
        assert_eq!(work.left(920, 10.0), Some(20.0));
        let work = Work { begun: 0, total: None, seconds: Some(30.0) };
        assert_eq!(work.left(5, 12.0), Some(18.0));
        assert_eq!(work.left(5, 31.0), Some(0.0));
        let work = Work { begun: 0, total: None, seconds: None };
        assert_eq!(work.left(5, 12.0), None);
    }
}
