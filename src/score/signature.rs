//! Key signatures.

use std::fmt;

/// A key signature: sharps or flats, and the mode.
///
/// Files often say "major" whatever the mode is (all of piano-midi.de does), so `minor` is a
/// claim, not a fact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct KeySignature {
    /// Sharps where positive, flats where negative: −7 to 7.
    pub sharps: i8,
    /// Whether the file says that the mode is minor.
    pub minor: bool,
}

impl fmt::Display for KeySignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MAJOR: [&str; 15] =
            ["Cb", "Gb", "Db", "Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#"];
        const MINOR: [&str; 15] =
            ["Ab", "Eb", "Bb", "F", "C", "G", "D", "A", "E", "B", "F#", "C#", "G#", "D#", "A#"];
        let index = (i32::from(self.sharps) + 7).clamp(0, 14) as usize;
        match self.minor {
            false => write!(f, "{} major", MAJOR[index]),
            true => write!(f, "{} minor", MINOR[index]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_called_by_their_names() {
        let name = |sharps, minor| KeySignature { sharps, minor }.to_string();
        assert_eq!(name(0, false), "C major");
        assert_eq!(name(0, true), "A minor");
        assert_eq!(name(-3, true), "C minor");
        assert_eq!(name(3, false), "A major");
        assert_eq!(name(7, false), "C# major");
    }
}
