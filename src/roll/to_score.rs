//! Turns a roll into a score.

use super::{LOWEST_PITCH, Roll};
use crate::score::{At, Note, Score};

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
        let metres =
            self.metres().iter().map(|change| At { tick: tick(change.step), value: change.metre });
        Score {
            ticks_per_quarter: TICKS_PER_QUARTER,
            title: title.map(str::to_owned),
            notes: notes.collect(),
            tempos: vec![At { tick: 0, value: self.tempo }],
            metres: metres.collect(),
            keys: self.key.map(|value| At { tick: 0, value }).into_iter().collect(),
            pedal: Vec::new(),
            sostenuto: Vec::new(),
            soft: Vec::new(),
            texts: texts.to_vec(),
            length: tick(self.len()),
        }
    }
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
        roll.tempo = 600_000;
        let score = roll.to_score(Some("Study"), &[]);
        let note = |start, length| Note { start, pitch: 60, length, velocity: 80 };
        assert_eq!(score.notes, [note(120, 240), note(360, 120)]);
        assert_eq!((score.end(), score.length), (480, 600));
        assert_eq!(score.mean_tempo(), 600_000);
        assert_eq!(score.metres[0].value.to_string(), "3/4");
    }
}
