//! Pitch spelling: whether a black key is written as C sharp or D flat.
//!
//! This is the first stage of ps13 (D. Meredith, "The ps13 pitch spelling algorithm", Journal of
//! New Music Research 35, 2006). Each note in the context votes: if it is the tonic, the harmonic
//! chromatic scale on it gives the note its name. The name with the most votes wins. ps13 leaves
//! open whether all of the music is in C sharp or in D flat. The key signature decides this: tonics
//! get the names that are nearest to it on the line of fifths. One rule of ps13's second stage is
//! kept: a lower neighbour at the distance of a semitone has the letter below (G, F sharp, G).

use super::key_signatures::chroma;

/// The context of a note: how many notes before it, and how many from it on. These are Meredith's
/// best values.
const BEFORE: usize = 10;
const AFTER: usize = 42;

/// The harmonic chromatic scale on a tonic, as places on the line of fifths: unison, minor second,
/// major second and so on. Its only augmented interval is the fourth.
const SCALE: [i8; 12] = [0, -5, 2, -3, 4, -1, 6, 1, -4, 3, -2, 5];

/// The votes of the tonic of the key signature and of the tonic of its relative minor. They are
/// likely tonics even if they do not sound.
const SIGNATURE: usize = 2;

/// How many notes before and after a note are searched for its neighbours.
const NEIGHBOURHOOD: usize = 16;

/// The legible names: up to double flats and double sharps.
const READABLE: std::ops::RangeInclusive<i8> = -15..=19;

/// A note that is to be spelled.
#[derive(Debug, Clone, Copy)]
pub(super) struct UnspelledNote {
    /// When it is struck; only the order counts.
    pub time: usize,
    /// MIDI pitch.
    pub pitch: u8,
    /// The sharps of the key signature that holds there.
    pub sharps: i8,
}

/// Spells notes, which must be sorted by time. Returns the place of each on the line of fifths: …
/// −1 F, 0 C, 1 G, … 6 F sharp.
pub(super) fn spell(notes: &[UnspelledNote]) -> Vec<i8> {
    let first = by_tonics(notes);
    let mut spelled = first.clone();
    for (index, name) in spelled.iter_mut().enumerate() {
        if let Some(upper) = upper_neighbour(notes, index)
            && READABLE.contains(&(first[upper] + 5))
        {
            *name = first[upper] + 5;
        }
    }
    spelled
}

/// The index of the note after this one, if this is a lower neighbour: the notes before and after
/// it are both a semitone higher. Before and after mean in its own line, which moves by at most a
/// tone.
fn upper_neighbour(notes: &[UnspelledNote], index: usize) -> Option<usize> {
    let note = notes[index];
    let in_line = |&other: &usize| {
        notes[other].time != note.time && notes[other].pitch.abs_diff(note.pitch) <= 2
    };
    let before = (index.saturating_sub(NEIGHBOURHOOD)..index).rev().find(in_line)?;
    let after = (index + 1..notes.len().min(index + 1 + NEIGHBOURHOOD)).find(in_line)?;
    [before, after].iter().all(|&n| notes[n].pitch == note.pitch + 1).then_some(after)
}

fn by_tonics(notes: &[UnspelledNote]) -> Vec<i8> {
    let class = |note: &UnspelledNote| usize::from(note.pitch) % 12;
    let mut around = [0usize; 12];
    notes.iter().take(AFTER).for_each(|note| around[class(note)] += 1);
    let mut spelled = Vec::with_capacity(notes.len());
    for (index, note) in notes.iter().enumerate() {
        let mut tonics = around;
        for tonic in [note.sharps, note.sharps + 3] {
            tonics[chroma(tonic)] += SIGNATURE;
        }
        spelled.push(most_likely(class(note), &tonics, note.sharps));
        if let Some(next) = notes.get(index + AFTER) {
            around[class(next)] += 1;
        }
        if let Some(left_behind) = index.checked_sub(BEFORE) {
            around[class(&notes[left_behind])] -= 1;
        }
    }
    spelled
}

