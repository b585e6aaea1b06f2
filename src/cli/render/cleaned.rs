//! What changes when a score is written as a clean MIDI file.

use deep_jammer::midi;
use deep_jammer::score::{Note, Score};
use std::collections::BTreeMap;

/// What a clean MIDI file of a score has otherwise than the score, in sentences.
///
/// A single keyboard can play the clean file, so a key cannot be held and struck at once. All the
/// rest comes back as it was: see [`midi::write`] for the limits of the format.
pub fn changes(score: &Score) -> Vec<String> {
    // A file that cannot be read back is not written, and the error says why.
    let Ok(read) = midi::read(&midi::write(score)) else { return Vec::new() };
    let written = read.score;
    // Each key at each tick at which it is struck, with the longest of its notes.
    let longest = |notes: &[Note]| {
        let mut longest: BTreeMap<(u64, u8), u64> = BTreeMap::new();
        for note in notes {
            let length = longest.entry((note.start, note.pitch)).or_default();
            *length = note.length.max(*length);
        }
        longest
    };
    let (before, after) = (longest(&score.notes), longest(&written.notes));
    let instants = before.values().filter(|&&length| length == 0).count();
    let shorter = before.iter().filter(|(at, length)| after.get(at).is_some_and(|it| it < *length));
    let texts = score.texts.iter().filter(|text| !written.texts.contains(text));
    let counted = [
        (
            score.notes.len() - before.len(),
            "note is struck on a key together with another, and becomes one with it",
            "notes are struck on a key together with another, and become one with it",
        ),
        (
            shorter.count(),
            "note is struck again before it ends, and ends there",
            "notes are struck again before they end, and end there",
        ),
        (instants, "note of no length lasts a tick", "notes of no length last a tick"),
        (
            before.keys().filter(|at| !after.contains_key(at)).count(),
            "note comes too late for a MIDI file, and is moved forward",
            "notes come too late for a MIDI file, and are moved forward",
        ),
        (
            texts.count(),
            "text is too long for a MIDI file, and is cut",
            "texts are too long for a MIDI file, and are cut",
        ),
    ];
    let counted = counted.into_iter().filter(|(count, ..)| *count > 0);
    let sentence = |(count, one, several)| match count {
        1 => format!("1 {one}"),
        _ => format!("{count} {several}"),
    };
    counted.map(sentence).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use deep_jammer::roll::Roll;
    use deep_jammer::score::Metre;

    fn score(notes: &[(u64, u64, u8)]) -> Score {
        let note = |&(start, length, pitch)| Note { start, pitch, length, velocity: 80 };
        let mut score = Roll::new(Metre::COMMON).to_score(None, &[]);
        score.notes = notes.iter().map(note).collect();
        score
    }

    #[test]
    fn what_a_keyboard_cannot_play_is_counted() {
        assert!(changes(&score(&[(0, 10, 60), (10, 10, 60), (5, 9, 62)])).is_empty());
        let said = changes(&score(&[(0, 20, 60), (0, 30, 60), (10, 5, 60), (50, 0, 62)]));
        assert_eq!(
            said,
            [
                "1 note is struck on a key together with another, and becomes one with it",
                "1 note is struck again before it ends, and ends there",
                "1 note of no length lasts a tick",
            ]
        );
    }
}
