//! One voice of a measure as a row of signs: chords and rests.

use super::measure::Measure;
use super::pulse::Pulse;
use super::sheet::Tone;

/// A part of a beam at a sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beam {
    Begin,
    Continue,
    End,
    /// A stub to the right.
    Forward,
    /// A stub to the left.
    Backward,
}

/// One head of a chord.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    /// An index of the page's tones.
    pub tone: usize,
    /// Whether it is tied to the sign before.
    pub tied_from: bool,
    /// Whether it is tied to the sign after.
    pub tied_on: bool,
    /// The accidental in front of it, as sharps.
    pub accidental: Option<i8>,
}

/// What a sign says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// Heads from low to high, at least one.
    Chord(Vec<Head>),
    Rest,
    /// A rest that fills the measure, whatever its length.
    MeasureRest,
    /// Nothing: time in which another voice is enough.
    Gap,
}

/// A chord or rest of one written value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sign {
    /// Its step.
    pub start: usize,
    /// Its length in 16ths.
    pub length: usize,
    pub what: What,
    /// The beam of eighths, and that of 16ths.
    pub beams: [Option<Beam>; 2],
}

impl Sign {
    pub fn new(start: usize, length: usize, what: What) -> Sign {
        Sign { start, length, what, beams: [None; 2] }
    }

    pub fn end(&self) -> usize {
        self.start + self.length
    }

    pub fn is_chord(&self) -> bool {
        matches!(self.what, What::Chord(_))
    }
}

/// The signs of a voice in a measure, without a gap. `sounding` are its tones there, indices of
/// `tones`.
pub(super) fn line(
    measure: &Measure,
    pulse: &Pulse,
    tones: &[Tone],
    sounding: &[usize],
) -> Vec<Sign> {
    let within = |step: usize| step.clamp(measure.start, measure.end());
    let edges = sounding.iter().flat_map(|&n| [within(tones[n].start), within(tones[n].end)]);
    let mut edges: Vec<usize> = edges.chain([measure.start, measure.end()]).collect();
    edges.sort_unstable();
    edges.dedup();
    let mut signs = Vec::new();
    for edge in edges.windows(2) {
        let (start, end) = (edge[0], edge[1]);
        let places = measure.place(start)..measure.place(end);
        let mut heads: Vec<usize> = sounding.to_vec();
        heads.retain(|&n| tones[n].start < end && tones[n].end > start);
        heads.sort_unstable_by_key(|&n| tones[n].pitch);
        let lengths = if heads.is_empty() { pulse.rest(places) } else { pulse.note(places) };
        let mut at = start;
        for length in lengths {
            let head = |&tone: &usize| Head {
                tone,
                tied_from: tones[tone].start < at,
                tied_on: tones[tone].end > at + length,
                accidental: None,
            };
            let what = match heads.is_empty() {
                true => What::Rest,
                false => What::Chord(heads.iter().map(head).collect()),
            };
            signs.push(Sign::new(at, length, what));
            at += length;
        }
    }
    signs
}

/// Leaves out the rests of a second voice but for those that fill up a beat in which it sounds.
pub(super) fn without_idle_rests(signs: &mut [Sign], measure: &Measure, pulse: &Pulse) {
    let beats = pulse.beamed(|_| false);
    let beat_of = |step: usize| {
        let place = measure.place(step);
        beats.iter().position(|beat| beat.contains(&place))
    };
    let mut heard = vec![false; beats.len()];
    for sign in signs.iter().filter(|sign| sign.is_chord()) {
        let touched = [sign.start, sign.end() - 1].map(beat_of);
        touched.into_iter().flatten().for_each(|beat| heard[beat] = true);
    }
    for sign in signs.iter_mut().filter(|sign| sign.what == What::Rest) {
        let idle = beat_of(sign.start).is_none_or(|beat| !heard[beat]);
        if idle || beat_of(sign.start) != beat_of(sign.end() - 1) {
            sign.what = What::Gap;
        }
    }
}
