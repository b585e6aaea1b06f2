//! Turns a roll into chords and rests on two staves, measure by measure.

use super::accidentals::accidentals;
use super::beams::beam;
use super::clefs::{Clef, Reading, readings};
use super::hands::right_hand;
use super::key_signatures::{chroma, signatures};
use super::measure::{Measure, measures};
use super::pulse::Pulse;
use super::spelling::{UnspelledNote, spell};
use super::staff_note::StaffNote;
use super::symbol::{Symbol, SymbolKind};
use super::voice_symbols::{hide_idle_rests, voice_symbols};
use super::voices::{Span, in_second_voice};
use crate::roll::{KeyChange, LOWEST_PITCH, Roll};

/// One measure of one staff.
#[derive(Debug)]
pub(super) struct StaffMeasure {
    pub reading: Reading,
    /// The chords and rests of each voice. A silent voice is empty.
    pub voices: [Vec<Symbol>; 2],
}

/// One measure of both staves.
#[derive(Debug)]
pub(super) struct SheetMeasure {
    pub measure: Measure,
    pub sharps: i8,
    pub staves: [StaffMeasure; 2],
}

/// A piece as sheet music.
#[derive(Debug)]
pub(super) struct Sheet {
    /// Microseconds per quarter note.
    pub tempo: u32,
    pub notes: Vec<StaffNote>,
    pub measures: Vec<SheetMeasure>,
}

impl Sheet {
    pub fn of(roll: &Roll, changes: &[KeyChange]) -> Sheet {
        let measures = measures(roll);
        let sharps = signatures(roll, changes, &measures);
        let notes = staff_notes(roll, &measures, &sharps);
        let mut sheet = Sheet { tempo: roll.mean_tempo(), notes, measures: Vec::new() };
        let mut pulse = Pulse::of(measures[0].metre);
        let mut metre = measures[0].metre;
        let (mut sounding, mut next) = (Vec::new(), 0);
        for (measure, sharps) in measures.into_iter().zip(sharps) {
            if measure.metre != metre {
                (pulse, metre) = (Pulse::of(measure.metre), measure.metre);
            }
            sounding.retain(|&note: &usize| sheet.notes[note].end > measure.start);
            while sheet.notes.get(next).is_some_and(|note| note.start < measure.end()) {
                sounding.push(next);
                next += 1;
            }
            let staves = [0, 1].map(|staff| {
                let of_staff = |&note: &usize| sheet.notes[note].staff == staff;
                let sounding: Vec<_> = sounding.iter().copied().filter(of_staff).collect();
                staff_measure(&measure, &pulse, &sheet.notes, &sounding, sharps)
            });
            sheet.measures.push(SheetMeasure { measure, sharps, staves });
        }
        sheet.choose_clefs();
        sheet
    }

    fn choose_clefs(&mut self) {
        for (staff, home) in [(0, Clef::Treble), (1, Clef::Bass)] {
            let heads = |measure: &SheetMeasure| -> Vec<i32> {
                let symbols = measure.staves[staff].voices.iter().flatten();
                let heads = symbols.filter_map(|symbol| match &symbol.kind {
                    SymbolKind::Chord(heads) => Some(heads),
                    _ => None,
                });
                heads.flatten().map(|head| self.notes[head.note].position()).collect()
            };
            let positions: Vec<_> = self.measures.iter().map(heads).collect();
            for (measure, reading) in self.measures.iter_mut().zip(readings(home, &positions)) {
                measure.staves[staff].reading = reading;
            }
        }
    }
}

/// The notes of a roll, each with its spelling, staff and voice.
fn staff_notes(roll: &Roll, measures: &[Measure], sharps: &[i8]) -> Vec<StaffNote> {
    let played = roll.notes();
    let right = right_hand(roll, &played);
    let measure_of = |step: usize| measures.partition_point(|m| m.start <= step) - 1;
    let unspelled = played.iter().map(|note| UnspelledNote {
        step: note.start,
        pitch: note.key as u8 + LOWEST_PITCH,
        sharps: sharps[measure_of(note.start)],
    });
    let unspelled: Vec<_> = unspelled.collect();
    let bars: Vec<usize> = measures.iter().map(|measure| measure.start).collect();
    let notes = played.iter().zip(spell(&unspelled)).zip(&right);
    let notes = notes.map(|((note, fifths), right)| StaffNote {
        pitch: note.key as u8 + LOWEST_PITCH,
        start: note.start,
        end: note.end,
        fifths,
        staff: usize::from(!right),
        voice: 0,
    });
    let mut notes: Vec<StaffNote> = notes.collect();
    debug_assert!(notes.iter().all(|n| chroma(n.fifths) == usize::from(n.pitch) % 12));
    for staff in [0, 1] {
        let of_staff: Vec<usize> = (0..notes.len()).filter(|&n| notes[n].staff == staff).collect();
        let spans: Vec<Span> = of_staff
            .iter()
            .map(|&n| Span { key: played[n].key, start: played[n].start, end: played[n].end })
            .collect();
        for (n, second) in of_staff.into_iter().zip(in_second_voice(&spans, &bars)) {
            notes[n].voice = usize::from(second);
        }
    }
    notes
}

fn staff_measure(
    measure: &Measure,
    pulse: &Pulse,
    notes: &[StaffNote],
    sounding: &[usize],
    sharps: i8,
) -> StaffMeasure {
    let mut voices = [0, 1].map(|voice| {
        let of_voice = |&note: &usize| notes[note].voice == voice;
        let sounding: Vec<usize> = sounding.iter().copied().filter(of_voice).collect();
        if sounding.is_empty() {
            Vec::new()
        } else {
            voice_symbols(measure, pulse, notes, &sounding)
        }
    });
    if voices.iter().all(Vec::is_empty) {
        voices[0].push(Symbol::new(measure.start, measure.length, SymbolKind::MeasureRest));
    }
    if !voices[0].is_empty() {
        hide_idle_rests(&mut voices[1], measure, pulse);
    }
    voices.iter_mut().for_each(|symbols| beam(symbols, measure, pulse));
    accidentals(&mut voices, notes, sharps);
    // A placeholder: clefs are chosen when all measures are known.
    let reading = Reading { clef: Clef::Treble, octaves: 0 };
    StaffMeasure { reading, voices }
}
