//! Writes the pieces in `pieces/`: three small pieces to try the program on, in 4/4, 3/4 and 6/8.
//!
//! `cargo run --release --example write_pieces` writes them anew. Bach and Petzold are long in the
//! public domain; these are our own transcriptions, and the study is our own too.

use deep_jammer::atomic_file::{self, AtomicFileError, Existing};
use deep_jammer::midi;
use deep_jammer::roll::{Keys, Roll, Step};
use deep_jammer::score::{KeySignature, Metre};
use std::path::Path;

/// A piece under way: notes as (MIDI pitch, first step, steps).
struct Sketch {
    title: &'static str,
    file: &'static str,
    metre: &'static str,
    sharps: i8,
    quarters_a_minute: u32,
    notes: Vec<(u8, usize, usize)>,
}

fn main() -> Result<(), AtomicFileError> {
    for (file, bytes) in pieces() {
        atomic_file::write(&Path::new("pieces").join(file), &bytes, Existing::Replace)?;
    }
    Ok(())
}

/// The files with their bytes.
pub fn pieces() -> Vec<(&'static str, Vec<u8>)> {
    [prelude(), minuet(), study()].into_iter().map(|sketch| (sketch.file, bytes(&sketch))).collect()
}

fn bytes(sketch: &Sketch) -> Vec<u8> {
    let metre: Metre = sketch.metre.parse().expect("a metre");
    let mut roll = Roll::new(metre);
    roll.set_tempo(60_000_000 / sketch.quarters_a_minute);
    roll.key = Some(KeySignature { sharps: sketch.sharps, minor: false });
    let end = sketch.notes.iter().map(|&(_, start, length)| start + length).max().unwrap_or(0);
    for now in 0..end {
        let keys = |take: &dyn Fn(usize, usize) -> bool| -> Keys {
            let notes = sketch.notes.iter().filter(|&&(_, start, length)| take(start, length));
            notes.map(|&(pitch, ..)| usize::from(pitch) - 21).collect()
        };
        roll.push(Step {
            play: keys(&|start, length| (start..start + length).contains(&now)),
            articulate: keys(&|start, _| start == now),
        });
    }
    midi::write(&roll.to_score(Some(sketch.title), &[]))
}

/// J. S. Bach, Prelude in C major, BWV 846: each measure but the last three is five notes, spread
/// out twice.
fn prelude() -> Sketch {
    #[rustfmt::skip]
    const CHORDS: [[u8; 5]; 32] = [
        [60, 64, 67, 72, 76], [60, 62, 69, 74, 77], [59, 62, 67, 74, 77], [60, 64, 67, 72, 76],
        [60, 64, 69, 76, 81], [60, 62, 66, 69, 74], [59, 62, 67, 74, 79], [59, 60, 64, 67, 72],
        [57, 60, 64, 67, 72], [50, 57, 62, 66, 72], [55, 59, 62, 67, 71], [55, 58, 64, 67, 73],
        [53, 57, 62, 69, 74], [53, 56, 62, 65, 71], [52, 55, 60, 67, 72], [52, 53, 57, 60, 65],
        [50, 53, 57, 60, 65], [43, 50, 55, 59, 65], [48, 52, 55, 60, 64], [48, 55, 58, 60, 64],
        [41, 53, 57, 60, 64], [42, 48, 57, 60, 63], [44, 53, 59, 60, 62], [43, 53, 55, 59, 62],
        [43, 52, 55, 60, 64], [43, 50, 55, 60, 65], [43, 50, 55, 59, 65], [43, 51, 57, 60, 66],
        [43, 52, 55, 60, 67], [43, 50, 55, 60, 65], [43, 50, 55, 59, 65], [36, 48, 55, 58, 64],
    ];
    const ENDING: [[u8; 16]; 2] = [
        [36, 48, 53, 57, 60, 65, 60, 57, 60, 57, 53, 57, 53, 50, 53, 50],
        [36, 47, 67, 71, 74, 77, 74, 71, 74, 71, 67, 71, 62, 65, 64, 62],
    ];
    let mut notes = Vec::new();
    for (bar, chord) in CHORDS.iter().enumerate() {
        for half in [16 * bar, 16 * bar + 8] {
            notes.push((chord[0], half, 8));
            notes.push((chord[1], half + 1, 7));
            for place in 0..6 {
                notes.push((chord[2 + place % 3], half + 2 + place, 1));
            }
        }
    }
    for (bar, tones) in ENDING.iter().enumerate() {
        let start = 16 * (CHORDS.len() + bar);
        notes.push((tones[0], start, 16));
        notes.push((tones[1], start + 1, 15));
        notes.extend((2..16).map(|place| (tones[place], start + place, 1)));
    }
    let last = 16 * (CHORDS.len() + ENDING.len());
    notes.extend([36, 48, 64, 67, 72].map(|pitch| (pitch, last, 16)));
    Sketch {
        title: "Prelude in C major, BWV 846",
        file: "prelude-in-c.mid",
        metre: "4/4",
        sharps: 0,
        quarters_a_minute: 72,
        notes,
    }
}

