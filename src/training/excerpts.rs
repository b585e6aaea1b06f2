//! Drawing segments from a corpus.

use crate::corpus::Piece;
use crate::roll::{KEYS, Keys, Roll};
use crate::segment::{Segment, SegmentStarts};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;

/// The pieces from which segments are drawn: all those that are as long as a segment.
#[derive(Debug)]
pub struct Excerpts<'a> {
    pieces: Vec<&'a Piece>,
    starts: SegmentStarts,
    steps: usize,
}

/// Where a segment begins, and by how many semitones it is transposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) piece: usize,
    pub(super) step: usize,
    pub(super) semitones: i32,
}

impl<'a> Excerpts<'a> {
    /// Segments of so many steps from some pieces; those that are shorter are left out.
    pub fn new(pieces: impl IntoIterator<Item = &'a Piece>, steps: usize) -> Excerpts<'a> {
        let pieces = pieces.into_iter().filter(|piece| piece.roll().len() >= steps);
        let pieces: Vec<_> = pieces.collect();
        let starts = SegmentStarts::new(pieces.iter().map(|piece| piece.roll().len()), steps);
        Excerpts { pieces, starts, steps }
    }

    /// The pieces that are long enough.
    pub fn music(&self) -> impl Iterator<Item = &'a Piece> {
        self.pieces.iter().copied()
    }

    /// How many steps a segment has.
    pub fn segment_steps(&self) -> usize {
        self.steps
    }

    /// How many pieces are long enough.
    pub fn pieces(&self) -> usize {
        self.pieces.len()
    }

    /// How many steps the pieces have in all.
    pub fn steps(&self) -> usize {
        self.pieces.iter().map(|piece| piece.roll().len()).sum()
    }

    /// The music of one piece.
    pub(super) fn roll(&self, piece: usize) -> &Roll {
        self.pieces[piece].roll()
    }

    /// The segment at a place.
    pub(super) fn segment(&self, place: Place) -> Segment {
        let segment = Segment::new(self.roll(place.piece), place.step, self.steps);
        if place.semitones == 0 { segment } else { segment.transposed(place.semitones) }
    }

    /// Somewhere, every step as likely as any other where a segment can begin; transposed by at
    /// most `reach` semitones, every distance at which no key leaves the keyboard as likely as any
    /// other. Where the music is gone on with beyond the segment (`onwards`), that counts to the
    /// end of the piece.
    pub(super) fn draw(&self, random: &mut ChaCha8Rng, reach: u8, onwards: bool) -> Place {
        let (piece, step) = self.starts.draw(random);
        let end = if onwards { self.roll(piece).len() } else { step + self.steps };
        let steps = &self.roll(piece).steps()[step..end];
        let keys = steps.iter().fold(Keys::NONE, |all, step| all.or(step.play));
        Place { piece, step, semitones: draw_semitones(random, reach, keys) }
    }

    /// How likely a key is to be played at a step, and a played key to be articulated.
    pub fn frequencies(&self) -> (f64, f64) {
        let (mut played, mut articulated) = (0, 0);
        for step in self.pieces.iter().flat_map(|piece| piece.roll().steps()) {
            played += step.play.count();
            articulated += step.articulate.count();
        }
        (played as f64 / (self.steps() * KEYS) as f64, articulated as f64 / played as f64)
    }
}

/// A distance at which none of some keys leaves the keyboard.
fn draw_semitones(random: &mut ChaCha8Rng, reach: u8, keys: Keys) -> i32 {
    if reach == 0 {
        return 0;
    }
    let (lowest, highest) = (keys.lowest().unwrap_or(0), keys.highest().unwrap_or(KEYS - 1));
    let down = usize::from(reach).min(lowest);
    let up = usize::from(reach).min(KEYS - 1 - highest);
    (random.next_u32() as usize % (down + up + 1)) as i32 - down as i32
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::rand_core::SeedableRng;

    #[test]
    fn no_key_is_transposed_beyond_the_keyboard_and_every_distance_comes() {
        let mut random = ChaCha8Rng::seed_from_u64(5);
        let mut drawn = |reach, keys: &[usize]| {
            let keys = Keys::from_iter(keys.iter().copied());
            let mut seen: Vec<i32> =
                (0..300).map(|_| draw_semitones(&mut random, reach, keys)).collect();
            seen.sort();
            seen.dedup();
            seen
        };
        assert_eq!(drawn(6, &[40, 50]), (-6..=6).collect::<Vec<_>>());
        assert_eq!(drawn(6, &[2, 84]), (-2..=3).collect::<Vec<_>>());
        assert_eq!(drawn(6, &[0, 87]), [0]);
        assert_eq!(drawn(0, &[40]), [0]);
    }
}
