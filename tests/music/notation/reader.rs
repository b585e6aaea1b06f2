//! A reader of MusicXML that shares nothing with the writer and follows the rules that musicians read by.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::Event;

/// An element of XML.
#[derive(Debug, Default)]
pub struct Element {
    pub name: String,
    pub attributes: BTreeMap<String, String>,
    pub text: String,
    pub children: Vec<Element>,
}

impl Element {
    /// The document's outermost element; the document must be well-formed.
    pub fn read(document: &str) -> Element {
        let mut reader = Reader::from_str(document);
        let mut open = vec![Element::default()];
        loop {
            match reader.read_event().unwrap() {
                Event::Start(tag) => open.push(Element::begin(&tag)),
                Event::Empty(tag) => open.last_mut().unwrap().children.push(Element::begin(&tag)),
                Event::End(_) => {
                    let closed = open.pop().unwrap();
                    open.last_mut().unwrap().children.push(closed);
                }
                // Indentation is no text.
                Event::Text(text) if text.starts_with('\n') => {}
                Event::Text(text) => open.last_mut().unwrap().text.push_str(&text),
                Event::GeneralRef(name) => {
                    let sign = ["amp", "lt", "gt", "quot"].iter().position(|&n| n == &*name);
                    open.last_mut().unwrap().text.push(b"&<>\""[sign.unwrap()].into());
                }
                Event::Eof => break,
                _ => {}
            }
        }
        assert_eq!((open.len(), open[0].children.len()), (1, 1), "every element is closed");
        open.remove(0).children.remove(0)
    }

    fn begin(tag: &quick_xml::events::BytesStart<'_>) -> Element {
        let attributes = tag.attributes().map(|attribute| {
            let attribute = attribute.unwrap();
            (attribute.key.0.to_owned(), attribute.value.into_owned())
        });
        let attributes = attributes.collect();
        Element { name: tag.name().0.to_owned(), attributes, ..Element::default() }
    }

    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    pub fn find(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The number in a child.
    pub fn number(&self, name: &str) -> Option<i64> {
        self.find(name).map(|child| child.text.parse().unwrap())
    }

    /// The text of a child.
    pub fn say(&self, name: &str) -> &str {
        self.find(name).map_or("", |child| &child.text)
    }

    /// All elements within, itself first.
    pub fn everything(&self) -> Vec<&Element> {
        let mut all = vec![self];
        self.children.iter().for_each(|child| all.extend(child.everything()));
        all
    }
}

/// A head, a rest or a gap.
#[derive(Debug, Clone)]
pub struct Sign<'a> {
    pub staff: i64,
    pub voice: i64,
    /// In the reader's unit, from the start of the piece.
    pub start: usize,
    pub length: usize,
    pub element: &'a Element,
}

impl Sign<'_> {
    pub fn is_head(&self) -> bool {
        self.element.find("pitch").is_some()
    }

    pub fn is_grace(&self) -> bool {
        self.element.find("grace").is_some()
    }

    pub fn is_in_chord(&self) -> bool {
        self.element.find("chord").is_some()
    }

    pub fn has_tie(&self, kind: &str) -> bool {
        self.element.all("tie").any(|tie| tie.attributes["type"] == kind)
    }

    /// Octave and letter.
    pub fn line(&self) -> (i64, &str) {
        let pitch = self.element.find("pitch").unwrap();
        (pitch.number("octave").unwrap(), pitch.say("step"))
    }

    pub fn alter(&self) -> i64 {
        self.element.find("pitch").unwrap().number("alter").unwrap_or(0)
    }

    pub fn midi(&self) -> i64 {
        let (octave, letter) = self.line();
        let above_c = [0, 2, 4, 5, 7, 9, 11]["CDEFGAB".find(letter).unwrap()];
        12 * (octave + 1) + above_c + self.alter()
    }
}

