//! Key signatures.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// A key signature: sharps or flats, and the mode.
///
/// Many files say "major" whatever the mode is (all files of piano-midi.de do), so `minor` may be
/// wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct KeySignature {
    /// The number of sharps, or of flats where negative: −7 to 7.
    pub sharps: i8,
    /// Whether the file says that the mode is minor.
    pub minor: bool,
}

impl KeySignature {
    /// The key with a given tonic (a pitch class: C is 0, C sharp 1), spelled with the fewest
    /// accidentals. Where two spellings have six, it is F sharp major and D sharp minor.
    pub fn on(tonic: usize, minor: bool) -> KeySignature {
        // Counted on the line of fifths. A minor has the signature of C major, which is three
        // fifths below A.
        let fifths = 7 * (tonic % 12) as i32 - if minor { 3 } else { 0 };
        let sharps = (fifths + 5).rem_euclid(12) - 5;
        KeySignature { sharps: sharps as i8, minor }
    }

    /// The pitch class of the tonic, if the file is right about the mode.
    pub fn tonic(self) -> usize {
        let fifths = i32::from(self.sharps) + if self.minor { 3 } else { 0 };
        (7 * fifths).rem_euclid(12) as usize
    }
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

/// Why a text cannot be read as a key.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum KeyError {
    /// It does not name a key.
    #[error("\"{0}\" is not a key; write it like D, \"Bb major\", \"F# minor\" or Em")]
    Unknown(String),
    /// Its signature would have more than seven sharps or flats.
    #[error("{0} has no key signature; write {1}, which sounds the same")]
    Unwritten(String, KeySignature),
}

impl FromStr for KeySignature {
    type Err = KeyError;

    /// Reads a letter, an optional `#` or `b`, and a mode: `major`, `minor`, `m` or nothing for
    /// major.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || KeyError::Unknown(text.to_owned());
        let mut rest = text.trim().chars();
        let letter = rest.next().ok_or_else(unknown)?.to_ascii_uppercase();
        let place = "FCGDAEB".find(letter).ok_or_else(unknown)? as i32 - 1;
        let accidental = match rest.clone().next() {
            Some('#' | '♯') => 1,
            Some('b' | '♭') => -1,
            _ => 0,
        };
        if accidental != 0 {
            rest.next();
        }
        let minor = match rest.as_str().trim() {
            "m" => true,
            mode => match mode.to_lowercase().as_str() {
                "" | "maj" | "major" => false,
                "min" | "minor" => true,
                _ => return Err(unknown()),
            },
        };
        let fifths = place + 7 * accidental;
        let sharps = fifths - if minor { 3 } else { 0 };
        match i8::try_from(sharps) {
            Ok(sharps @ -7..=7) => Ok(KeySignature { sharps, minor }),
            _ => {
                let tonic = (7 * fifths).rem_euclid(12) as usize;
                let plain = KeySignature::on(tonic, minor);
                Err(KeyError::Unwritten(text.trim().to_owned(), plain))
            }
        }
    }
}

/// In JSON a key is text, like `"F minor"`.
impl Serialize for KeySignature {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for KeySignature {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<KeySignature, D::Error> {
        String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_read_by_its_name() {
        for sharps in -7..=7 {
            for minor in [false, true] {
                let key = KeySignature { sharps, minor };
                assert_eq!(key.to_string().parse(), Ok(key));
            }
        }
        let read = |text: &str| text.parse::<KeySignature>().unwrap().to_string();
        let found = ["D", "f minor", "Em", "bb", "C# min", "A♭ Major", " g "].map(read);
        let expected =
            ["D major", "F minor", "E minor", "Bb major", "C# minor", "Ab major", "G major"];
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_no_key_is_refused_with_an_example() {
        for text in ["", "H", "D flat", "Cm7", "EM", "C##"] {
            let error = text.parse::<KeySignature>().unwrap_err().to_string();
            assert!(error.contains("F# minor"), "{text}: {error}");
        }
        let error = "G# major".parse::<KeySignature>().unwrap_err().to_string();
        assert!(error.contains("write Ab major"), "{error}");
        let error = "Fb minor".parse::<KeySignature>().unwrap_err().to_string();
        assert!(error.contains("write E minor"), "{error}");
    }

    #[test]
    fn the_key_on_a_pitch_class_has_it_for_its_first_note() {
        let majors = (0..12).map(|tonic| KeySignature::on(tonic, false).to_string());
        let expected = [
            "C major", "Db major", "D major", "Eb major", "E major", "F major", "F# major",
            "G major", "Ab major", "A major", "Bb major", "B major",
        ];
        assert!(majors.eq(expected));
        assert_eq!(KeySignature::on(9, true).to_string(), "A minor");
        assert_eq!(KeySignature::on(3, true).to_string(), "D# minor");
        for tonic in 0..12 {
            assert_eq!(KeySignature::on(tonic, true).tonic(), tonic);
            assert_eq!(KeySignature::on(tonic, false).tonic(), tonic);
        }
    }

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
