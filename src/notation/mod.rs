//! Sheet music: a roll on two staves, as MusicXML.
//!
//! [`to_musicxml`] takes a [`Roll`] and a [`Heading`] and returns the text of a MusicXML file. It
//! is exact: every note of the roll is on the page, with its pitch, its onset and its length in
//! 16ths. A length that no single note value has is written as tied notes. Everything that a roll
//! does not contain is chosen for legibility: the hand that plays a note (`hands`), its voice
//! (`voices`), its spelling (`spelling`), the clefs (`clefs`), the note values and rests (`pulse`),
//! and the beams (`beams`). `docs/notation.md` explains the choices.

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

/// The information on the page besides the notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Heading<'a> {
    /// The title of the piece.
    pub title: Option<&'a str>,
    /// The name of the composer.
    pub composer: Option<&'a str>,
    /// All key signatures by step, as in a [`Transcription`](crate::roll::Transcription). Each
    /// holds from the nearest bar line. If there are none, the roll's own signature holds, and if
    /// the roll has none either, the one that needs the fewest accidentals.
    pub keys: &'a [KeyChange],
}

/// Writes a roll as a MusicXML 4.0 document: one part, the piano, on two staves of at most two
/// voices each. The same roll and heading always give the same text.
///
/// A measure that the next one cuts short is shorter on the page, too. The last measure is filled
/// up with rests. If the piece begins with an upbeat, the last measure is shorter by the upbeat.
pub fn to_musicxml(roll: &Roll, heading: &Heading<'_>) -> String {
    musicxml::write(&sheet::Sheet::of(roll, heading.keys), heading)
}