/// A measure: where it begins, how long it is, what is new in it, its signs as they come.
#[derive(Debug)]
pub struct Measure<'a> {
    /// How many units a quarter has.
    pub quarter: usize,
    pub start: usize,
    pub length: usize,
    pub sharps: i64,
    pub metre: (i64, i64),
    pub signs: Vec<Sign<'a>>,
    pub element: &'a Element,
}

/// The measures of a document in which a quarter has four divisions, in 16ths.
pub fn measures(score: &Element) -> Vec<Measure<'_>> {
    assert_eq!(score.everything().iter().find_map(|e| e.number("divisions")), Some(4));
    measures_in(score, 4)
}

/// The measures of a document, in units of which a quarter has as many as `quarter`.
pub fn measures_in(score: &Element, quarter: usize) -> Vec<Measure<'_>> {
    let part = score.find("part").unwrap();
    let (mut start, mut sharps, mut metre) = (0, 0, (0, 0));
    let mut measures = Vec::new();
    let mut divisions = 0;
    for element in &part.children {
        assert_eq!(element.name, "measure");
        let (mut now, mut length, mut chord_start) = (0, 0, 0);
        let mut signs = Vec::new();
        for child in &element.children {
            let duration = child.number("duration").unwrap_or(0) as usize * quarter;
            assert!(duration == 0 || duration.is_multiple_of(divisions), "a whole number of units");
            let duration = duration / divisions.max(1);
            match child.name.as_str() {
                "attributes" => {
                    assert!(now == 0, "keys, metres and clefs change on bar lines");
                    if let Some(number) = child.number("divisions") {
                        assert_eq!(divisions, 0, "the unit never changes");
                        divisions = number as usize;
                    }
                    if let Some(key) = child.find("key") {
                        sharps = key.number("fifths").unwrap();
                    }
                    if let Some(time) = child.find("time") {
                        metre = (time.number("beats").unwrap(), time.number("beat-type").unwrap());
                    }
                }
                "backup" => now -= duration,
                "note" | "forward" => {
                    let is_grace = child.find("grace").is_some();
                    assert_eq!(is_grace, duration == 0);
                    if child.find("chord").is_none() {
                        chord_start = now;
                        now += duration;
                    }
                    signs.push(Sign {
                        staff: child.number("staff").unwrap(),
                        voice: child.number("voice").unwrap(),
                        start: start + chord_start,
                        length: duration,
                        element: child,
                    });
                    length = length.max(now);
                }
                "direction" | "barline" => {}
                other => panic!("<{other}> in a measure"),
            }
        }
        measures.push(Measure { quarter, start, length, sharps, metre, signs, element });
        start += length;
    }
    measures
}

/// The notes of a document, ties joined: beginning, pitch, end. Grace notes are left out.
pub fn notes(measures: &[Measure<'_>]) -> Vec<(usize, i64, usize)> {
    let mut notes: Vec<(usize, i64, usize)> = Vec::new();
    for staff in [1, 2] {
        // By voice and pitch: the note that goes on, an index of the notes.
        let mut open: BTreeMap<(i64, i64), usize> = BTreeMap::new();
        for measure in measures {
            let heads = measure.signs.iter().filter(|sign| sign.is_head() && !sign.is_grace());
            for head in heads.filter(|sign| sign.staff == staff) {
                let (midi, end) = (head.midi(), head.start + head.length);
                let tie = (head.voice, midi);
                let index = if head.has_tie("stop") {
                    let index = open.remove(&tie).expect("a tie that comes from somewhere");
                    assert_eq!(notes[index].2, head.start, "a tie leads to what follows");
                    notes[index].2 = end;
                    index
                } else {
                    notes.push((head.start, midi, end));
                    notes.len() - 1
                };
                if head.has_tie("start") {
                    assert!(open.insert(tie, index).is_none());
                }
            }
        }
        assert!(open.is_empty(), "every tie ends");
    }
    notes.sort_unstable();
    notes
}
