//! A piece on the grid of the page, before anything is chosen for legibility.
//!
//! Both a roll and a score become a draft, and every page is made of one.

use super::Page;
use super::hands::right_hand;
use super::time::{QUARTER, SIXTEENTH};
use super::voices::Span;
use crate::roll::{self, LOWEST_PITCH, Roll, VELOCITY};
use crate::score::{At, Metre, Note, Score};

/// A note of a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DraftNote {
    /// The key, 0 (A0) to 87 (C8).
    pub key: usize,
    /// The time at which it is struck.
    pub start: usize,
    /// The time at which it ends.
    pub end: usize,
    /// 0 for the right hand, 1 for the left.
    pub hand: usize,
}

/// A grace note. It takes no time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct GraceNote {
    /// The index of the note that it leads to.
    pub main: usize,
    /// How many grace notes come between it and that note. Those of the same number sound together.
    pub order: usize,
    /// The key, 0 (A0) to 87 (C8).
    pub key: usize,
}

/// A change of metre, which begins a measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MetreChange {
    pub start: usize,
    pub metre: Metre,
}

/// A change of key signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct KeyChange {
    pub start: usize,
    pub sharps: i8,
}

/// A tempo mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TempoMark {
    pub start: usize,
    /// Microseconds per quarter note.
    pub tempo: u32,
}

/// A piece on the grid of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Draft {
    /// Sorted by start, then by key. A key sounds once at a time.
    pub notes: Vec<DraftNote>,
    /// Sorted by note, then by order.
    pub graces: Vec<GraceNote>,
    /// The first is at the beginning.
    pub metres: Vec<MetreChange>,
    /// Empty if the piece has no key signature.
    pub keys: Vec<KeyChange>,
    /// The first is at the beginning.
    pub tempos: Vec<TempoMark>,
    /// Where the piece ends.
    pub length: usize,
}

impl Draft {
    /// The draft of a roll, which is exact. `keys` are its key signatures; if there are none, the
    /// roll's own holds.
    pub fn of_roll(roll: &Roll, keys: &[roll::KeyChange]) -> Draft {
        let spans: Vec<Span> = roll
            .notes()
            .into_iter()
            .map(|note| Span {
                key: note.key,
                start: note.start * SIXTEENTH,
                end: note.end * SIXTEENTH,
            })
            .collect();
        let right = right_hand(&spans);
        let notes = spans.into_iter().zip(right).map(|(Span { key, start, end }, right)| {
            DraftNote { key, start, end, hand: usize::from(!right) }
        });
        let metres = roll.metres().iter().map(|change| MetreChange {
            start: change.step * SIXTEENTH,
            metre: as_counted(change.metre),
        });
        let mut keys: Vec<KeyChange> = keys
            .iter()
            .map(|change| KeyChange { start: change.step * SIXTEENTH, sharps: change.key.sharps })
            .collect();
        if let (true, Some(key)) = (keys.is_empty(), roll.key) {
            keys.push(KeyChange { start: 0, sharps: key.sharps });
        }
        Draft {
            notes: notes.collect(),
            graces: Vec::new(),
            metres: metres.collect(),
            keys,
            tempos: roll
                .marked_tempos()
                .iter()
                .map(|mark| TempoMark { start: mark.step * SIXTEENTH, tempo: mark.tempo })
                .collect(),
            length: roll.len() * SIXTEENTH,
        }
    }
}

impl Draft {
    /// The notes, metres and tempos as a score. Grace notes are left out.
    pub fn to_score(&self, title: Option<&str>) -> Score {
        let ticks = |time: usize| time as u64 * u64::from(Page::TICKS_PER_QUARTER) / QUARTER as u64;
        let note = |note: &DraftNote| Note {
            start: ticks(note.start),
            pitch: LOWEST_PITCH + note.key as u8,
            length: ticks(note.end - note.start),
            velocity: VELOCITY,
        };
        Score {
            ticks_per_quarter: Page::TICKS_PER_QUARTER,
            notes: self.notes.iter().map(note).collect(),
            tempos: self
                .tempos
                .iter()
                .map(|m| At { tick: ticks(m.start), value: m.tempo })
                .collect(),
            metres: self
                .metres
                .iter()
                .map(|m| At { tick: ticks(m.start), value: m.metre })
                .collect(),
            length: ticks(self.length),
            ..Roll::new(Metre::COMMON).to_score(title, &[])
        }
    }
}

/// A metre as a roll counts it: in 16ths if its measures are not a whole number of them.
pub(super) fn as_counted(metre: Metre) -> Metre {
    match metre.is_of_sixteenths() && metre.denominator_power <= 6 {
        true => metre,
        false => metre.in_sixteenths(),
    }
}
