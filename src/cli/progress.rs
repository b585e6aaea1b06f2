//! Showing that long work goes on.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::time::{Duration, Instant};

/// How often a line is printed where nobody looks at a terminal.
const INTERVAL: Duration = Duration::from_secs(10);

/// A bar on a terminal; elsewhere a plain line every ten seconds.
pub struct Progress {
    bar: ProgressBar,
    total: u64,
    start: Instant,
    last_line: Instant,
    plain: bool,
}

impl Progress {
    /// Begins to show progress towards `total` of something.
    pub fn new(total: u64, what: &str) -> Progress {
        let plain = !std::io::stderr().is_terminal();
        let target = match plain {
            true => ProgressDrawTarget::hidden(),
            false => ProgressDrawTarget::stderr_with_hz(4),
        };
        let template = format!("{{bar:30}} {{pos}}/{{len}} {what}  {{msg}}  {{eta}} left");
        let style = ProgressStyle::with_template(&template).expect("a sound template");
        let bar = ProgressBar::with_draw_target(Some(total), target).with_style(style);
        let now = Instant::now();
        // The first line comes after the first piece of work, to show that it goes on at all.
        let last_line = now.checked_sub(INTERVAL).unwrap_or(now);
        Progress { bar, total, start: now, last_line, plain }
    }

    /// So much is done; `message` says more.
    pub fn show(&mut self, done: u64, message: &str) {
        self.bar.set_position(done);
        self.bar.set_message(message.to_owned());
        if self.plain && (self.last_line.elapsed() >= INTERVAL || done == self.total) {
            self.last_line = Instant::now();
            let left = self.start.elapsed().as_secs_f64() / done.max(1) as f64
                * self.total.saturating_sub(done) as f64;
            eprintln!("{done}/{}  {message}  {} left", self.total, in_words(left));
        }
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

/// A time as people say it.
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
    use super::in_words;

    #[test]
    fn times_are_said_as_people_say_them() {
        assert_eq!(in_words(59.6), "1 min 0 s");
        assert_eq!(in_words(12.0), "12 s");
        assert_eq!(in_words(3.0 * 3600.0 + 125.0), "3 h 2 min");
    }
}