fn most_likely(class: usize, tonics: &[usize; 12], sharps: i8) -> i8 {
    // Names lie between five fifths below the lowest tonic and six above the highest.
    let lowest = sharps - 10;
    let mut votes = [0usize; 24];
    for tonic in sharps - 5..=sharps + 6 {
        let name = tonic + SCALE[(class + 12 - chroma(tonic)) % 12];
        votes[(name - lowest) as usize] += tonics[chroma(tonic)];
    }
    let names = (0i8..24).map(|index| lowest + index).filter(|&name| chroma(name) == class);
    // Of equals, the name nearest to the middle of the scale of the key signature.
    let near = |name: i8| std::cmp::Reverse((name - sharps - 2).unsigned_abs());
    let readable = names.filter(|name| READABLE.contains(name));
    readable.max_by_key(|&name| (votes[(name - lowest) as usize], near(name))).unwrap_or(0)
}

/// The letter of a place on the line of fifths, 0 (C) to 6 (B).
pub(super) fn letter(fifths: i8) -> usize {
    (4 * i32::from(fifths)).rem_euclid(7) as usize
}

/// The number of sharps of a place on the line of fifths, or of flats where negative.
pub(super) fn alter(fifths: i8) -> i8 {
    (fifths + 1).div_euclid(7)
}

/// The octave in which a pitch with that spelling is written. Octave 4 begins at middle C.
pub(super) fn octave(pitch: u8, fifths: i8) -> i32 {
    (i32::from(pitch) - i32::from(alter(fifths))).div_euclid(12) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(pitches: &[u8], sharps: i8) -> String {
        let unspelled = |(time, &pitch)| UnspelledNote { time, pitch, sharps };
        let notes: Vec<_> = pitches.iter().enumerate().map(unspelled).collect();
        let name = |fifths| {
            let sign = ["bb", "b", "", "#", "x"][(alter(fifths) + 2) as usize];
            format!("{}{sign}", ["C", "D", "E", "F", "G", "A", "B"][letter(fifths)])
        };
        spell(&notes).into_iter().map(name).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn scales_have_one_note_to_each_letter() {
        let scale = |tonic: u8, steps: [u8; 7]| steps.map(|step| tonic + step);
        const MAJOR: [u8; 7] = [0, 2, 4, 5, 7, 9, 11];
        const HARMONIC_MINOR: [u8; 7] = [0, 2, 3, 5, 7, 8, 11];
        assert_eq!(names(&scale(60, MAJOR), 0), "C D E F G A B");
        assert_eq!(names(&scale(61, MAJOR), -5), "Db Eb F Gb Ab Bb C");
        assert_eq!(names(&scale(61, MAJOR), 7), "C# D# E# F# G# A# B#");
        assert_eq!(names(&scale(57, HARMONIC_MINOR), 0), "A B C D E F G#");
        assert_eq!(names(&scale(61, HARMONIC_MINOR), 4), "C# D# E F# G# A B#");
        assert_eq!(names(&scale(68, HARMONIC_MINOR), 5), "G# A# B C# D# E Fx");
        assert_eq!(names(&scale(63, HARMONIC_MINOR), -6), "Eb F Gb Ab Bb Cb D");
    }

    #[test]
    fn a_piece_that_leaves_its_key_is_spelled_by_what_sounds() {
        // A flat major without a key signature.
        let pitches = [68, 70, 72, 73, 75, 77, 79, 80].repeat(4);
        assert!(names(&pitches, 0).starts_with("Ab Bb C Db Eb F G Ab"));
        // E major.
        let pitches = [64, 66, 68, 69, 71, 73, 75, 76].repeat(4);
        assert!(names(&pitches, 0).starts_with("E F# G# A B C# D# E"));
    }

    #[test]
    fn a_lower_neighbour_has_the_letter_below() {
        // G F# G among B flats and E flats, which alone would make it a G flat.
        let pitches = [75, 70, 67, 66, 67, 70, 75, 70, 63, 75, 70, 63, 70, 75];
        assert!(names(&pitches, -3).starts_with("Eb Bb G F# G Bb"));
    }

    #[test]
    fn octaves_begin_at_c_however_a_note_is_spelled() {
        assert_eq!(octave(60, 0), 4);
        assert_eq!(octave(60, 12), 3, "B sharp");
        assert_eq!(octave(59, -7), 4, "C flat");
        assert_eq!(octave(21, 3), 0);
        assert_eq!((letter(6), alter(6)), (3, 1), "F sharp");
        assert_eq!((letter(-2), alter(-2)), (6, -1), "B flat");
    }
}
