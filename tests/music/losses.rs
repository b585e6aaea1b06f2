//! What a grid of 16ths cannot hold is counted, and said.

use deep_jammer::midi;
use deep_jammer::roll::{LOWEST_PITCH, Losses, Roll, Transcription};
use deep_jammer::score::{Note, Score};

/// A piece of notes by onset, length and pitch, with 480 ticks in a quarter: 120 in a 16th.
fn read(notes: impl IntoIterator<Item = (u64, u64, u8)>) -> Transcription {
    let note = |(start, length, pitch)| Note { start, pitch, length, velocity: 64 };
    let mut notes: Vec<Note> = notes.into_iter().map(note).collect();
    notes.sort();
    let score = Score {
        ticks_per_quarter: 480,
        title: None,
        notes,
        tempos: Vec::new(),
        metres: Vec::new(),
        keys: Vec::new(),
        pedal: Vec::new(),
        sostenuto: Vec::new(),
        soft: Vec::new(),
        texts: Vec::new(),
        length: 0,
    };
    Roll::from_score(&score).unwrap()
}

/// The notes of a roll by first step and pitch.
fn struck(found: &Transcription) -> Vec<(usize, u8)> {
    let notes = found.roll.notes();
    notes.iter().map(|note| (note.start, LOWEST_PITCH + note.key as u8)).collect()
}

const NOTHING: Losses = Losses {
    percussion: 0,
    out_of_range: 0,
    repeated: 0,
    struck_together: 0,
    grace_notes_moved: 0,
    grace_notes_left_out: 0,
};

#[test]
fn strokes_faster_than_16ths_on_one_key_are_counted() {
    // Each of 256 strokes in 32nds goes to its nearest 16th: one to the first, two to each other.
    let found = read((0..256).map(|nth| (60 * nth, 50, 60)));
    assert_eq!((found.notes, found.roll.notes().len()), (256, 129));
    assert_eq!(found.losses, Losses { repeated: 127, ..NOTHING });
    assert_eq!(
        found.losses.sentences(),
        ["127 repeated strokes are lost: they are faster than 16ths"]
    );
    for (ticks, strokes) in [(30, 300), (40, 300), (80, 90), (100, 77), (120, 64), (240, 32)] {
        let found = read((0..strokes).map(|nth| (ticks * nth, ticks / 2, 72)));
        let left = found.roll.notes().len();
        assert_eq!(found.losses, Losses { repeated: strokes as usize - left, ..NOTHING });
        assert_eq!(found.losses.repeated > 0, ticks < 120, "{ticks}");
    }
}

#[test]
fn a_key_that_two_voices_strike_at_once_is_one_stroke_and_nothing_is_lost() {
    let found = read([(0, 480, 60), (0, 120, 60), (480, 120, 60), (480, 960, 60)]);
    assert_eq!((found.notes, found.losses), (4, NOTHING));
}

#[test]
fn a_trill_in_32nds_is_struck_together_two_by_two() {
    // C D C D …: at every step but the first a D begins, and half a 16th later a C.
    let found = read((0..65).map(|nth| (60 * nth, 60, if nth % 2 == 0 { 60 } else { 62 })));
    assert_eq!(found.losses, Losses { struck_together: 32, ..NOTHING });
    assert!(found.losses.sentences()[0].starts_with("32 notes are struck together"));
    // In 64ths both keys are struck twice in a step as well.
    let found = read((0..64).map(|nth| (30 * nth, 28, if nth % 2 == 0 { 60 } else { 62 })));
    assert_eq!(found.losses.repeated + found.roll.notes().len(), 64);
    assert_eq!(found.losses.struck_together, found.roll.len());
}

#[test]
fn of_triplets_in_16ths_two_of_three_fall_into_one_step() {
    let found = read((0..192).map(|nth| (80 * nth, 80, 60 + 2 * (nth % 3) as u8)));
    assert_eq!(found.losses, Losses { struck_together: 64, ..NOTHING });
}

#[test]
fn chords_are_chords_however_they_are_rolled() {
    for apart in [0, 1, 5, 12, 20, 40] {
        let chord = |at: u64| [0, 4, 7].map(|up| (at + apart * up / 4, 480, 60 + up as u8));
        let found = read((0..16).flat_map(|nth| chord(480 * nth)));
        assert_eq!(found.losses, NOTHING, "{apart} ticks");
        assert_eq!(found.roll.notes().len(), 48);
    }
    // Short chords, as evenly as somebody plays them.
    let found = read((0..32).flat_map(|nth| [(240 * nth, 40, 60), (240 * nth + 9, 42, 64)]));
    assert_eq!(found.losses, NOTHING);
}

#[test]
fn a_grace_note_is_struck_a_16th_before_its_main_note() {
    for (before, length) in [(30, 30), (30, 25), (20, 20), (55, 55), (60, 60), (40, 45)] {
        let graces = (1..33).map(|nth| (480 * nth - before, length, 61));
        let found = read(graces.chain((0..33).map(|nth| (480 * nth, 440, 60))));
        assert_eq!(found.losses, Losses { grace_notes_moved: 32, ..NOTHING }, "{before} {length}");
        let expected = (1..33).flat_map(|nth| [(4 * nth - 1, 61), (4 * nth, 60)]);
        assert_eq!(struck(&found), [(0, 60)].into_iter().chain(expected).collect::<Vec<_>>());
        assert!(found.roll.notes().iter().all(|note| note.key != 40 || note.end == note.start + 1));
    }
    // On the beat, with a main note that waits for it.
    let found = read([(480, 30, 61), (510, 450, 60)]);
    assert_eq!(struck(&found), [(3, 61), (4, 60)]);
    // An appoggiatura that is long enough has a step of its own, and so has the main note.
    let found = read([(480, 120, 62), (600, 360, 60)]);
    assert_eq!((struck(&found), found.losses), (vec![(4, 62), (5, 60)], NOTHING));
}

