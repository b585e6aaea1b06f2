//! Sheet music: a roll on two staves, as MusicXML.
//!
//! Exact: every note of the roll is on the page, with its pitch, its beginning and its length in
//! 16ths. What no single sign can say is said by ties. What a roll does not know is chosen so that
//! it reads well: which hand plays a note ([`hands`]), which voice of its staff it belongs to
//! ([`voices`]), how it is spelled ([`spelling`]), in which clef it stands ([`clefs`]), and into
//! which values it is divided ([`pulse`]).

mod accidentals;
mod beams;
mod clefs;
mod hands;
mod key_signatures;
mod measure;
mod musicxml;
mod pulse;
mod sheet;
mod spelling;
mod staff_note;
mod symbol;
mod voice_symbols;
mod voices;
mod xml;

use crate::roll::{KeyChange, Roll};

/// What stands on the page besides the notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Heading<'a> {
    /// The name of the piece.
    pub title: Option<&'a str>,
    /// Whose music it is.
    pub composer: Option<&'a str>,
    /// All key signatures, by step, as [`Transcription`](crate::roll::Transcription) has them.
    /// Each holds from the bar line that is nearest to it. Where there are none, the roll's own
    /// holds, and where it has none either, the one that needs the fewest accidentals.
    pub keys: &'a [KeyChange],
}

/// The roll as a MusicXML 4.0 document: one part, the piano, on two staves of at most two voices
/// each. The same roll and heading always give the same text.
///
/// A measure that another one cuts short is shorter on the page, too; the last one is filled up
/// with rests, or, after an upbeat, to what the upbeat has left of it.
pub fn to_musicxml(roll: &Roll, heading: &Heading<'_>) -> String {
    musicxml::write(&sheet::Sheet::of(roll, heading.keys), heading)
}
