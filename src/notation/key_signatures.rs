//! Decides the key signature of each measure.

use super::draft::{DraftNote, KeyChange};
use super::measure::Measure;
use crate::roll::LOWEST_PITCH;

/// The number of sharps in the key signature of each measure. Flats are negative.
pub(super) fn signatures(
    notes: &[DraftNote],
    changes: &[KeyChange],
    measures: &[Measure],
) -> Vec<i8> {
    let first = changes.first().map_or_else(|| fewest_accidentals(notes), |change| change.sharps);
    let mut signatures = vec![first.clamp(-7, 7); measures.len()];
    for change in changes {
        // The nearest bar line, because signatures in files do not always stand on one.
        let next = measures.partition_point(|measure| measure.start <= change.start);
        let into = |index: usize| change.start.abs_diff(measures[index].start);
        let nearest = match next {
            0 => 0,
            next if next < measures.len() && into(next) <= into(next - 1) => next,
            next => next - 1,
        };
        signatures[nearest..].fill(change.sharps.clamp(-7, 7));
    }
    signatures
}

/// The signature for music without one: the one that needs the fewest accidentals, weighted by the
/// lengths of the notes. Of equals, it is the one with the fewest sharps or flats.
fn fewest_accidentals(notes: &[DraftNote]) -> i8 {
    let mut sounding = [0usize; 12];
    for note in notes {
        sounding[(note.key + usize::from(LOWEST_PITCH)) % 12] += note.end - note.start;
    }
    let of_scale = |sharps: i8| {
        let scale = (sharps - 1..=sharps + 5).map(chroma);
        scale.map(|chroma| sounding[chroma]).sum::<usize>()
    };
    let signatures = [6, -5, 5, -4, 4, -3, 3, -2, 2, -1, 1, 0];
    // Of equals, max_by_key takes the last.
    signatures.into_iter().max_by_key(|&sharps| of_scale(sharps)).unwrap_or(0)
}

/// The pitch class of a place on the line of fifths, where C is 0, G is 1 and F is −1.
pub(super) fn chroma(fifths: i8) -> usize {
    (7 * i32::from(fifths)).rem_euclid(12) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notation::draft::Draft;
    use crate::notation::measure::measures;
    use crate::roll::{self, Keys, Roll, Step};
    use crate::score::KeySignature;

    fn notes(pitches: &[usize]) -> Vec<DraftNote> {
        Draft::of_roll(&scale(pitches), &[]).notes
    }

    fn scale(pitches: &[usize]) -> Roll {
        let mut roll = Roll::new("4/4".parse().unwrap());
        for pitch in pitches {
            let keys = Keys::from_iter([pitch - 21]);
            roll.push(Step { play: keys, articulate: keys });
        }
        roll
    }

    #[test]
    fn without_a_signature_the_one_with_the_fewest_accidentals_is_chosen() {
        assert_eq!(fewest_accidentals(&notes(&[62, 64, 66, 67, 69, 71, 73])), 2, "D major");
        assert_eq!(fewest_accidentals(&notes(&[60, 62, 63, 65, 67, 68, 70])), -3, "C minor");
        assert_eq!(fewest_accidentals(&notes(&[60])), 0);
        assert_eq!(fewest_accidentals(&notes(&[])), 0);
    }

    #[test]
    fn a_signature_holds_from_the_nearest_bar_line() {
        let roll = scale(&[60; 64]);
        let key = |sharps| KeySignature { sharps, minor: false };
        let changes = [(0, 1), (15, 2), (36, -3)];
        let changes = changes.map(|(step, sharps)| roll::KeyChange { step, key: key(sharps) });
        let draft = Draft::of_roll(&roll, &changes);
        let measures = measures(&draft.metres, draft.length);
        assert_eq!(signatures(&draft.notes, &draft.keys, &measures), [1, 2, -3, -3]);
    }
}
