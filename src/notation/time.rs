//! The unit in which sheet music counts time: a 48th of a quarter.
//!
//! It divides everything that a page can say: 64ths (3 units), and triplets down to 32nds (4
//! units). "Time" below always means units from the start of the piece.

/// The units of a quarter.
pub(super) const QUARTER: usize = 48;

/// The units of an eighth.
pub(super) const EIGHTH: usize = QUARTER / 2;

/// The units of a 16th.
pub(super) const SIXTEENTH: usize = QUARTER / 4;

/// The units of a 64th, the shortest note value outside tuplets.
pub(super) const SHORTEST: usize = QUARTER / 16;

/// The greatest common divisor.
pub(super) fn common_divisor(a: usize, b: usize) -> usize {
    if b == 0 { a } else { common_divisor(b, a % b) }
}