/// C. Petzold, Minuet in G major, BWV Anh. 114. Two hands, a line each: pitch and eighths.
fn minuet() -> Sketch {
    const RIGHT: &str = "
        74 2 67 1 69 1 71 1 72 1 | 74 2 67 2 67 2 | 76 2 72 1 74 1 76 1 78 1 | 79 2 67 2 67 2
        72 2 74 1 72 1 71 1 69 1 | 71 2 72 1 71 1 69 1 67 1 | 66 2 67 1 69 1 71 1 67 1 | 69 6
        74 2 67 1 69 1 71 1 72 1 | 74 2 67 2 67 2 | 76 2 72 1 74 1 76 1 78 1 | 79 2 67 2 67 2
        72 2 74 1 72 1 71 1 69 1 | 71 2 72 1 71 1 69 1 67 1 | 69 2 71 1 69 1 67 1 66 1 | 67 6
        83 2 79 1 81 1 83 1 79 1 | 81 2 74 1 76 1 78 1 74 1 | 79 2 76 1 78 1 79 1 74 1
        73 2 71 1 73 1 69 2 | 69 1 71 1 73 1 74 1 76 1 78 1 | 79 2 78 2 76 2 | 78 2 69 2 73 2 | 74 6
        74 2 67 1 66 1 67 2 | 76 2 67 1 66 1 67 2 | 74 2 72 2 71 2 | 69 1 67 1 66 1 67 1 69 2
        62 1 64 1 66 1 67 1 69 1 71 1 | 72 2 71 2 69 2 | 71 1 74 1 67 2 66 2 | 67 6";
    const LEFT: &str = "
        55+59+62 4 57 2 | 59 6 | 60 6 | 59 6 | 57 6 | 55 6 | 62 2 59 2 55 2
        62 2 50 1 60 1 59 1 57 1 | 59 4 57 2 | 55 2 59 2 55 2 | 60 6 | 59 2 60 1 59 1 57 1 55 1
        57 4 54 2 | 55 4 59 2 | 60 2 62 2 50 2 | 55 4 43 2
        55 6 | 54 6 | 52 2 55 2 52 2 | 57 4 45 2 | 57 6 | 59 2 62 2 61 2 | 62 2 54 2 57 2
        62 2 50 2 60 2 | 59 4 59 2 | 60 4 60 2 | 59 2 57 2 55 2 | 62 6 | 50 4 54 2
        52 2 55 2 54 2 | 55 2 47 2 50 2 | 55 2 50 2 43 2";
    let mut notes = hand(RIGHT);
    notes.extend(hand(LEFT));
    Sketch {
        title: "Minuet in G major, BWV Anh. 114",
        file: "minuet-in-g.mid",
        metre: "3/4",
        sharps: 1,
        quarters_a_minute: 120,
        notes,
    }
}

/// One hand's notes, one after the other: chords of pitches joined by `+`, each followed by its
/// length in eighths. Bar lines are for the reader.
fn hand(text: &str) -> Vec<(u8, usize, usize)> {
    let mut words = text.split_whitespace().filter(|word| *word != "|");
    let (mut notes, mut now) = (Vec::new(), 0);
    while let (Some(chord), Some(length)) = (words.next(), words.next()) {
        let steps = 2 * length.parse::<usize>().expect("a length");
        let pitches = chord.split('+').map(|pitch| pitch.parse().expect("a pitch"));
        notes.extend(pitches.map(|pitch| (pitch, now, steps)));
        now += steps;
    }
    notes
}

/// A study in D major, of our own: broken chords in 6/8 under a song that rises and falls.
fn study() -> Sketch {
    // By measure: the left hand's three tones, and the right hand's two.
    #[rustfmt::skip]
    const MEASURES: [([u8; 3], [u8; 2]); 16] = [
        ([50, 57, 62], [78, 81]), ([55, 59, 62], [83, 79]), ([45, 57, 61], [76, 79]),
        ([50, 57, 62], [78, 74]), ([47, 54, 59], [74, 78]), ([52, 55, 59], [79, 76]),
        ([45, 52, 55], [73, 76]), ([50, 54, 57], [74, 69]), ([43, 55, 59], [71, 74]),
        ([45, 57, 61], [73, 76]), ([42, 54, 57], [78, 74]), ([47, 54, 59], [71, 78]),
        ([43, 50, 59], [79, 74]), ([45, 52, 61], [76, 73]), ([50, 57, 62], [74, 78]),
        ([38, 50, 57], [74, 74]),
    ];
    let mut notes = Vec::new();
    for round in 0..2 {
        for (bar, ([low, middle, high], [first, second])) in MEASURES.iter().enumerate() {
            let start = 12 * (16 * round + bar);
            for half in [start, start + 6] {
                notes.extend([(*low, half, 6), (*middle, half + 2, 2), (*high, half + 4, 2)]);
            }
            notes.push((*first, start, 6));
            // The second time through the song moves on in eighths.
            match round {
                0 => notes.push((*second, start + 6, 6)),
                _ => notes.extend([(*second, start + 6, 4), (*first, start + 10, 2)]),
            }
        }
    }
    Sketch {
        title: "Study in D major",
        file: "study-in-d.mid",
        metre: "6/8",
        sharps: 2,
        quarters_a_minute: 66,
        notes,
    }
}
