//! Decides which note heads need an accidental.

use super::spelling::{alter, letter, octave};
use super::staff_note::StaffNote;
use super::symbol::{Symbol, SymbolKind};

/// The alteration of a letter by a key signature, in sharps. Sharps come in the order F C G D A E
/// B.
fn by_signature(letter: usize, sharps: i8) -> i8 {
    // The place of the letter on the line of fifths, counted from F.
    let place = [1, 3, 5, 0, 2, 4, 6][letter];
    match sharps {
        1.. => i8::from(place < sharps),
        _ => -i8::from(6 - place < -sharps),
    }
}

/// Adds accidentals to a measure of one staff. An accidental holds for its line or space to the end
/// of the measure. A head that is tied to the one before needs none.
pub(super) fn accidentals(voices: &mut [Vec<Symbol>; 2], notes: &[StaffNote], sharps: i8) {
    let mut in_time: Vec<&mut Symbol> = voices.iter_mut().flatten().collect();
    in_time.sort_by_key(|symbol| symbol.start);
    // The staff positions that an accidental has altered: octave, letter, sharps.
    let mut altered: Vec<(i32, usize, i8)> = Vec::new();
    for symbol in in_time {
        let SymbolKind::Chord(heads) = &mut symbol.kind else { continue };
        let heads = symbol.graces.iter_mut().flatten().chain(heads);
        for head in heads.filter(|head| !head.tied_from) {
            let StaffNote { pitch, fifths, .. } = notes[head.note];
            let (octave, letter, alter) = (octave(pitch, fifths), letter(fifths), alter(fifths));
            let line = altered.iter_mut().find(|line| (line.0, line.1) == (octave, letter));
            let holds = line.as_ref().map_or(by_signature(letter, sharps), |line| line.2);
            if holds == alter {
                continue;
            }
            head.accidental = Some(alter);
            match line {
                Some(line) => line.2 = alter,
                None => altered.push((octave, letter, alter)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_alter_letters_in_the_order_of_fifths() {
        let altered = |sharps| [0, 1, 2, 3, 4, 5, 6].map(|letter| by_signature(letter, sharps));
        assert_eq!(altered(0), [0; 7]);
        assert_eq!(altered(2), [1, 0, 0, 1, 0, 0, 0], "F and C");
        assert_eq!(altered(-3), [0, 0, -1, 0, 0, -1, -1], "B, E and A");
        assert_eq!((altered(7), altered(-7)), ([1; 7], [-1; 7]));
    }
}
