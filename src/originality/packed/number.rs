//! Numbers seven bits a byte, the lowest first, the eighth bit set where more follow.

use super::{CUT_OFF, PackedError};
use crate::roll::LONGEST_ROLL;

/// Writes a number, the lowest seven bits first.
pub(super) fn write_number(text: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        text.push(number as u8 | 0x80);
        number >>= 7;
    }
    text.push(number as u8);
}

/// Reads a number.
pub(super) fn number(rest: &mut &[u8]) -> Result<u64, PackedError> {
    let mut number = 0;
    for place in (0..63).step_by(7) {
        let byte = *rest.split_off_first().ok_or(CUT_OFF)?;
        number |= u64::from(byte & 0x7f) << place;
        if byte < 0x80 {
            return Ok(number);
        }
    }
    Err(PackedError::Music("a number has too many digits"))
}

/// A number that counts steps or letters.
pub(super) fn length(rest: &mut &[u8]) -> Result<usize, PackedError> {
    let length = number(rest)?;
    if length > LONGEST_ROLL {
        return Err(PackedError::Music("a piece is too long"));
    }
    Ok(length as usize)
}

/// A signed number as one without: its sign is the lowest bit.
pub(super) fn signed(number: i64) -> u64 {
    (number << 1 ^ number >> 63) as u64
}

/// The signed number again.
pub(super) fn unsigned(number: u64) -> i64 {
    (number >> 1) as i64 ^ -((number & 1) as i64)
}
