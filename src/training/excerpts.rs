//! Drawing segments from a corpus.

use crate::corpus::Piece;
use crate::primer::Primer;
use crate::roll::KEYS;
use crate::segment::Segment;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::Rng;

/// The pieces from which segments are drawn: all those that are as long as a segment.
#[derive(Debug)]
pub struct Excerpts<'a> {
    pieces: Vec<&'a Piece>,
    /// For each piece, how many segments begin in it or in those before it.
    ends: Vec<u64>,
    steps: usize,
}

impl<'a> Excerpts<'a> {
    /// Segments of so many steps from some pieces; those that are shorter are left out.
    pub fn new(pieces: &'a [Piece], steps: usize) -> Excerpts<'a> {
        let pieces: Vec<_> = pieces.iter().filter(|piece| piece.roll().len() >= steps).collect();
        let starts = pieces.iter().map(|piece| (piece.roll().len() - steps + 1) as u64);
        let ends = starts.scan(0, |sum, count| {
            *sum += count;
            Some(*sum)
        });
        Excerpts { ends: ends.collect(), pieces, steps }
    }

    /// How many pieces are long enough.
    pub fn pieces(&self) -> usize {
        self.pieces.len()
    }

    /// How many steps the pieces have in all.
    pub fn steps(&self) -> usize {
        self.pieces.iter().map(|piece| piece.roll().len()).sum()
    }

    /// A segment from anywhere, every place as likely as any other.
    pub fn draw(&self, random: &mut ChaCha8Rng) -> Segment {
        let (piece, start) = self.place(random);
        Segment::new(piece.roll(), start, self.steps)
    }

    /// The same as a primer.
    pub fn draw_primer(&self, random: &mut ChaCha8Rng) -> Primer {
        let (piece, start) = self.place(random);
        let source = format!("{}/{}", piece.folder, piece.name);
        Primer { source, roll: piece.roll().excerpt(start, start + self.steps) }
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

    fn place(&self, random: &mut ChaCha8Rng) -> (&'a Piece, usize) {
        let all = *self.ends.last().expect("at least one piece");
        // Two numbers make one of 64 bits: of so many the remainder is as good as even.
        let drawn = u64::from(random.next_u32()) << 32 | u64::from(random.next_u32());
        let drawn = drawn % all;
        let index = self.ends.partition_point(|&end| end <= drawn);
        let before = index.checked_sub(1).map_or(0, |before| self.ends[before]);
        (self.pieces[index], (drawn - before) as usize)
    }
}
