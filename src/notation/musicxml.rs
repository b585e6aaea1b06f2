//! Writes a page as MusicXML 4.0 (W3C Community Group Final Report, 1 June 2021).

use super::Heading;
use super::clefs::Clef;
use super::directions::{octave_shift, tempo};
use super::measure::length_of;
use super::sheet::{Sheet, SheetMeasure};
use super::symbol::Symbol;
use super::symbol_xml::write_symbol;
use super::time::{QUARTER, SIXTEENTH, common_divisor};
use super::xml::Xml;
use crate::score::Metre;

const DOCTYPE: &str = "<!DOCTYPE score-partwise PUBLIC \"-//Recordare//DTD MusicXML 4.0 \
                       Partwise//EN\" \"http://www.musicxml.org/dtds/partwise.dtd\">";

/// The names of the staves.
pub(super) const STAVES: [&str; 2] = ["1", "2"];

/// The unit in which a document counts time. It is a 16th, or less if there are tuplets or shorter
/// notes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Division {
    /// How many units it has.
    units: usize,
}

impl Division {
    fn of(sheet: &Sheet) -> Division {
        let mut units = SIXTEENTH;
        let mut hold = |time: usize| units = common_divisor(units, time);
        for SheetMeasure { measure, staves, .. } in &sheet.measures {
            hold(measure.length);
            staves.iter().flat_map(|staff| staff.voices.iter().flatten()).for_each(|symbol| {
                hold(symbol.length);
            });
            let marks = sheet.tempos.iter().map(|mark| mark.start);
            let inside = marks.filter(|time| (measure.start..measure.end()).contains(time));
            inside.for_each(|time| hold(time - measure.start));
        }
        Division { units }
    }

    /// How many there are in a length of time.
    pub fn count(self, length: usize) -> usize {
        length / self.units
    }
}

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
    let division = Division::of(sheet);
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
        write_measure(&mut xml, sheet, division, &number, [before, Some(measure), after]);
    }
    xml.finish()
}

/// Writes the middle one of three successive measures.
fn write_measure(
    xml: &mut Xml,
    sheet: &Sheet,
    division: Division,
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
    attributes(xml, division, before, now);
    let first_mark = sheet.tempos.partition_point(|mark| mark.start < measure.start);
    for mark in sheet.tempos[first_mark..].iter().take_while(|mark| mark.start < measure.end()) {
        tempo(xml, mark.tempo, measure.metre, division.count(mark.start - measure.start));
    }
    let mut first = true;
    for (staff, symbols) in now.staves.iter().enumerate() {
        let octaves_before = before.and_then(|before| before.staves[staff].octaves.last());
        let mut octaves = octaves_before.map_or(0, |(_, octaves)| *octaves);
        let mut changes = symbols.octaves.iter().copied().peekable();
        let both = symbols.voices.iter().all(|voice| voice.iter().any(Symbol::is_chord));
        let mut voices =
            symbols.voices.iter().enumerate().filter(|(_, symbols)| !symbols.is_empty());
        let mut first_of_staff = true;
        for (voice, symbols) in &mut voices {
            if !first {
                xml.open("backup", &[]);
                xml.number("duration", division.count(measure.length));
                xml.close();
            }
            let stem = both.then_some(["up", "down"][voice]);
            for symbol in symbols {
                if first_of_staff
                    && let Some((_, new)) = changes.next_if(|change| change.0 <= symbol.start)
                {
                    if octaves != new && octaves != 0 && symbol.start > measure.start {
                        octave_shift(xml, "stop", staff);
                    }
                    if octaves != new && new != 0 {
                        octave_shift(xml, if new > 0 { "down" } else { "up" }, staff);
                    }
                    octaves = new;
                }
                write_symbol(xml, symbol, &sheet.notes, division, (staff, voice), stem);
            }
            let next = after.and_then(|after| after.staves[staff].octaves.first());
            if first_of_staff && octaves != 0 && next.is_none_or(|next| next.1 != octaves) {
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
fn attributes(
    xml: &mut Xml,
    division: Division,
    before: Option<&SheetMeasure>,
    now: &SheetMeasure,
) {
    let new_key = before.is_none_or(|before| before.sharps != now.sharps);
    let new_metre = before.is_none_or(|before| before.measure.metre != now.measure.metre);
    let clef = |measure: &SheetMeasure, staff: usize| measure.staves[staff].clef;
    let new_clefs =
        [0, 1].map(|staff| before.is_none_or(|before| clef(before, staff) != clef(now, staff)));
    if !new_key && !new_metre && new_clefs == [false; 2] {
        return;
    }
    xml.open("attributes", &[]);
    if before.is_none() {
        xml.number("divisions", division.count(QUARTER));
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
            let (letter, line) = match clef(now, staff) {
                Clef::Treble => ("G", 2),
                Clef::Bass => ("F", 4),
            };
            xml.open("clef", &[("number", STAVES[staff])]);
            xml.leaf("sign", &[], letter);
            xml.number("line", line);
            xml.close();
        }
    }
    xml.close();
}

/// The numbers of a time signature. A metre of less than 64ths is written in 16ths, as it is
/// counted.
fn signature(metre: Metre) -> (usize, u32) {
    match metre.denominator_power {
        0..=6 => (usize::from(metre.numerator.max(1)), metre.denominator()),
        _ => (length_of(metre) / SIXTEENTH, 16),
    }
}
