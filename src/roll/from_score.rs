//! Quantises a score to 16th notes.

use super::grid::Grid;
use super::strokes::{Ornaments, Stroke};
use super::{KEYS, LOWEST_PITCH, Losses, Roll, Step};
use crate::midi::ParsedMidi;
use crate::score::{KeySignature, Metre, Note, Score};

/// The most 16ths that a roll can have. They last some thirty hours at 120 quarters per minute, so
/// a file that asks for more is damaged, and must not fill the memory.
pub const LONGEST_ROLL: u64 = 1_000_000;

/// A change of key signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyChange {
    /// The first step under it.
    pub step: usize,
    /// The signature.
    pub key: KeySignature,
}

/// A quantised score, and what was lost in quantising it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transcription {
    /// The piece in 16ths. If it comes from a file, it has at least one note.
    pub roll: Roll,
    /// How many notes of the score are on the 88 keys, those included that the grid loses.
    pub notes: usize,
    /// How many of their onsets were moved by more than a tenth of a 16th.
    pub off_grid: usize,
    /// What is not in the roll.
    pub losses: Losses,
    /// The mean tempo of the score up to its last release ([`Score::mean_tempo`]).
    pub mean_tempo: u32,
    /// All key signatures by step, each different from the one before. The roll itself keeps only
    /// the first.
    pub keys: Vec<KeyChange>,
}

impl Transcription {
    /// The transcription of music that is a roll already, so that nothing is lost.
    pub fn exact(roll: Roll) -> Transcription {
        let keys = roll.key.map(|key| KeyChange { step: 0, key }).into_iter().collect();
        Transcription {
            notes: roll.notes().len(),
            off_grid: 0,
            losses: Losses::default(),
            mean_tempo: roll.mean_tempo(),
            keys,
            roll,
        }
    }
}

/// Why a score cannot be turned into a roll.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RollError {
    /// It has no note that a piano could play.
    #[error("none of its {0} notes is on the 88 keys of a piano (A0 to C8); give piano music")]
    NoKeys(usize),
    /// It is longer than [`LONGEST_ROLL`].
    #[error(
        "it lasts {0} 16ths, and the limit is {LONGEST_ROLL}; its times may be damaged: export the \
         file again, or cut it"
    )]
    TooLong(u128),
}

impl Roll {
    /// Quantises a score to steps of a 16th note.
    ///
    /// Each tick goes to the nearest step, counted from the beginning of the piece. So no number of
    /// time signatures can shorten or lengthen it. A time signature that differs from the one that
    /// holds begins a measure at its step; one that is said again changes nothing. Of several that
    /// fall into one step, the last one counts.
    ///
    /// After a measure of 3/32 all notes would lie half a step off. There the grid is moved, by at
    /// most half a step, if that puts more of the notes up to the next time signature on it.
    ///
    /// A note lasts from its rounded start to its rounded end, at least one step. It is articulated
    /// at its first step (the onset) and plays at all of them (the frames). Where notes of one
    /// pitch overlap, the key sounds from the first onset to the last release. The roll ends with
    /// the last release, or at the end that the score gives. Rests at the start stay. A grace note
    /// in one step with its main note is moved to the step before, or left out if its key sounds
    /// there.
    ///
    /// The tempo of each step is the mean of the score over it.
    ///
    /// The pedal does not lengthen notes. The network learns the written length of notes, from
    /// which the voices can be read; no score contains the blur that the pedal adds.
    pub fn from_score(score: &Score) -> Result<Transcription, RollError> {
        let on_keys = score.notes.iter().filter(|note| key(note).is_some());
        let last = on_keys.clone().map(Note::end).max();
        // A composed piece may be silent from beginning to end.
        let last = last.or((score.length > 0).then_some(0));
        let last = last.ok_or(RollError::NoKeys(score.notes.len()))?.max(score.length);
        let sixteenths = u128::from(last) * 4 / u128::from(score.ticks_per_quarter.max(1));
        if sixteenths > u128::from(LONGEST_ROLL) {
            return Err(RollError::TooLong(sixteenths));
        }

        let mut onsets: Vec<u64> = on_keys.map(|note| note.start).collect();
        onsets.sort_unstable();
        let grid = Grid::of(score, &onsets);
        let strokes = strokes(score, &grid);
        let mut losses =
            Losses { out_of_range: score.notes.len() - strokes.len(), ..Losses::default() };
        let mut steps = played(&strokes, score.ticks_per_quarter, &mut losses);
        steps.resize(steps.len().max(grid.step(score.length)), Step::SILENCE);

        let mut roll = Roll::new(Metre::COMMON);
        let mut changes = grid.regions().iter().peekable();
        for (now, step) in steps.into_iter().enumerate() {
            while let Some(change) = changes.next_if(|change| change.step <= now) {
                roll.change_metre(change.metre);
            }
            roll.push(step);
        }
        let clock = Clock::of(score);
        for (step, (begin, end)) in grid.spans(roll.len()).enumerate() {
            roll.change_tempo(step, clock.mean_tempo(begin, end));
        }
        roll.key = score.keys.first().map(|key| key.value);
        Ok(Transcription {
            notes: strokes.len(),
            off_grid: onsets.iter().filter(|&&onset| grid.is_off(onset)).count(),
            losses,
            mean_tempo: score.mean_tempo(),
            keys: grid.keys(score, roll.len()),
            roll,
        })
    }

