//! The symbols on a staff: chords and rests, each with a single note value.

use super::time::QUARTER;
use super::tuplets::Tuplet;

/// The state of a beam at a chord.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beam {
    Begin,
    Continue,
    End,
    /// A partial beam to the right.
    Forward,
    /// A partial beam to the left.
    Backward,
}

/// One note head of a chord.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    /// The index of its note in the sheet.
    pub note: usize,
    /// Whether it is tied to the chord before.
    pub tied_from: bool,
    /// Whether it is tied to the chord after.
    pub tied_on: bool,
    /// Its accidental as a number of sharps, if it has one.
    pub accidental: Option<i8>,
}

/// The kind of a symbol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SymbolKind {
    /// Note heads from low to high, at least one.
    Chord(Vec<Head>),
    Rest,
    /// A whole-measure rest, whatever the length of the measure.
    MeasureRest,
    /// Nothing is printed, because another voice fills the time.
    Gap,
}

/// A chord or rest with a single note value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Symbol {
    /// The time at which it begins.
    pub start: usize,
    /// The time that it fills.
    pub length: usize,
    /// Its note value. It is longer than the symbol if this is in a tuplet.
    pub value: usize,
    /// The tuplet that it is a part of.
    pub tuplet: Option<Tuplet>,
    /// The grace notes before it, each a chord. Only chords have any.
    pub graces: Vec<Vec<Head>>,
    pub kind: SymbolKind,
    /// The beams of eighths, of 16ths, of 32nds and of 64ths.
    pub beams: [Option<Beam>; 4],
}

impl Symbol {
    /// A symbol that is in no tuplet.
    pub fn new(start: usize, length: usize, kind: SymbolKind) -> Symbol {
        let (value, tuplet, graces) = (length, None, Vec::new());
        Symbol { start, length, value, tuplet, graces, kind, beams: [None; 4] }
    }

    pub fn end(&self) -> usize {
        self.start + self.length
    }

    /// How many flags its stem has, or beams in their place.
    pub fn flags(&self) -> usize {
        (0..self.beams.len()).take_while(|flags| self.value < QUARTER >> flags).count()
    }

    /// Its heads and those of its grace notes.
    pub fn heads(&self) -> impl Iterator<Item = &Head> {
        let own = match &self.kind {
            SymbolKind::Chord(heads) => &heads[..],
            _ => &[],
        };
        self.graces.iter().flatten().chain(own)
    }

    pub fn is_chord(&self) -> bool {
        matches!(self.kind, SymbolKind::Chord(_))
    }
}
