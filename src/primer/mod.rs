//! Primers: the music that a composer hears before it continues by itself.

mod draw;
mod openings;
mod record;
mod selection;

pub use draw::draw;
pub use openings::openings;
pub use record::{PrimerError, Record, from_records, readable, to_records};
pub use selection::{Adapted, Request, SelectionError, chosen, select};

use crate::fingerprint;
use crate::roll::{Keys, Roll};
use crate::score::{KeySignature, Metre};
use crate::statistic::key_of;
use sha2::{Digest, Sha256};

/// A passage of music to continue from, and where it comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct Primer {
    /// Whose music it is: the file's folder and name.
    pub source: String,
    /// The music.
    pub roll: Roll,
}

impl Primer {
    /// Twelve hexadecimal digits that identify its music, whatever its source is called: the start
    /// of a SHA-256.
    pub fn fingerprint(&self) -> String {
        let music = Primer { source: String::new(), roll: self.roll.clone() };
        let record = serde_json::to_vec(&Record::of(&music)).expect("a record is always text");
        fingerprint::short(Sha256::new_with_prefix(record))
    }

    /// How many seconds a measure lasts in the metre in which it ends, and in the tempo in which
    /// music continues it.
    pub fn seconds_of_a_measure(&self) -> f64 {
        f64::from(self.metre().sixteenths()) * f64::from(self.roll.settled_tempo()) / 4e6
    }

    /// The metre in which it ends.
    pub fn metre(&self) -> Metre {
        self.roll.metre_at(self.roll.len()).metre
    }

    /// The key that it is in, as it sounds ([`key_of`]); the key signature in its file may be wrong.
    pub fn key(&self) -> Option<KeySignature> {
        key_of(self.roll.steps())
    }

    /// The primer transposed to a key of the same mode by the smallest interval, with that key's
    /// signature, and by how many semitones it was transposed. If keys would leave the piano, it
    /// goes the other way round the octave. `None` if there is no room either way, or if the primer
    /// is in no key.
    pub fn transposed_to(&self, key: KeySignature) -> Option<(Primer, i32)> {
        let up = (key.tonic() as i32 - self.key()?.tonic() as i32).rem_euclid(12);
        let ways = if up <= 6 { [up, up - 12] } else { [up - 12, up] };
        let sounding = self.roll.steps().iter().fold(Keys::NONE, |all, step| all.or(step.play));
        let stays = |by: &i32| sounding.transposed(*by).count() == sounding.count();
        let by = ways.into_iter().find(stays)?;
        let mut changes = self.roll.metres().iter();
        let mut roll = Roll::new(changes.next().expect("a first metre").metre);
        let mut changes = changes.peekable();
        for (index, step) in self.roll.steps().iter().enumerate() {
            while let Some(change) = changes.next_if(|change| change.step <= index) {
                roll.change_metre(change.metre);
            }
            roll.push(step.transposed(by));
        }
        changes.for_each(|change| roll.change_metre(change.metre));
        roll.copy_tempos(&self.roll);
        roll.key = Some(key);
        Some((Primer { source: self.source.clone(), roll }, by))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roll::Step;

    /// A scale upward in 6/8 from a key of the piano, after an upbeat.
    fn scale(from: usize, steps: [usize; 8]) -> Primer {
        let mut roll = Roll::new("1/8".parse().unwrap());
        for (nth, by) in steps.into_iter().enumerate() {
            if nth == 2 {
                roll.change_metre("6/8".parse().unwrap());
            }
            let keys = Keys::from_iter([from, from + by]);
            roll.push(Step { play: keys, articulate: Keys::NONE });
        }
        roll.key = Some(KeySignature { sharps: 4, minor: false });
        Primer { source: "a scale".into(), roll }
    }

    #[test]
    fn a_primer_is_moved_to_a_key_by_the_smallest_interval() {
        let key = |name: &str| name.parse::<KeySignature>().unwrap();
        let major = scale(39, [0, 2, 4, 5, 7, 9, 11, 12]);
        assert_eq!(major.key(), Some(key("C major")), "whatever its file says");
        let moves = [("D", 2), ("A", -3), ("F", 5), ("G", -5), ("F#", 6), ("C", 0)];
        for (name, by) in moves {
            let (moved, found) = major.transposed_to(key(name)).unwrap();
            assert_eq!(
                (found, moved.key(), moved.roll.key),
                (by, Some(key(name)), Some(key(name)))
            );
            assert_eq!(moved.roll.metres(), major.roll.metres());
            assert_eq!(moved.roll.steps()[3], major.roll.steps()[3].transposed(by));
        }
        let minor = scale(39, [0, 2, 3, 5, 7, 8, 7, 12]);
        assert_eq!(minor.key(), Some(key("C minor")));
        assert_eq!(minor.transposed_to(key("Bm")).unwrap().1, -1);
    }

    #[test]
    fn no_key_leaves_the_piano() {
        let key = |name: &str| name.parse::<KeySignature>().unwrap();
        // From A0 there is no way down: G major is ten semitones up.
        let lowest = scale(0, [0, 2, 4, 5, 7, 9, 11, 12]);
        assert_eq!(lowest.transposed_to(key("G")).unwrap().1, 10);
        let mut wide = scale(0, [0, 2, 4, 5, 7, 9, 11, 12]);
        let top = Keys::from_iter([87]);
        wide.roll.push(Step { play: top, articulate: top });
        assert_eq!(wide.transposed_to(key("G")), None);
        let silence = Primer { source: String::new(), roll: Roll::new(Metre::COMMON) };
        assert_eq!(silence.transposed_to(key("G")), None);
    }
}
