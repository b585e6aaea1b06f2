//! The symbols on a staff: chords and rests, each with a single note value.

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
    /// Its first step.
    pub start: usize,
    /// Its length in 16ths.
    pub length: usize,
    pub kind: SymbolKind,
    /// The beams of eighths and of 16ths.
    pub beams: [Option<Beam>; 2],
}

impl Symbol {
    pub fn new(start: usize, length: usize, kind: SymbolKind) -> Symbol {
        Symbol { start, length, kind, beams: [None; 2] }
    }

    pub fn end(&self) -> usize {
        self.start + self.length
    }

    pub fn is_chord(&self) -> bool {
        matches!(self.kind, SymbolKind::Chord(_))
    }
}
