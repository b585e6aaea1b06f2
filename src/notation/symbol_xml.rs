//! Writes chords and rests as MusicXML.

use super::musicxml::{Division, STAVES};
use super::pulse::note_type;
use super::spelling::{alter, letter, octave};
use super::staff_note::StaffNote;
use super::symbol::{Beam, Head, Symbol, SymbolKind};
use super::time::QUARTER;
use super::xml::Xml;

/// The names of the voices of each staff, as notation programs number them.
const VOICES: [[&str; 2]; 2] = [["1", "2"], ["5", "6"]];

/// Writes a chord, a rest or a gap in a voice of a staff.
pub(super) fn write_symbol(
    xml: &mut Xml,
    written: &Symbol,
    notes: &[StaffNote],
    division: Division,
    (staff, voice): (usize, usize),
    stem: Option<&str>,
) {
    let of_staff = STAVES[staff];
    let of_voice = VOICES[staff][voice];
    let duration = division.count(written.length);
    match &written.kind {
        SymbolKind::Gap => {
            xml.open("forward", &[]);
            xml.number("duration", duration);
            xml.leaf("voice", &[], of_voice);
            xml.leaf("staff", &[], of_staff);
            xml.close();
        }
        SymbolKind::MeasureRest => {
            xml.open("note", &[]);
            xml.empty("rest", &[("measure", "yes")]);
            xml.number("duration", duration);
            xml.leaf("voice", &[], of_voice);
            xml.leaf("staff", &[], of_staff);
            xml.close();
        }
        SymbolKind::Rest => {
            xml.open("note", &[]);
            xml.empty("rest", &[]);
            xml.number("duration", duration);
            xml.leaf("voice", &[], of_voice);
            value(xml, written);
            time_modification(xml, written);
            xml.leaf("staff", &[], of_staff);
            if is_tuplet_edge(written) {
                xml.open("notations", &[]);
                tuplet(xml, written);
                xml.close();
            }
            xml.close();
        }
        SymbolKind::Chord(heads) => {
            // Whole notes have no stem.
            let stem = stem.filter(|_| written.value < 4 * QUARTER);
            grace_notes(xml, &written.graces, notes, (staff, voice), stem);
            for (index, head) in heads.iter().enumerate() {
                xml.open("note", &[]);
                if index > 0 {
                    xml.empty("chord", &[]);
                }
                pitch(xml, &notes[head.note]);
                xml.number("duration", duration);
                ties(xml, "tie", head);
                xml.leaf("voice", &[], of_voice);
                value(xml, written);
                accidental(xml, head);
                time_modification(xml, written);
                if let Some(stem) = stem {
                    xml.leaf("stem", &[], stem);
                }
                xml.leaf("staff", &[], of_staff);
                if index == 0 {
                    beams(xml, written);
                }
                let tuplet_edge = index == 0 && is_tuplet_edge(written);
                if head.tied_from || head.tied_on || tuplet_edge {
                    xml.open("notations", &[]);
                    ties(xml, "tied", head);
                    if tuplet_edge {
                        tuplet(xml, written);
                    }
                    xml.close();
                }
                xml.close();
            }
        }
    }
}

/// Writes the grace notes before a chord: a single one as an eighth with a slash, several as beamed
/// 16ths.
fn grace_notes(
    xml: &mut Xml,
    graces: &[Vec<Head>],
    notes: &[StaffNote],
    (staff, voice): (usize, usize),
    stem: Option<&str>,
) {
    let single = graces.len() == 1;
    for (place, heads) in graces.iter().enumerate() {
        for (index, head) in heads.iter().enumerate() {
            xml.open("note", &[]);
            xml.empty("grace", if single { &[("slash", "yes")] } else { &[] });
            if index > 0 {
                xml.empty("chord", &[]);
            }
            pitch(xml, &notes[head.note]);
            xml.leaf("voice", &[], VOICES[staff][voice]);
            xml.leaf("type", &[], if single { "eighth" } else { "16th" });
            accidental(xml, head);
            if let Some(stem) = stem {
                xml.leaf("stem", &[], stem);
            }
            xml.leaf("staff", &[], STAVES[staff]);
            if index == 0 && !single {
                let beam = match place {
                    0 => "begin",
                    place if place + 1 == graces.len() => "end",
                    _ => "continue",
                };
                for number in ["1", "2"] {
                    xml.leaf("beam", &[("number", number)], beam);
                }
            }
            xml.close();
        }
    }
}

fn value(xml: &mut Xml, symbol: &Symbol) {
    let (kind, dotted) = note_type(symbol.value);
    xml.leaf("type", &[], kind);
    if dotted {
        xml.empty("dot", &[]);
    }
}

fn accidental(xml: &mut Xml, head: &Head) {
    if let Some(sharps) = head.accidental {
        let names = ["flat-flat", "flat", "natural", "sharp", "double-sharp"];
        xml.leaf("accidental", &[], names[(sharps + 2).clamp(0, 4) as usize]);
    }
}

/// Writes that three such values fill the time of two.
fn time_modification(xml: &mut Xml, symbol: &Symbol) {
    if let Some(tuplet) = symbol.tuplet {
        xml.open("time-modification", &[]);
        xml.number("actual-notes", 3);
        xml.number("normal-notes", 2);
        xml.leaf("normal-type", &[], note_type(tuplet.part()).0);
        xml.close();
    }
}

/// Whether a tuplet begins or ends with a symbol.
fn is_tuplet_edge(symbol: &Symbol) -> bool {
    symbol.tuplet.is_some_and(|t| t.start == symbol.start || t.end() == symbol.end())
}

fn tuplet(xml: &mut Xml, symbol: &Symbol) {
    let Some(tuplet) = symbol.tuplet else { return };
    if tuplet.start == symbol.start {
        xml.empty("tuplet", &[("type", "start"), ("number", "1")]);
    }
    if tuplet.end() == symbol.end() {
        xml.empty("tuplet", &[("type", "stop"), ("number", "1")]);
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
    for (beam, number) in symbol.beams.iter().zip(["1", "2", "3", "4"]) {
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
