//! SHA-256 hashes as text.

use sha2::{Digest, Sha256};

/// Bytes as lowercase hexadecimal digits, two per byte.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The SHA-256 of some bytes: 64 hexadecimal digits.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// The first twelve hexadecimal digits of a hash: enough to tell models and primers apart.
pub(crate) fn short(hash: Sha256) -> String {
    hexadecimal(&hash.finalize()[..6])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_digits_are_those_of_sha256sum() {
        let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(sha256(b"abc"), known);
        assert_eq!(short(Sha256::new_with_prefix(b"abc")), known[..12]);
    }
}
