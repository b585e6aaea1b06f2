//! Turns a draft into chords and rests on two staves, measure by measure.

use super::accidentals::accidentals;
use super::beams::beam;
use super::clefs::{Clef, Passage, readings};
use super::draft::{Draft, TempoMark};
use super::key_signatures::{chroma, signatures};
use super::measure::{Measure, measures};
use super::pulse::Pulse;
use super::spelling::{UnspelledNote, spell};
use super::staff_note::{Grace, StaffNote};
use super::symbol::{Symbol, SymbolKind};
use super::voice_symbols::{hide_idle_rests, voice_symbols};
use super::voices::{Span, in_second_voice};
use crate::roll::LOWEST_PITCH;

/// One measure of one staff.
#[derive(Debug)]
pub(super) struct StaffMeasure {
    pub clef: Clef,
    /// How many octaves higher than written the notes sound, from each of some times on. The first
    /// is the beginning of the measure.
    pub octaves: Vec<(usize, i32)>,
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
    pub tempos: Vec<TempoMark>,
    /// All notes, and then all grace notes.
    pub notes: Vec<StaffNote>,
    pub measures: Vec<SheetMeasure>,
}

impl Sheet {
    pub fn of(draft: &Draft) -> Sheet {
        let measures = measures(&draft.metres, draft.length);
        let sharps = signatures(&draft.notes, &draft.keys, &measures);
        let notes = staff_notes(draft, &measures, &sharps);
        let graces = draft.graces.iter().zip(draft.notes.len()..);
        let graces: Vec<Grace> = graces
            .map(|(grace, note)| Grace { main: grace.main, order: grace.order, note })
            .collect();
        let mut sheet = Sheet { tempos: draft.tempos.clone(), notes, measures: Vec::new() };
        let mut pulse = Pulse::of(measures[0].metre);
        let mut metre = measures[0].metre;
        let (mut sounding, mut next) = (Vec::new(), 0);
        for (measure, sharps) in measures.into_iter().zip(sharps) {
            if measure.metre != metre {
                (pulse, metre) = (Pulse::of(measure.metre), measure.metre);
            }
            sounding.retain(|&note: &usize| sheet.notes[note].end > measure.start);
            let notes = &sheet.notes[..draft.notes.len()];
            while notes.get(next).is_some_and(|note| note.start < measure.end()) {
                sounding.push(next);
                next += 1;
            }
            let staves = [0, 1].map(|staff| {
                let of_staff = |&note: &usize| sheet.notes[note].staff == staff;
                let sounding: Vec<_> = sounding.iter().copied().filter(of_staff).collect();
                staff_measure(&measure, &pulse, &sheet.notes, &graces, &sounding, sharps)
            });
            sheet.measures.push(SheetMeasure { measure, sharps, staves });
        }
        sheet.choose_clefs();
        sheet
    }

    fn choose_clefs(&mut self) {
        for (staff, home) in [(0, Clef::Treble), (1, Clef::Bass)] {
            let starts: Vec<Vec<usize>> =
                self.measures.iter().map(|measure| measure.staves[staff].passages()).collect();
            let passages = |(measure, starts): (&SheetMeasure, &Vec<usize>)| -> Vec<Passage> {
                let ends = starts.iter().skip(1).copied().chain([measure.measure.end()]);
                let spans = starts.iter().zip(ends);
                let passages = spans.map(|(&start, end)| {
                    let symbols = measure.staves[staff].voices.iter().flatten();
                    let inside = symbols.filter(|symbol| (start..end).contains(&symbol.start));
                    let heads = inside.flat_map(Symbol::heads);
                    let heads = heads.map(|head| self.notes[head.note].position()).collect();
                    Passage { length: end - start, heads }
                });
                passages.collect()
            };
            let all: Vec<_> = self.measures.iter().zip(&starts).map(passages).collect();
            let readings = readings(home, &all).into_iter().zip(starts);
            for (measure, (readings, starts)) in self.measures.iter_mut().zip(readings) {
                let measure = &mut measure.staves[staff];
                measure.clef = readings[0].clef;
                let octaves = starts.into_iter().zip(readings);
                measure.octaves =
                    octaves.map(|(start, reading)| (start, reading.octaves)).collect();
                measure.octaves.dedup_by_key(|(_, octaves)| *octaves);
            }
        }
    }
}

impl StaffMeasure {
    /// The voice that is written first.
    pub fn first_voice(&self) -> &[Symbol] {
        &self.voices[usize::from(self.voices[0].is_empty())]
    }