    /// Quantises a MIDI file as [`Roll::from_score`] does. Percussion is counted as lost, too.
    pub fn from_midi(file: &ParsedMidi) -> Result<Transcription, RollError> {
        let mut transcription = Roll::from_score(&file.score)?;
        transcription.losses.percussion = file.percussion;
        Ok(transcription)
    }
}

/// The key of a note, if a piano has it.
pub(super) fn key(note: &Note) -> Option<usize> {
    note.pitch.checked_sub(LOWEST_PITCH).map(usize::from).filter(|&key| key < KEYS)
}

/// The notes on the 88 keys, by their onsets. Of notes that overlap on one key, each ends where the
/// next begins, as on a keyboard and in a MIDI file, and the last one when the latest would have ended.
fn strokes(score: &Score, grid: &Grid) -> Vec<Stroke> {
    let stroke = |note: &Note| {
        let step = grid.step(note.start);
        let end = grid.step(note.end()).max(step + 1);
        Some(Stroke { key: key(note)?, start: note.start, length: note.length, step, end })
    };
    let mut strokes: Vec<Stroke> = score.notes.iter().filter_map(stroke).collect();
    strokes.sort_by_key(|stroke| stroke.start);
    let mut last_on_key: [Option<usize>; KEYS] = [None; KEYS];
    for index in 0..strokes.len() {
        let now = strokes[index];
        let last = last_on_key[now.key].replace(index);
        let Some(before) = last.map(|last| strokes[last]).filter(|before| before.ends_after(&now))
        else {
            continue;
        };
        let released = (before.start + before.length).max(now.start + now.length);
        let end = before.end.max(now.end);
        strokes[index] = Stroke { length: released - now.start, end, ..now };
        // Two voices that strike a key at once strike it once, and hold it as long as either.
        if before.start < now.start {
            strokes[last.unwrap_or(index)].length = now.start - before.start;
        }
    }
    strokes
}

/// The steps at which strokes are played, and what is lost there.
fn played(strokes: &[Stroke], ticks_per_quarter: u32, losses: &mut Losses) -> Vec<Step> {
    let mut steps = vec![Step::SILENCE; strokes.iter().map(|stroke| stroke.end).max().unwrap_or(0)];
    let mut sounds_until = [0; KEYS];
    let mut graces = Vec::new();
    let mut ornaments = Ornaments::new(ticks_per_quarter);
    for together in strokes.chunk_by(|one, next| one.step == next.step) {
        let found = ornaments.examine(together, losses);
        for stroke in together {
            let &Stroke { key, step: start, end, .. } = stroke;
            if found.iter().any(|grace| grace.key == key) {
                continue;
            }
            steps[start].articulate.insert(key);
            // Steps that an earlier note has filled are not filled again: a file with thousands of
            // notes, all as long as the piece, would take hours.
            let silent_from = sounds_until[key].clamp(start, end);
            for step in &mut steps[silent_from..end] {
                step.play.insert(key);
            }
            sounds_until[key] = end.max(sounds_until[key]);
        }
        graces.extend(found.into_iter().map(|grace| (together[0].step, grace)));
    }
    // Where there is room for a grace note is known when all others are in their places.
    for (step, grace) in graces {
        let before = step.checked_sub(1).map(|before| &mut steps[before]);
        match before.filter(|before| grace.moves && !before.play.contains(grace.key)) {
            Some(before) => {
                before.play.insert(grace.key);
                before.articulate.insert(grace.key);
                losses.grace_notes_moved += 1;
            }
            None => losses.grace_notes_left_out += 1,
        }
    }
    steps
}

