//! What of a score is not in its roll.

use super::from_score::key;
use crate::midi::ParsedMidi;
use serde::Serialize;

/// How much of a file is left out, and how much a grid of 16ths cannot hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Losses {
    /// Drum strokes: percussion is left out.
    pub percussion: usize,
    /// Notes outside the 88 keys, which are left out.
    pub out_of_range: usize,
    /// Strokes that fall into one step with an earlier stroke on the same key.
    pub repeated: usize,
    /// Notes that are struck together with another of the same step that was half over when they
    /// began, as in a fast trill.
    pub struck_together: usize,
    /// Grace notes that are moved to the step before their main note, so that they do not strike
    /// together with it.
    pub grace_notes_moved: usize,
    /// Grace notes that are left out because their key sounds at the step before, or because there
    /// is none.
    pub grace_notes_left_out: usize,
}

impl Losses {
    /// What of a file a piano does not play.
    pub fn beyond_the_piano(file: &ParsedMidi) -> Losses {
        let out_of_range = file.score.notes.iter().filter(|note| key(note).is_none()).count();
        Losses { percussion: file.percussion, out_of_range, ..Losses::default() }
    }

    /// All losses, each in a short sentence without a full stop.
    pub fn sentences(&self) -> Vec<String> {
        [self.left_out(), self.on_the_grid()].concat()
    }

    /// What is left out whatever becomes of the file, in sentences.
    pub fn left_out(&self) -> Vec<String> {
        sentences(&[
            (self.percussion, "drum stroke is left out", "drum strokes are left out"),
            (
                self.out_of_range,
                "note is outside the 88 keys and is left out",
                "notes are outside the 88 keys and are left out",
            ),
        ])
    }

    /// What is lost because the grid has no more than 16ths, in sentences.
    pub fn on_the_grid(&self) -> Vec<String> {
        sentences(&[
            (
                self.repeated,
                "repeated stroke is lost: it is faster than 16ths",
                "repeated strokes are lost: they are faster than 16ths",
            ),
            (
                self.struck_together,
                "note is struck together with the one before it: they are faster than 16ths",
                "notes are struck together with the ones before them: they are faster than 16ths",
            ),
            (
                self.grace_notes_moved,
                "grace note is played a 16th before its main note",
                "grace notes are played a 16th before their main notes",
            ),
            (
                self.grace_notes_left_out,
                "grace note is left out: there is no room a 16th before its main note",
                "grace notes are left out: there is no room a 16th before their main notes",
            ),
        ])
    }
}

/// The sentences of what there is any of: for one, and for several.
pub(crate) fn sentences(losses: &[(usize, &str, &str)]) -> Vec<String> {
    let some = losses.iter().filter(|(count, ..)| *count > 0);
    some.map(|&(count, one, several)| match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {several}"),
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_loss_is_a_sentence_for_one_or_for_several() {
        assert_eq!(Losses::default().sentences(), [""; 0]);
        let losses = Losses { percussion: 32, out_of_range: 1, repeated: 127, ..Losses::default() };
        assert_eq!(
            losses.sentences(),
            [
                "32 drum strokes are left out",
                "1 note is outside the 88 keys and is left out",
                "127 repeated strokes are lost: they are faster than 16ths",
            ]
        );
        let losses = Losses {
            struck_together: 1,
            grace_notes_moved: 8,
            grace_notes_left_out: 1,
            ..Losses::default()
        };
        assert_eq!(losses.left_out(), [""; 0]);
        assert_eq!(
            losses.on_the_grid(),
            [
                "1 note is struck together with the one before it: they are faster than 16ths",
                "8 grace notes are played a 16th before their main notes",
                "1 grace note is left out: there is no room a 16th before its main note",
            ]
        );
    }
}