    /// The times at which an octave sign can begin or end: where a symbol of the first voice begins
    /// and no note sounds on.
    fn passages(&self) -> Vec<usize> {
        let mut starts: Vec<usize> = self.first_voice().iter().map(|s| s.start).collect();
        let symbols = || self.voices.iter().flatten();
        let first = starts.first().copied();
        starts.retain(|&start| {
            let over = |symbol: &Symbol| symbol.start < start && symbol.end() > start;
            let tied = |symbol: &Symbol| {
                symbol.start == start && symbol.heads().any(|head| head.tied_from)
            };
            Some(start) == first || !symbols().any(|s| s.is_chord() && (over(s) || tied(s)))
        });
        starts
    }
}

/// The notes of a draft and then its grace notes, each with its spelling, staff and voice.
fn staff_notes(draft: &Draft, measures: &[Measure], sharps: &[i8]) -> Vec<StaffNote> {
    let measure_of = |time: usize| measures.partition_point(|m| m.start <= time) - 1;
    let pitch = |key: usize| key as u8 + LOWEST_PITCH;
    let mut notes: Vec<StaffNote> = draft
        .notes
        .iter()
        .map(|note| StaffNote {
            pitch: pitch(note.key),
            start: note.start,
            end: note.end,
            fifths: 0,
            staff: note.hand,
            voice: 0,
        })
        .collect();
    let bars: Vec<usize> = measures.iter().map(|measure| measure.start).collect();
    for staff in [0, 1] {
        let of_staff: Vec<usize> = (0..notes.len()).filter(|&n| notes[n].staff == staff).collect();
        let span =
            |&n: &usize| Span { key: draft.notes[n].key, start: notes[n].start, end: notes[n].end };
        let spans: Vec<Span> = of_staff.iter().map(span).collect();
        for (n, second) in of_staff.into_iter().zip(in_second_voice(&spans, &bars)) {
            notes[n].voice = usize::from(second);
        }
    }
    let graces = draft.graces.iter().map(|grace| {
        let main = notes[grace.main];
        StaffNote { pitch: pitch(grace.key), end: main.start, ..main }
    });
    let graces: Vec<StaffNote> = graces.collect();
    notes.extend(graces);

    // In the order in which they are heard: grace notes stand before what is struck with their
    // note.
    let mut heard: Vec<usize> = (0..notes.len()).collect();
    heard.sort_by_key(|&n| (notes[n].start, usize::from(n < draft.notes.len()), n));
    let unspelled: Vec<UnspelledNote> = heard
        .iter()
        .map(|&n| UnspelledNote {
            time: 2 * notes[n].start + usize::from(n < draft.notes.len()),
            pitch: notes[n].pitch,
            sharps: sharps[measure_of(notes[n].start)],
        })
        .collect();
    for (n, fifths) in heard.into_iter().zip(spell(&unspelled)) {
        notes[n].fifths = fifths;
    }
    debug_assert!(notes.iter().all(|n| chroma(n.fifths) == usize::from(n.pitch) % 12));
    notes
}

fn staff_measure(
    measure: &Measure,
    pulse: &Pulse,
    notes: &[StaffNote],
    graces: &[Grace],
    sounding: &[usize],
    sharps: i8,
) -> StaffMeasure {
    let mut voices = [0, 1].map(|voice| {
        let of_voice = |&note: &usize| notes[note].voice == voice;
        let sounding: Vec<usize> = sounding.iter().copied().filter(of_voice).collect();
        if sounding.is_empty() {
            Vec::new()
        } else {
            voice_symbols(measure, pulse, notes, graces, &sounding)
        }
    });
    if voices.iter().all(Vec::is_empty) {
        voices[0] = rests(measure, pulse);
    }
    if !voices[0].is_empty() {
        hide_idle_rests(&mut voices[1], measure, pulse);
    }
    voices.iter_mut().for_each(|symbols| beam(symbols, measure, pulse));
    accidentals(&mut voices, notes, sharps);
    // Placeholders: clefs are chosen when all measures are known.
    StaffMeasure { clef: Clef::Treble, octaves: Vec::new(), voices }
}

/// The rests of a measure in which nothing sounds. Only a measure that is as long as its metre says
/// has a whole-measure rest: some programs take that for a whole measure, however short it is.
fn rests(measure: &Measure, pulse: &Pulse) -> Vec<Symbol> {
    if measure.is_whole() {
        return vec![Symbol::new(measure.start, measure.length, SymbolKind::MeasureRest)];
    }
    let mut at = measure.start;
    let places = measure.offset..measure.offset + measure.length;
    let rests = pulse.rest(places).into_iter().map(|length| {
        let rest = Symbol::new(at, length, SymbolKind::Rest);
        at += length;
        rest
    });
    rests.collect()
}
