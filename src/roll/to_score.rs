//! Turns a roll into a score.

use super::{LOWEST_PITCH, MetreChange, Roll};
use crate::score::{At, Metre, Note, Score};

/// Ticks per quarter note in scores made from rolls. Most sequencers write as many.
pub const TICKS_PER_QUARTER: u32 = 480;

/// Ticks of one step, a 16th.
pub const TICKS_PER_STEP: u64 = TICKS_PER_QUARTER as u64 / 4;

/// The velocity of every note in scores made from rolls: mezzo-forte. A roll has no dynamics.
pub const VELOCITY: u8 = 80;

impl Roll {
    /// The roll as a score with [`TICKS_PER_QUARTER`], and with a title and texts.
    pub fn to_score(&self, title: Option<&str>, texts: &[String]) -> Score {
        let tick = |step: usize| step as u64 * TICKS_PER_STEP;
        let notes = self.notes().into_iter().map(|note| Note {
            start: tick(note.start),
            pitch: LOWEST_PITCH + note.key as u8,
            length: tick(note.end - note.start),
            velocity: VELOCITY,
        });
        let metres = self
            .signatures()
            .into_iter()
            .map(|(step, metre)| At { tick: tick(step), value: metre });
        let tempos =
            self.tempos().iter().map(|change| At { tick: tick(change.step), value: change.tempo });
        Score {
            ticks_per_quarter: TICKS_PER_QUARTER,
            title: title.map(str::to_owned),
            notes: notes.collect(),
            tempos: tempos.collect(),
            metres: metres.collect(),
            keys: self.key.map(|value| At { tick: 0, value }).into_iter().collect(),
            pedal: Vec::new(),
            sostenuto: Vec::new(),
            soft: Vec::new(),
            texts: texts.to_vec(),
            length: tick(self.len()),
        }
    }

    /// The time signatures by step. A metre that begins anew within one of its measures is said with
    /// a signature of 16ths before the measure that is cut short: a signature that is only said
    /// again means nothing.
    fn signatures(&self) -> Vec<(usize, Metre)> {
        let mut signatures: Vec<(usize, Metre)> = Vec::new();
        let mut last: Option<MetreChange> = None;
        for &change in self.metres() {
            if let Some(last) = last.filter(|last| last.metre == change.metre) {
                let left = (change.step - last.step) % last.metre.sixteenths() as usize;
                if let Some(cut) = in_sixteenths(left) {
                    signatures.pop_if(|signature| signature.0 == change.step - left);
                    signatures.push((change.step - left, cut));
                }
            }
            signatures.push((change.step, change.metre));
            last = Some(change);
        }
        signatures
    }
}

/// A metre whose measure has so many 16ths, if there is one.
fn in_sixteenths(length: usize) -> Option<Metre> {
    (0..=4).rev().find_map(|denominator_power| {
        let unit = 16 >> denominator_power;
        let numerator = u8::try_from(length / unit).ok().filter(|&numerator| numerator > 0)?;
        length.is_multiple_of(unit).then_some(Metre { numerator, denominator_power })
    })
}

#[cfg(test)]
mod tests {
    use crate::roll::{Keys, Roll, Step};
    use crate::score::Note;

    #[test]
    fn a_roll_becomes_notes_of_480_ticks_a_quarter() {
        let mut roll = Roll::new("3/4".parse().unwrap());
        let keys = Keys::from_iter([39]);
        roll.push(Step::SILENCE);
        roll.push(Step { play: keys, articulate: keys });
        roll.push(Step { play: keys, articulate: Keys::NONE });
        roll.push(Step { play: keys, articulate: keys });
        roll.push(Step::SILENCE);
        roll.set_tempo(600_000);
        let score = roll.to_score(Some("Study"), &[]);
        let note = |start, length| Note { start, pitch: 60, length, velocity: 80 };
        assert_eq!(score.notes, [note(120, 240), note(360, 120)]);
        assert_eq!((score.end(), score.length), (480, 600));
        assert_eq!(score.mean_tempo(), 600_000);
        assert_eq!(score.metres[0].value.to_string(), "3/4");
    }
}
