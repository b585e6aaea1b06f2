//! Writes a page as MusicXML 4.0 (W3C Community Group Final Report, 1 June 2021).

use super::Heading;
use super::clefs::{Clef, Reading};
use super::measure::{Measure, length_of};
use super::pulse::note_type;
use super::sheet::{Sheet, SheetMeasure};
use super::spelling::{alter, letter, octave};
use super::staff_note::StaffNote;
use super::symbol::{Beam, Head, Symbol, SymbolKind};
use super::xml::Xml;
use crate::score::Metre;

const DOCTYPE: &str = "<!DOCTYPE score-partwise PUBLIC \"-//Recordare//DTD MusicXML 4.0 \
                       Partwise//EN\" \"http://www.musicxml.org/dtds/partwise.dtd\">";

/// The names of the voices of each staff, as notation programs number them.
const VOICES: [[&str; 2]; 2] = [["1", "2"], ["5", "6"]];

const STAVES: [&str; 2] = ["1", "2"];

pub(super) fn write(sheet: &Sheet, heading: &Heading<'_>) -> String {
    let mut xml = Xml::new(DOCTYPE);
    xml.open("score-partwise", &[("version", "4.0")]);
    if let Some(title) = heading.title {
        xml.open("work", &[]);
        xml.leaf("work-title", &[], title);
        xml.close();
    }
    xml.open("identification", &[]);
    if let Some(composer) = heading.composer {
        xml.leaf("creator", &[("type", "composer")], composer);
    }
    xml.open("encoding", &[]);
    xml.leaf("software", &[], concat!("Deep Jammer ", env!("CARGO_PKG_VERSION")));
    for element in ["accidental", "beam"] {
        xml.empty("supports", &[("element", element), ("type", "yes")]);
    }
    xml.close();
    xml.close();
    xml.open("part-list", &[]);
    xml.open("score-part", &[("id", "P1")]);
    xml.leaf("part-name", &[("print-object", "no")], "Piano");
    xml.open("score-instrument", &[("id", "P1-I1")]);
    xml.leaf("instrument-name", &[], "Piano");
    xml.close();
    xml.open("midi-instrument", &[("id", "P1-I1")]);
    xml.number("midi-channel", 1);
    xml.number("midi-program", 1);
    xml.close();
    xml.close();
    xml.close();
    xml.open("part", &[("id", "P1")]);
    let mut counted = 0;
    for (index, measure) in sheet.measures.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| &sheet.measures[before]);
        let number = match (measure.measure.uncounted, before) {
            (false, _) => {
                counted += 1;
                counted.to_string()
            }
            (true, None) => "0".to_owned(),
            (true, Some(_)) => format!("X{index}"),
        };
        let after = sheet.measures.get(index + 1);
        write_measure(&mut xml, sheet, &number, [before, Some(measure), after]);
    }
    xml.finish()
}

/// Writes the middle one of three successive measures.
fn write_measure(
    xml: &mut Xml,
    sheet: &Sheet,
    number: &str,
    [before, now, after]: [Option<&SheetMeasure>; 3],
) {
    let Some(now) = now else { return };
    let measure = &now.measure;
    let mut about = vec![("number", number)];
    if measure.uncounted {
        about.push(("implicit", "yes"));
    }
    xml.open("measure", &about);
    attributes(xml, before, now);
    if before.is_none() {
        tempo(xml, sheet.tempo, measure.metre);
    }
    let octaves = |measure: Option<&SheetMeasure>, staff: usize| {
        measure.map_or(0, |measure| measure.staves[staff].reading.octaves)
    };
    let mut first = true;
    for (staff, symbols) in now.staves.iter().enumerate() {
        let here = octaves(Some(now), staff);
        let both = symbols.voices.iter().all(|voice| voice.iter().any(Symbol::is_chord));
        let mut voices =
            symbols.voices.iter().enumerate().filter(|(_, symbols)| !symbols.is_empty());
        let mut first_of_staff = true;
        for (voice, symbols) in &mut voices {
            if !first {
                xml.open("backup", &[]);
                xml.number("duration", measure.length);
                xml.close();
            }
            if first_of_staff && here != 0 && octaves(before, staff) != here {
                octave_shift(xml, if here > 0 { "down" } else { "up" }, staff);
            }
            let stem = both.then_some(["up", "down"][voice]);
            for symbol in symbols {
                write_symbol(xml, symbol, &sheet.notes, measure, (staff, voice), stem);
            }
            if first_of_staff && here != 0 && octaves(after, staff) != here {
                octave_shift(xml, "stop", staff);
            }
            (first, first_of_staff) = (false, false);
        }
    }
    if after.is_none() {
        xml.open("barline", &[("location", "right")]);
        xml.leaf("bar-style", &[], "light-heavy");
        xml.close();
    }
    xml.close();
}

