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
mod beat_grid;
mod clefs;
mod directions;
mod draft;
mod from_score;
mod grace_notes;
mod hands;
mod key_signatures;
mod layout;
mod measure;
mod musicxml;
mod page_losses;
mod pulse;
mod sheet;
mod spelling;
mod staff_note;
mod symbol;
mod symbol_xml;
mod time;
mod tuplets;
mod voice_symbols;
mod voices;
mod xml;

use crate::roll::{KeyChange, Roll, RollError, TempoChange};
use crate::score::Score;
use draft::Draft;
use sheet::Sheet;

pub use page_losses::PageLosses;

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
    let draft = Draft::of_roll(roll, heading.keys);
    musicxml::write(&Sheet::of(&draft), heading)
}

/// A score on the grid of a page. Each hand has the simplest grid in each beat that its notes lie
/// near: 16ths, 32nds, 64ths or triplets.
#[derive(Debug, Clone)]
pub struct Page {
    draft: Draft,
    losses: PageLosses,
}

impl Page {
    /// Quantises a score. `tempos` are the tempos that are printed, such as
    /// [`Roll::marked_tempos`]. If there are none, the mean tempo is.
    pub fn of_score(score: &Score, tempos: &[TempoChange]) -> Result<Page, RollError> {
        let (draft, losses) = from_score::draft(score, tempos)?;
        Ok(Page { draft, losses })
    }

    /// What stands on the page, as a score of [`TICKS_PER_QUARTER`](Self::TICKS_PER_QUARTER). It
    /// has no grace notes, because they have no length.
    pub fn to_score(&self, title: Option<&str>) -> Score {
        self.draft.to_score(title)
    }

    /// The ticks of a quarter note in what [`to_score`](Self::to_score) returns.
    pub const TICKS_PER_QUARTER: u32 = 480;

    /// What of the score is left out or changed.
    pub fn losses(&self) -> PageLosses {
        self.losses
    }

    /// Writes the page as [`to_musicxml`] does. The key signatures are those of the score, whatever
    /// the heading says.
    pub fn to_musicxml(&self, heading: &Heading<'_>) -> String {
        musicxml::write(&Sheet::of(&self.draft), heading)
    }
}
