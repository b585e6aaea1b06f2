//! Joins notes by beams.

use super::measure::Measure;
use super::pulse::Pulse;
use super::symbol::{Beam, Symbol};
use super::time::{EIGHTH, QUARTER};

/// Beams the chords of a voice: within each beat, eighths and shorter notes that follow each other
/// without a rest.
pub(super) fn beam(symbols: &mut [Symbol], measure: &Measure, pulse: &Pulse) {
    let place = |time: usize| measure.place(time);
    let spans = pulse.beamed(|span| {
        let inside =
            |symbol: &&Symbol| place(symbol.start) < span.end && place(symbol.end()) > span.start;
        let mut inside = symbols.iter().filter(inside).peekable();
        inside.peek().is_some()
            && inside
                .all(|symbol| symbol.is_chord() && [symbol.length, symbol.value] == [EIGHTH; 2])
    });
    let span_of =
        |symbol: &Symbol| spans.iter().position(|span| span.contains(&place(symbol.start)));
    let flagged = |symbol: &Symbol| symbol.is_chord() && symbol.flags() > 0;
    let groups: Vec<usize> = symbols
        .chunk_by(|a, b| flagged(a) && flagged(b) && span_of(a) == span_of(b))
        .map(<[Symbol]>::len)
        .collect();
    let mut rest = symbols;
    for count in groups {
        let (group, after) = rest.split_at_mut(count);
        if count > 1 {
            join(group, measure);
        }
        rest = after;
    }
}

fn join(group: &mut [Symbol], measure: &Measure) {
    let last = group.len() - 1;
    let flags: Vec<usize> = group.iter().map(Symbol::flags).collect();
    for (index, symbol) in group.iter_mut().enumerate() {
        let place = match symbol.tuplet {
            Some(tuplet) => tuplet.written(symbol.start),
            None => measure.place(symbol.start),
        };
        for level in 0..flags[index] {
            let before = index > 0 && flags[index - 1] > level;
            let after = index < last && flags[index + 1] > level;
            // The partial beam of a single 16th points to the note with which it fills an eighth,
            // and so on.
            let first_half = place.is_multiple_of(QUARTER >> level);
            symbol.beams[level] = Some(match (before, after) {
                (true, true) => Beam::Continue,
                (true, false) => Beam::End,
                (false, true) => Beam::Begin,
                (false, false) if index == 0 => Beam::Forward,
                (false, false) if index == last || !first_half => Beam::Backward,
                (false, false) => Beam::Forward,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notation::symbol::{Head, SymbolKind};
    use crate::notation::time::SIXTEENTH;

    /// Beams as letters: begin, continue, end, and > < for partial beams. Lengths are in 16ths;
    /// negative ones are rests.
    fn beams(metre: &str, lengths: &[i32]) -> [String; 2] {
        let metre = metre.parse().unwrap();
        let measure = Measure { start: 0, length: 4 * QUARTER, metre, offset: 0, uncounted: false };
        let head = Head { note: 0, tied_from: false, tied_on: false, accidental: None };
        let mut at = 0;
        let mut symbols: Vec<_> = lengths
            .iter()
            .map(|&length| {
                let kind =
                    if length < 0 { SymbolKind::Rest } else { SymbolKind::Chord(vec![head]) };
                let length = length.unsigned_abs() as usize * SIXTEENTH;
                at += length;
                Symbol::new(at - length, length, kind)
            })
            .collect();
        beam(&mut symbols, &measure, &Pulse::of(metre));
        let letter = |beam: Option<Beam>| match beam {
            None => '.',
            Some(Beam::Begin) => 'b',
            Some(Beam::Continue) => 'c',
            Some(Beam::End) => 'e',
            Some(Beam::Forward) => '>',
            Some(Beam::Backward) => '<',
        };
        assert!(symbols.iter().all(|symbol| symbol.beams[2..] == [None; 2]));
        [0, 1].map(|level| symbols.iter().map(|symbol| letter(symbol.beams[level])).collect())
    }

    #[test]
    fn the_notes_of_a_beat_are_joined() {
        assert_eq!(beams("4/4", &[2, 2, 1, 1, 1, 1, 4, 2, -2]), ["bebcce...", "..bcce..."]);
        assert_eq!(beams("6/8", &[2, 2, 2, 4, 2]), ["bce..", "....."]);
        assert_eq!(beams("6/8", &[2, 1, 1, 2, 6]), ["bcce.", ".be.."]);
        assert_eq!(beams("3/4", &[2, 2, 2, 2, 2, 2]), ["bcccce", "......"]);
        assert_eq!(beams("3/4", &[4, 2, 2, 2, 2]), [".bebe", "....."]);
        assert_eq!(beams("4/4", &[2, 2, 2, 2, 8]), ["bcce.", "....."]);
    }

    #[test]
    fn a_lone_sixteenth_has_a_stub_towards_its_eighth() {
        assert_eq!(beams("4/4", &[3, 1, 1, 3]), ["bebe", ".<>."]);
        assert_eq!(beams("4/4", &[1, 2, 1, -1, 1, 2]), ["bce.be", ">.<.>."]);
        assert_eq!(beams("6/8", &[3, 1, 2]), ["bce", ".<."]);
    }
}