/// Writes the key, metre and clefs that change in this measure; in the first measure, all of them.
fn attributes(xml: &mut Xml, before: Option<&SheetMeasure>, now: &SheetMeasure) {
    let new_key = before.is_none_or(|before| before.sharps != now.sharps);
    let new_metre = before.is_none_or(|before| before.measure.metre != now.measure.metre);
    let clef = |measure: &SheetMeasure, staff: usize| measure.staves[staff].reading.clef;
    let new_clefs =
        [0, 1].map(|staff| before.is_none_or(|before| clef(before, staff) != clef(now, staff)));
    if !new_key && !new_metre && new_clefs == [false; 2] {
        return;
    }
    xml.open("attributes", &[]);
    if before.is_none() {
        xml.number("divisions", 4);
    }
    if new_key {
        xml.open("key", &[]);
        xml.number("fifths", now.sharps);
        xml.close();
    }
    if new_metre {
        let (beats, kind) = signature(now.measure.metre);
        let symbol = [("symbol", "common")];
        xml.open("time", if (beats, kind) == (4, 4) { &symbol } else { &[] });
        xml.number("beats", beats);
        xml.number("beat-type", kind);
        xml.close();
    }
    if before.is_none() {
        xml.number("staves", 2);
    }
    for staff in [0, 1] {
        if new_clefs[staff] {
            let (letter, line) = match now.staves[staff].reading {
                Reading { clef: Clef::Treble, .. } => ("G", 2),
                Reading { clef: Clef::Bass, .. } => ("F", 4),
            };
            xml.open("clef", &[("number", STAVES[staff])]);
            xml.leaf("sign", &[], letter);
            xml.number("line", line);
            xml.close();
        }
    }
    xml.close();
}

/// The numbers of a time signature. A metre whose measures are not a whole number of 16ths is
/// written in 16ths, as it is counted.
fn signature(metre: Metre) -> (usize, u32) {
    let (numerator, power) = (usize::from(metre.numerator.max(1)), metre.denominator_power);
    let exact = power <= 4 || power <= 6 && numerator << 4 == length_of(metre) << power;
    if exact { (numerator, metre.denominator()) } else { (length_of(metre), 16) }
}

/// Writes the tempo as beats of the metre per minute.
fn tempo(xml: &mut Xml, tempo: u32, metre: Metre) {
    let quarters = 60e6 / f64::from(tempo.max(1));
    let dotted =
        metre.denominator_power >= 3 && metre.numerator > 3 && metre.numerator.is_multiple_of(3);
    xml.open("direction", &[("placement", "above")]);
    xml.open("direction-type", &[]);
    xml.open("metronome", &[]);
    xml.leaf("beat-unit", &[], "quarter");
    if dotted {
        xml.empty("beat-unit-dot", &[]);
    }
    let beats = if dotted { quarters / 1.5 } else { quarters };
    xml.number("per-minute", beats.round());
    xml.close();
    xml.close();
    xml.leaf("staff", &[], STAVES[0]);
    // Rounded to thousandths, a difference that nobody hears.
    xml.empty("sound", &[("tempo", &((quarters * 1e3).round() / 1e3).to_string())]);
    xml.close();
}