#[test]
fn a_grace_note_without_room_is_left_out() {
    let left_out = |found: &Transcription| {
        assert_eq!((found.losses.grace_notes_moved, found.losses.grace_notes_left_out), (0, 1));
        found.losses.on_the_grid()
    };
    // Its key sounds at the step before.
    let held = read([(0, 450, 61), (450, 30, 61), (480, 480, 60)]);
    assert_eq!(struck(&held), [(0, 61), (4, 60)]);
    let said = left_out(&held);
    assert!(said[0].starts_with("1 grace note is left out"), "{said:?}");
    // The piece begins with it.
    let first = read([(0, 30, 61), (30, 450, 60)]);
    assert_eq!(struck(&first), [(0, 60)]);
    left_out(&first);
}

#[test]
fn of_grace_notes_one_after_the_other_the_last_has_room_and_a_chord_of_them_moves_together() {
    let found = read([(0, 410, 48), (420, 30, 62), (450, 30, 64), (480, 480, 65)]);
    assert_eq!(struck(&found), [(0, 48), (3, 64), (4, 65)]);
    let expected = Losses { grace_notes_moved: 1, grace_notes_left_out: 1, ..NOTHING };
    assert_eq!(found.losses, expected);
    let found = read([(0, 410, 48), (450, 30, 62), (452, 28, 64), (480, 480, 65)]);
    assert_eq!(struck(&found), [(0, 48), (3, 62), (3, 64), (4, 65)]);
    assert_eq!(found.losses, Losses { grace_notes_moved: 2, ..NOTHING });
    // The first of these falls into the step before, where there is no room for the second.
    let found = read([(0, 340, 48), (360, 60, 62), (420, 60, 64), (480, 480, 65)]);
    assert_eq!(struck(&found), [(0, 48), (3, 62), (4, 65)]);
    assert_eq!(found.losses, Losses { grace_notes_left_out: 1, ..NOTHING });
}

#[test]
fn a_run_over_long_notes_of_the_other_hand_is_no_grace_note() {
    // 32nds in the right hand, quarters in the left.
    let run = (0..64).map(|nth| (60 * nth, 60, 72 + (nth % 12) as u8));
    let found = read(run.chain((0..8).map(|nth| (480 * nth, 480, 40))));
    assert_eq!((found.losses.grace_notes_moved, found.losses.grace_notes_left_out), (0, 0));
    assert!(found.losses.struck_together >= 31, "{:?}", found.losses);
    assert_eq!(found.roll.notes().len(), 72);
}

#[test]
fn short_notes_that_last_longer_than_a_16th_in_all_are_a_run_and_keep_their_places() {
    for (run, ticks, is_grace) in [(2, 60, true), (3, 60, false), (4, 60, false), (8, 60, false)] {
        let short = (0..run).map(|nth| (960 - ticks * (run - nth), ticks, 70 + nth as u8));
        let found = read(short.chain([(0, 300, 48), (960, 480, 70 + run as u8)]));
        assert_eq!(found.losses.grace_notes_left_out, usize::from(is_grace), "{run}");
        assert_eq!(found.losses.grace_notes_moved, 0);
        let at_main = struck(&found).iter().filter(|(step, _)| *step == 8).count();
        assert_eq!(at_main, if is_grace { 1 } else { 2 }, "{run}");
    }
    // Four in a 16th are grace notes: two have the step before, and for the others there is no room.
    let slide = (0..4).map(|nth| (840 + 30 * nth, 30, 70 + nth as u8));
    let found = read(slide.chain([(0, 300, 48), (960, 480, 75)]));
    assert_eq!(struck(&found), [(0, 48), (7, 70), (7, 71), (8, 75)]);
    assert_eq!(found.losses, Losses { struck_together: 1, grace_notes_left_out: 2, ..NOTHING });
}

#[test]
fn what_a_roll_is_written_as_loses_nothing_when_it_is_read() {
    let found = read((0..256).map(|nth| (60 * nth, 50, 60)));
    let bytes = midi::write(&found.roll.to_score(None, &[]));
    let again = Roll::from_midi(&midi::read(&bytes).unwrap()).unwrap();
    assert_eq!((again.losses, again.roll), (NOTHING, found.roll));
}

#[test]
fn notes_beyond_the_piano_and_percussion_are_counted_with_the_rest() {
    let mut bytes = b"MThd\0\0\0\x06\0\0\0\x01\0\x60MTrk\0\0\0\x24".to_vec();
    // A drum stroke, a note on the lowest MIDI pitch, and middle C, each a quarter long.
    for [channel, pitch] in [[9, 36], [0, 0], [0, 60]] {
        bytes.extend([0, 0x90 | channel, pitch, 64, 0x60, 0x80 | channel, pitch, 64]);
    }
    bytes.extend(b"\0\xFF\x01\x04drum\0\xFF\x2F\0");
    let reading = midi::read(&bytes).unwrap();
    let found = Roll::from_midi(&reading).unwrap();
    assert_eq!(found.losses, Losses { percussion: 1, out_of_range: 1, ..NOTHING });
    assert_eq!(Losses::beyond_the_piano(&reading), found.losses);
    assert_eq!(
        found.losses.sentences(),
        ["1 drum stroke is left out", "1 note is outside the 88 keys and is left out"]
    );
}
