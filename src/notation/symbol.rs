//! What is written on a staff: chords and rests, each of one written value.

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
    pub note: usize,
    /// Whether it is tied to the sign before.
    pub tied_from: bool,
    /// Whether it is tied to the sign after.
    pub tied_on: bool,
    /// The accidental in front of it, as sharps.
    pub accidental: Option<i8>,
}

/// What a sign says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SymbolKind {
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
pub(super) struct Symbol {
    /// Its step.
    pub start: usize,
    /// Its length in 16ths.
    pub length: usize,
    pub kind: SymbolKind,
    /// The beam of eighths, and that of 16ths.
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
