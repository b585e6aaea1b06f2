//! Primers drawn from anywhere in some pieces.

use super::Primer;
use crate::corpus::Piece;
use crate::segment::{SEGMENT_STEPS, SegmentStarts};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

/// How many primers are drawn.
const PRIMERS: usize = 16;

/// The random stream from which they are drawn; everything else in a training comes from stream 0.
const RANDOM_STREAM: u64 = 1;

/// Draws sixteen primers from pieces of at least `steps` steps, always the same for a seed.
///
/// Every step at which a segment of `steps` steps can begin is equally likely. Whatever `steps` is,
/// a primer has the [length of the article's segments](SEGMENT_STEPS), or that of its piece if the
/// piece is shorter. There must be a piece that is long enough.
pub fn draw<'a>(
    pieces: impl IntoIterator<Item = &'a Piece>,
    steps: usize,
    seed: u64,
) -> Vec<Primer> {
    let pieces: Vec<_> = pieces.into_iter().filter(|piece| piece.roll().len() >= steps).collect();
    let starts = SegmentStarts::new(pieces.iter().map(|piece| piece.roll().len()), steps);
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(RANDOM_STREAM);
    let primer = |_| {
        let (piece, start) = starts.draw(&mut random);
        let piece = pieces[piece];
        let start = start.min(piece.roll().len().saturating_sub(SEGMENT_STEPS));
        Primer {
            source: format!("{}/{}", piece.folder, piece.name),
            roll: piece.roll().excerpt(start, start + SEGMENT_STEPS),
        }
    };
    (0..PRIMERS).map(primer).collect()
}
