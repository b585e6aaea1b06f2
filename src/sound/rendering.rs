//! Plays a performance on an instrument.

use super::SAMPLE_RATE;
use super::instrument::Instrument;
use super::performance::Performance;

/// The number of frames between two checks for silence. It is fixed, so that the end does not
/// depend on the size of the caller's buffers.
const SILENCE_CHECK: u64 = 1024;

/// How long a sound may take to die away after the last event, in seconds.
const LONGEST_END: u64 = 20;

/// A performance that is being played from its first frame on. The caller takes as many frames at a
/// time as it likes.
#[derive(Debug, Clone)]
pub struct Rendering<I> {
    performance: Performance,
    instrument: I,
    next: usize,
    frame: u64,
    over: bool,
}

impl<I: Instrument> Rendering<I> {
    /// Begins to play a performance.
    pub fn new(performance: Performance, instrument: I) -> Rendering<I> {
        Rendering { performance, instrument, next: 0, frame: 0, over: false }
    }

    /// Fills two buffers of the same length with the next frames, and returns their number. There
    /// are fewer than the buffers hold when the last sound has died away; the rest is filled with
    /// silence.
    pub fn render(&mut self, left: &mut [f32], right: &mut [f32]) -> usize {
        assert_eq!(left.len(), right.len());
        let mut done = 0;
        while done < left.len() && !self.over {
            let events = &self.performance.events()[self.next..];
            let now = events.iter().take_while(|event| event.0 <= self.frame);
            let mut count = 0;
            for (_, event) in now {
                self.instrument.play(*event);
                count += 1;
            }
            self.next += count;
            let until = match events.get(count) {
                Some(event) => event.0,
                None => (self.frame / SILENCE_CHECK + 1) * SILENCE_CHECK,
            };
            let space = (left.len() - done) as u64;
            let end = done + (until - self.frame).min(space) as usize;
            self.instrument.render(&mut left[done..end], &mut right[done..end]);
            self.frame += (end - done) as u64;
            done = end;
            if self.next == self.performance.events().len()
                && self.frame.is_multiple_of(SILENCE_CHECK)
            {
                let longest = self.performance.frames() + LONGEST_END * u64::from(SAMPLE_RATE);
                self.over = self.instrument.is_silent() || self.frame > longest;
            }
        }
        left[done..].fill(0.0);
        right[done..].fill(0.0);
        done
    }

    /// Whether everything has been played and has died away.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// The instrument in its current state.
    pub fn instrument(&self) -> &I {
        &self.instrument
    }

    /// How many frames have been rendered.
    pub fn frame(&self) -> u64 {
        self.frame
    }

    /// The performance that is being played.
    pub fn performance(&self) -> &Performance {
        &self.performance
    }
}