/// The time at which each position of a score is played.
struct Clock {
    /// For each tempo: the position from which it holds, in quarters of a tick; the time until then,
    /// in microseconds times such positions per quarter note; and the tempo.
    changes: Vec<(u128, u128, u32)>,
}

impl Clock {
    fn of(score: &Score) -> Clock {
        let mut changes = vec![(0, 0, Score::DEFAULT_TEMPO)];
        for change in &score.tempos {
            let at = 4 * u128::from(change.tick);
            let (since, time, tempo) = changes[changes.len() - 1];
            changes.push((at, time + at.saturating_sub(since) * u128::from(tempo), change.value));
        }
        Clock { changes }
    }

    fn time(&self, position: u128) -> u128 {
        let next = self.changes.partition_point(|change| change.0 <= position).max(1);
        let (since, time, tempo) = self.changes[next - 1];
        time + (position - since) * u128::from(tempo)
    }

    /// The mean length of a quarter note between two positions, in microseconds.
    fn mean_tempo(&self, begin: u128, end: u128) -> u32 {
        let length = end - begin;
        let mean = (self.time(end) - self.time(begin) + length / 2) / length;
        u32::try_from(mean).unwrap_or(Score::DEFAULT_TEMPO)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roll::RollNote;
    use crate::score::At;

    fn score(ticks_per_quarter: u32, notes: &[(u64, u64, u8)]) -> Score {
        let notes = notes.iter().map(|&(start, end, pitch)| Note {
            start,
            pitch,
            length: end - start,
            velocity: 64,
        });
        Score {
            ticks_per_quarter,
            title: None,
            notes: notes.collect(),
            tempos: Vec::new(),
            metres: Vec::new(),
            keys: Vec::new(),
            pedal: Vec::new(),
            sostenuto: Vec::new(),
            soft: Vec::new(),
            texts: Vec::new(),
            length: 0,
        }
    }

    fn notes(score: &Score) -> Vec<(usize, usize, usize)> {
        let roll = Roll::from_score(score).unwrap().roll;
        let notes = roll.notes();
        notes.iter().map(|&RollNote { key, start, end }| (key, start, end)).collect()
    }

    fn metre(tick: u64, text: &str) -> At<Metre> {
        At { tick, value: text.parse().unwrap() }
    }

    #[test]
    fn a_note_lasts_from_its_rounded_start_to_its_rounded_end_and_at_least_a_step() {
        // 24 ticks a quarter: 6 a 16th.
        let score = score(24, &[(0, 24, 60), (25, 27, 62), (33, 46, 64)]);
        // 33/6 = 5.5 rounds to 6, 46/6 = 7.7 to 8.
        assert_eq!(notes(&score), [(39, 0, 4), (41, 4, 5), (43, 6, 8)]);
    }

    #[test]
    fn a_quarter_need_not_have_a_whole_number_of_ticks_to_the_16th() {
        // 10 ticks a quarter, 2.5 a 16th: the 101st 16th begins at 250, the 102nd at 252.5.
        let score = score(10, &[(250, 252, 60), (253, 260, 60)]);
        assert_eq!(notes(&score), [(39, 100, 101), (39, 101, 104)]);
        assert_eq!(Roll::from_score(&score).unwrap().off_grid, 1);
    }

    #[test]
    fn strokes_articulate_and_overlapping_notes_sound_together() {
        let score = score(4, &[(0, 10, 60), (2, 4, 60), (10, 11, 60)]);
        assert_eq!(notes(&score), [(39, 0, 2), (39, 2, 10), (39, 10, 11)]);
    }

    #[test]
    fn rests_at_the_start_stay_and_the_roll_ends_with_the_last_release() {
        let roll = Roll::from_score(&score(4, &[(8, 12, 60)])).unwrap().roll;
        assert_eq!(roll.len(), 12);
        assert!(roll.steps()[..8].iter().all(|step| step.play.is_empty()));
    }

    #[test]
    fn notes_outside_the_piano_are_counted_and_left_out() {
        let found = Roll::from_score(&score(4, &[(0, 4, 20), (0, 4, 21), (0, 9, 109)])).unwrap();
        assert_eq!((found.notes, found.losses.out_of_range, found.roll.len()), (1, 2, 4));
        let error = Roll::from_score(&score(4, &[(0, 4, 20)])).unwrap_err();
        assert_eq!(error, RollError::NoKeys(1));
    }

    #[test]
    fn every_time_signature_begins_a_measure_and_the_grid() {
        // 3/4 from the start; at tick 100, in the middle of a 16th (12 ticks), it becomes 2/4.
        let mut score = score(48, &[(0, 12, 60), (100, 112, 61), (196, 208, 62)]);
        score.metres = vec![metre(0, "3/4"), metre(100, "2/4")];
        let found = Roll::from_score(&score).unwrap();
        // 100 / 12 = 8.3 16ths, rounded to 8; the third note is 96 ticks later, a measure of 2/4.
        assert_eq!(found.roll.measures(), [0, 8, 16]);
        assert_eq!(notes(&score), [(39, 0, 1), (40, 8, 9), (41, 16, 17)]);
        assert_eq!(found.off_grid, 0);
    }

    #[test]
    fn a_time_signature_repeated_on_a_bar_line_changes_nothing() {
        let mut score = score(4, &[(0, 40, 60)]);
        score.metres = vec![metre(0, "3/4"), metre(12, "3/4"), metre(24, "3/4")];
        assert_eq!(Roll::from_score(&score).unwrap().roll.metres().len(), 1);
    }

    #[test]
    fn a_region_shorter_than_half_a_step_disappears() {
        let mut score = score(48, &[(0, 48, 60), (48, 96, 62)]);
        score.metres = vec![metre(0, "4/4"), metre(45, "3/8"), metre(48, "2/4")];
        let roll = Roll::from_score(&score).unwrap().roll;
        let metres: Vec<_> = roll.metres().iter().map(|c| (c.step, c.metre.to_string())).collect();
        assert_eq!(metres, [(0, "4/4".to_owned()), (4, "2/4".to_owned())]);
        assert_eq!(notes(&score), [(39, 0, 4), (41, 4, 8)]);
    }

    #[test]
    fn before_the_first_time_signature_the_metre_is_common() {
        let mut score = score(4, &[(0, 40, 60)]);
        score.metres = vec![metre(4, "3/4")];
        let roll = Roll::from_score(&score).unwrap().roll;
        assert_eq!(roll.measures(), [0, 4, 16, 28]);
        assert_eq!(roll.place(2).measure, 16);
    }

    #[test]
    fn changes_of_key_are_kept_where_they_change_anything() {
        let key = |sharps| KeySignature { sharps, minor: false };
        let mut score = score(4, &[(0, 40, 60)]);
        let changes = [(0, 2), (8, 2), (16, 5), (16, -1), (24, 2), (90, 4)];
        score.keys = changes.map(|(tick, sharps)| At { tick, value: key(sharps) }).to_vec();
        let keys = Roll::from_score(&score).unwrap().keys;
        let found: Vec<_> = keys.iter().map(|change| (change.step, change.key.sharps)).collect();
        assert_eq!(found, [(0, 2), (16, -1), (24, 2)]);
    }

    #[test]
    fn absurd_lengths_are_refused_before_they_take_memory() {
        let error = Roll::from_score(&score(1, &[(0, 1 << 50, 60)])).unwrap_err();
        assert_eq!(error, RollError::TooLong(1 << 52));
    }

    #[test]
    fn many_notes_as_long_as_the_piece_take_no_longer_than_one() {
        let notes: Vec<_> = (0..100_000).map(|start| (start, 999_999, 60)).collect();
        let found = Roll::from_score(&score(4, &notes)).unwrap();
        assert_eq!((found.notes, found.roll.len()), (100_000, 999_999));
    }

    #[test]
    fn a_step_has_the_mean_tempo_of_the_score_over_it() {
        // 24 ticks a quarter: 6 a 16th.
        let mut score = score(24, &[(0, 48, 60)]);
        let tempos = [(0, 600_000), (9, 300_000), (12, 300_000), (24, 500_000), (99, 1)];
        score.tempos = tempos.map(|(tick, value)| At { tick, value }).to_vec();
        let found = Roll::from_score(&score).unwrap();
        let map: Vec<_> = found.roll.tempos().iter().map(|at| (at.step, at.tempo)).collect();
        assert_eq!(map, [(0, 600_000), (1, 450_000), (2, 300_000), (4, 500_000)]);
        // (9 × 600 + 15 × 300 + 24 × 500) / 48 = 456.25.
        assert_eq!((found.mean_tempo, found.roll.mean_tempo()), (456_250, 456_250));
        assert_eq!(found.roll.seconds(), 2.0 * 0.456_25);
    }
}
