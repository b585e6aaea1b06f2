//! A roll as signs on two staves, measure after measure.

use super::accidentals::accidentals;
use super::beams::beam;
use super::clefs::{Clef, Reading, readings};
use super::keys::signatures;
use super::line::{Sign, What, line, without_idle_rests};
use super::measure::{Measure, measures};
use super::pulse::Pulse;
use super::spelling::{Struck, letter, octave, spell};
use super::voices::{Span, second};
use super::{hands, keys};
use crate::roll::{KeyChange, LOWEST_PITCH, Roll};

/// A note of the roll, and what the page has made of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tone {
    /// MIDI pitch.
    pub pitch: u8,
    /// Its first step.
    pub start: usize,
    /// The first step without it.
    pub end: usize,
    /// How it is spelled: its place on the line of fifths.
    pub fifths: i8,
    /// 0 for the upper staff.
    pub staff: usize,
    /// 0 for the first voice of its staff.
    pub voice: usize,
}

/// One measure of one staff.
#[derive(Debug)]
pub(super) struct StaffMeasure {
    pub reading: Reading,
    /// The signs of each voice; of a voice that is silent, none.
    pub voices: [Vec<Sign>; 2],
}

/// One measure of both staves.
#[derive(Debug)]
pub(super) struct SheetMeasure {
    pub measure: Measure,
    pub sharps: i8,
    pub staves: [StaffMeasure; 2],
}

/// A piece on paper.
#[derive(Debug)]
pub(super) struct Sheet {
    /// Microseconds to a quarter.
    pub tempo: u32,
    pub tones: Vec<Tone>,
    pub measures: Vec<SheetMeasure>,
}

impl Sheet {
    pub fn of(roll: &Roll, changes: &[KeyChange]) -> Sheet {
        let measures = measures(roll);
        let sharps = signatures(roll, changes, &measures);
        let tones = tones(roll, &measures, &sharps);
        let mut sheet = Sheet { tempo: roll.tempo, tones, measures: Vec::new() };
        let mut pulse = Pulse::of(measures[0].metre);
        let mut metre = measures[0].metre;
        let (mut sounding, mut next) = (Vec::new(), 0);
        for (measure, sharps) in measures.into_iter().zip(sharps) {
            if measure.metre != metre {
                (pulse, metre) = (Pulse::of(measure.metre), measure.metre);
            }
            sounding.retain(|&tone: &usize| sheet.tones[tone].end > measure.start);
            while sheet.tones.get(next).is_some_and(|tone| tone.start < measure.end()) {
                sounding.push(next);
                next += 1;
            }
            let staves = [0, 1].map(|staff| {
                let of_staff = |&tone: &usize| sheet.tones[tone].staff == staff;
                let sounding: Vec<_> = sounding.iter().copied().filter(of_staff).collect();
                staff_measure(&measure, &pulse, &sheet.tones, &sounding, sharps)
            });
            sheet.measures.push(SheetMeasure { measure, sharps, staves });
        }
        sheet.choose_clefs();
        sheet
    }

    fn choose_clefs(&mut self) {
        for (staff, home) in [(0, Clef::Treble), (1, Clef::Bass)] {
            let heads = |measure: &SheetMeasure| -> Vec<i32> {
                let signs = measure.staves[staff].voices.iter().flatten();
                let heads = signs.filter_map(|sign| match &sign.what {
                    What::Chord(heads) => Some(heads),
                    _ => None,
                });
                heads.flatten().map(|head| position(&self.tones[head.tone])).collect()
            };
            let positions: Vec<_> = self.measures.iter().map(heads).collect();
            for (measure, reading) in self.measures.iter_mut().zip(readings(home, &positions)) {
                measure.staves[staff].reading = reading;
            }
        }
    }
}

/// Where on a staff a tone stands: letters counted from C0.
fn position(tone: &Tone) -> i32 {
    7 * octave(tone.pitch, tone.fifths) + letter(tone.fifths) as i32
}

/// The notes of a roll, each with its spelling, staff and voice.
fn tones(roll: &Roll, measures: &[Measure], sharps: &[i8]) -> Vec<Tone> {
    let notes = roll.notes();
    let right = hands::right(roll, &notes);
    let measure_of = |step: usize| measures.partition_point(|m| m.start <= step) - 1;
    let struck = notes.iter().map(|note| Struck {
        step: note.start,
        pitch: note.key as u8 + LOWEST_PITCH,
        sharps: sharps[measure_of(note.start)],
    });
    let struck: Vec<_> = struck.collect();
    let bars: Vec<usize> = measures.iter().map(|measure| measure.start).collect();
    let tones = notes.iter().zip(spell(&struck)).zip(&right).map(|((note, fifths), right)| Tone {
        pitch: note.key as u8 + LOWEST_PITCH,
        start: note.start,
        end: note.end,
        fifths,
        staff: usize::from(!right),
        voice: 0,
    });
    let mut tones: Vec<Tone> = tones.collect();
    debug_assert!(tones.iter().all(|t| keys::chroma(t.fifths) == usize::from(t.pitch) % 12));
    for staff in [0, 1] {
        let of_staff: Vec<usize> = (0..tones.len()).filter(|&n| tones[n].staff == staff).collect();
        let spans: Vec<Span> = of_staff
            .iter()
            .map(|&n| Span { key: notes[n].key, start: notes[n].start, end: notes[n].end })
            .collect();
        for (n, second) in of_staff.into_iter().zip(second(&spans, &bars)) {
            tones[n].voice = usize::from(second);
        }
    }
    tones
}

fn staff_measure(
    measure: &Measure,
    pulse: &Pulse,
    tones: &[Tone],
    sounding: &[usize],
    sharps: i8,
) -> StaffMeasure {
    let mut voices = [0, 1].map(|voice| {
        let of_voice = |&tone: &usize| tones[tone].voice == voice;
        let sounding: Vec<usize> = sounding.iter().copied().filter(of_voice).collect();
        if sounding.is_empty() { Vec::new() } else { line(measure, pulse, tones, &sounding) }
    });
    if voices.iter().all(Vec::is_empty) {
        voices[0].push(Sign::new(measure.start, measure.length, What::MeasureRest));
    }
    if !voices[0].is_empty() {
        without_idle_rests(&mut voices[1], measure, pulse);
    }
    voices.iter_mut().for_each(|signs| beam(signs, measure, pulse));
    accidentals(&mut voices, tones, sharps);
    // What is chosen last, when all measures are known.
    let reading = Reading { clef: Clef::Treble, octaves: 0 };
    StaffMeasure { reading, voices }
}
