//! Varints: numbers in seven bits per byte, the lowest first, with the eighth bit set if more
//! follow.

use super::{CUT_OFF, PackedError};
use crate::roll::LONGEST_ROLL;

/// Writes a number as a varint.
pub(super) fn write_varint(text: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        text.push(number as u8 | 0x80);
        number >>= 7;
    }
    text.push(number as u8);
}

/// Reads a varint.
pub(super) fn read_varint(rest: &mut &[u8]) -> Result<u64, PackedError> {
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

/// Reads a number of steps or letters.
pub(super) fn read_length(rest: &mut &[u8]) -> Result<usize, PackedError> {
    let length = read_varint(rest)?;
    if length > LONGEST_ROLL {
        return Err(PackedError::Music("a piece is too long"));
    }
    Ok(length as usize)
}

/// Zigzag encoding: a signed number as an unsigned one, with the sign in the lowest bit.
pub(super) fn zigzag(number: i64) -> u64 {
    (number << 1 ^ number >> 63) as u64
}

/// Decodes a zigzag number.
pub(super) fn unzigzag(number: u64) -> i64 {
    (number >> 1) as i64 ^ -((number & 1) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_as_many_bytes_as_they_need() {
        for (number, bytes) in [(0, 1), (127, 1), (128, 2), (1 << 62, 9)] {
            let mut text = Vec::new();
            write_varint(&mut text, number);
            assert_eq!((text.len(), read_varint(&mut &text[..]).unwrap()), (bytes, number));
        }
        for number in [0, 1, -1, 64, -64, i64::from(i8::MIN)] {
            assert_eq!(unzigzag(zigzag(number)), number);
        }
    }
}
