//! Bounds what lies far beyond the music: notes that are never released, and stray events.

use crate::score::{At, Note, Score};

/// The longest time without an onset or a release that is music, in quarters: longer than the
/// longest rests and the longest held notes. What begins or ends after it is an accident.
const FAR: u64 = 1000;

/// How long a note may go on after everything else if the file does not release it, in quarters.
/// That is sixteen measures; no piano sounds longer.
const HUNG: u64 = 64;

/// How long a note that went on too long lasts at least, in quarters.
const SHORTENED: u64 = 4;

/// The share of notes that may be strays. If there are more after a long silence, they are music.
const STRAYS: usize = 10;

/// What was changed.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct FarAway {
    /// How many notes were made shorter.
    pub shortened: usize,
    /// How many notes were left out.
    pub left_out: usize,
}

/// Bounds notes. `hung` has the indices of those that end only with their track. Returns what was
/// changed, and the tick after which nothing is music.
pub(super) fn bound(
    notes: &mut Vec<Note>,
    hung: &[usize],
    ticks_per_quarter: u32,
) -> (FarAway, u64) {
    let quarter = u64::from(ticks_per_quarter);
    let mut is_hung = vec![false; notes.len()];
    hung.iter().for_each(|&note| is_hung[note] = true);
    let music_end = end_of_music(notes, &is_hung, quarter);
    let mut far = FarAway::default();
    for (note, is_hung) in notes.iter_mut().zip(is_hung) {
        let latest = if is_hung { HUNG } else { FAR } * quarter;
        let others = music_end.max(note.start);
        if note.start <= music_end && note.end() > others.saturating_add(latest) {
            note.length = (others - note.start).max(SHORTENED * quarter);
            far.shortened += 1;
        }
    }
    let before = notes.len();
    notes.retain(|note| note.start <= music_end);
    far.left_out = before - notes.len();
    (far, music_end.saturating_add(FAR * quarter))
}

/// The tick of the last onset or release before a silence that is too long, and after which there are
/// only strays. It is sought from the end, so that a piece that was bounded once stays as it is.
fn end_of_music(notes: &[Note], is_hung: &[bool], quarter: u64) -> u64 {
    let released = notes.iter().zip(is_hung).filter(|(_, is_hung)| !**is_hung);
    let mut starts: Vec<u64> = notes.iter().map(|note| note.start).collect();
    let mut moments = starts.clone();
    moments.extend(released.map(|(note, _)| note.end()));
    moments.sort_unstable();
    starts.sort_unstable();
    // The end and the number of notes up to there: with all notes, and without strays.
    let all = starts.len();
    let mut last_note = moments.last().copied().unwrap_or(0);
    let (mut end, mut kept) = (last_note, all);
    let silences = moments.windows(2).rev().filter(|pair| pair[1] - pair[0] > FAR * quarter);
    for silence in silences {
        let before = starts.partition_point(|&start| start <= silence[0]);
        let strays = kept - before;
        // A single note after it is no second piece, however short the first.
        if strays * STRAYS > kept && (strays > 1 || kept == 1) {
            break;
        }
        (end, kept) = (silence[0], before);
        if kept == all {
            last_note = end;
        }
    }
    // If that is half of the notes, none of them is a stray, and the file is something else.
    if 2 * kept < all { last_note } else { end }
}

/// Leaves out changes of tempo, metre, key and pedals after a tick. Nothing is lost by that, for
/// nothing sounds there. But a file that is written would end as far away.
pub(super) fn leave_out_changes(score: &mut Score, after: u64) {
    fn cut<T>(changes: &mut Vec<At<T>>, after: u64) {
        let kept = changes.partition_point(|change| change.tick <= after);
        changes.truncate(kept);
    }
    cut(&mut score.tempos, after);
    cut(&mut score.metres, after);
    cut(&mut score.keys, after);
    cut(&mut score.pedal, after);
    cut(&mut score.sostenuto, after);
    cut(&mut score.soft, after);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Notes given by onset and release in quarters, and the index of a hung one, bounded.
    fn bounded(notes: &[(u64, u64)], hung: &[usize]) -> (Vec<(u64, u64)>, FarAway) {
        let note = |&(start, end)| Note { start, pitch: 60, length: end - start, velocity: 64 };
        let mut notes: Vec<_> = notes.iter().map(note).collect();
        let (far, _) = bound(&mut notes, hung, 1);
        (notes.iter().map(|note| (note.start, note.end())).collect(), far)
    }

    #[test]
    fn music_is_not_touched() {
        // A drone below a long piece, a note that lies for 60 quarters, a rest of 250 measures.
        let music: Vec<_> = (0..3000).map(|start| (start, start + 1)).collect();
        let with_drone = [&[(0, 3000)], &music[..]].concat();
        assert_eq!(bounded(&with_drone, &[]), (with_drone, FarAway::default()));
        for notes in [vec![(0, 1), (1, 61)], vec![(0, 1), (1001, 1002)]] {
            assert_eq!(bounded(&notes, &[1]), (notes, FarAway::default()));
        }
    }

    #[test]
    fn a_note_without_release_ends_with_the_music() {
        let (notes, far) = bounded(&[(0, 4), (2, 559_000), (4, 8)], &[1]);
        assert_eq!(notes, [(0, 4), (2, 8), (4, 8)]);
        assert_eq!(far, FarAway { shortened: 1, left_out: 0 });
        // The last note of all gets a measure, and so does one that is alone.
        assert_eq!(bounded(&[(0, 4), (4, 5000)], &[1]).0, [(0, 4), (4, 8)]);
        assert_eq!(bounded(&[(7, 90)], &[0]).0, [(7, 11)]);
    }

    #[test]
    fn a_release_that_is_thousands_of_quarters_late_is_an_accident() {
        let (notes, far) = bounded(&[(0, 4), (2, 9000), (4, 8)], &[]);
        assert_eq!(notes, [(0, 4), (2, 8), (4, 8)]);
        assert_eq!(far.shortened, 1);
        // Two of them.
        assert_eq!(bounded(&[(0, 9000), (2, 9000), (4, 8)], &[]).0, [(0, 8), (2, 8), (4, 8)]);
    }

    #[test]
    fn a_few_notes_after_a_very_long_silence_are_left_out_but_a_second_piece_is_not() {
        let music: Vec<_> = (0..20).map(|start| (start, start + 1)).collect();
        let (notes, far) = bounded(&[&music[..], &[(50_000, 50_001)]].concat(), &[]);
        assert_eq!((notes, far), (music.clone(), FarAway { shortened: 0, left_out: 1 }));
        assert_eq!(bounded(&[(0, 1), (240_000, 240_001)], &[]).0, [(0, 1)]);
        // Where every note is far from the others, none is left out.
        let scattered: Vec<_> = (0..20).map(|at| (5000 * at, 5000 * at + 1)).collect();
        assert_eq!(bounded(&scattered, &[]), (scattered, FarAway::default()));
        let second: Vec<_> = music.iter().map(|&(start, end)| (start + 2000, end + 2000)).collect();
        let both = [music, second].concat();
        assert_eq!(bounded(&both, &[]), (both, FarAway::default()));
    }
}