fn octave_shift(xml: &mut Xml, kind: &str, staff: usize) {
    let placement = if staff == 0 { "above" } else { "below" };
    xml.open("direction", &[("placement", placement)]);
    xml.open("direction-type", &[]);
    xml.empty("octave-shift", &[("type", kind), ("size", "8"), ("number", STAVES[staff])]);
    xml.close();
    xml.leaf("staff", &[], STAVES[staff]);
    xml.close();
}

fn write_symbol(
    xml: &mut Xml,
    written: &Symbol,
    notes: &[StaffNote],
    measure: &Measure,
    (staff, voice): (usize, usize),
    stem: Option<&str>,
) {
    let of_staff = STAVES[staff];
    let of_voice = VOICES[staff][voice];
    let (kind, dotted) = note_type(written.length);
    match &written.kind {
        SymbolKind::Gap => {
            xml.open("forward", &[]);
            xml.number("duration", written.length);
            xml.leaf("voice", &[], of_voice);
            xml.leaf("staff", &[], of_staff);
            xml.close();
        }
        SymbolKind::MeasureRest => {
            xml.open("note", &[]);
            xml.empty("rest", &[("measure", "yes")]);
            xml.number("duration", measure.length);
            xml.leaf("voice", &[], of_voice);
            xml.leaf("staff", &[], of_staff);
            xml.close();
        }
        SymbolKind::Rest => {
            xml.open("note", &[]);
            xml.empty("rest", &[]);
            xml.number("duration", written.length);
            xml.leaf("voice", &[], of_voice);
            xml.leaf("type", &[], kind);
            if dotted {
                xml.empty("dot", &[]);
            }
            xml.leaf("staff", &[], of_staff);
            xml.close();
        }
        SymbolKind::Chord(heads) => {
            for (index, head) in heads.iter().enumerate() {
                xml.open("note", &[]);
                if index > 0 {
                    xml.empty("chord", &[]);
                }
                pitch(xml, &notes[head.note]);
                xml.number("duration", written.length);
                ties(xml, "tie", head);
                xml.leaf("voice", &[], of_voice);
                xml.leaf("type", &[], kind);
                if dotted {
                    xml.empty("dot", &[]);
                }
                if let Some(sharps) = head.accidental {
                    let names = ["flat-flat", "flat", "natural", "sharp", "double-sharp"];
                    xml.leaf("accidental", &[], names[(sharps + 2).clamp(0, 4) as usize]);
                }
                // Whole notes have no stem.
                if let Some(stem) = stem.filter(|_| written.length < 16) {
                    xml.leaf("stem", &[], stem);
                }
                xml.leaf("staff", &[], of_staff);
                if index == 0 {
                    beams(xml, written);
                }
                if head.tied_from || head.tied_on {
                    xml.open("notations", &[]);
                    ties(xml, "tied", head);
                    xml.close();
                }
                xml.close();
            }
        }
    }
}

fn pitch(xml: &mut Xml, note: &StaffNote) {
    xml.open("pitch", &[]);
    xml.leaf("step", &[], ["C", "D", "E", "F", "G", "A", "B"][letter(note.fifths)]);
    if alter(note.fifths) != 0 {
        xml.number("alter", alter(note.fifths));
    }
    xml.number("octave", octave(note.pitch, note.fifths));
    xml.close();
}

/// Writes ties as they sound (`tie`) or as they are printed (`tied`).
fn ties(xml: &mut Xml, name: &str, head: &Head) {
    if head.tied_from {
        xml.empty(name, &[("type", "stop")]);
    }
    if head.tied_on {
        xml.empty(name, &[("type", "start")]);
    }
}

fn beams(xml: &mut Xml, symbol: &Symbol) {
    for (beam, number) in symbol.beams.iter().zip(["1", "2"]) {
        if let Some(beam) = beam {
            let kind = match beam {
                Beam::Begin => "begin",
                Beam::Continue => "continue",
                Beam::End => "end",
                Beam::Forward => "forward hook",
                Beam::Backward => "backward hook",
            };
            xml.leaf("beam", &[("number", number)], kind);
        }
    }
}
