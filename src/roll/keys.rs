//! A set of piano keys.

use std::fmt;

/// The number of keys of a piano: A0 (MIDI pitch 21) to C8 (108).
pub const KEYS: usize = 88;

/// The MIDI pitch of the lowest key, A0.
pub const LOWEST_PITCH: u8 = 21;

/// A set of the 88 keys; key 0 is A0, key 87 is C8.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Keys(u128);

impl Keys {
    /// The empty set.
    pub const NONE: Keys = Keys(0);

    const ALL: u128 = (1 << KEYS) - 1;

    /// Whether `key` is in the set.
    pub fn contains(self, key: usize) -> bool {
        key < KEYS && self.0 >> key & 1 == 1
    }

    /// Puts `key` (0 to 87) into the set.
    pub fn insert(&mut self, key: usize) {
        debug_assert!(key < KEYS);
        self.0 |= 1 << key;
    }

    /// Takes `key` (0 to 87) out of the set.
    pub fn remove(&mut self, key: usize) {
        debug_assert!(key < KEYS);
        self.0 &= !(1 << key);
    }

    /// How many keys are in the set.
    pub fn count(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Whether the set is empty.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The keys that are in both sets.
    pub fn and(self, other: Keys) -> Keys {
        Keys(self.0 & other.0)
    }

    /// The keys that are in either set.
    pub fn or(self, other: Keys) -> Keys {
        Keys(self.0 | other.0)
    }

    /// The keys of this set that are not in the other.
    pub fn without(self, other: Keys) -> Keys {
        Keys(self.0 & !other.0)
    }

    /// Every key moved by some semitones. Keys that leave the keyboard are lost.
    pub fn transposed(self, semitones: i32) -> Keys {
        let distance = semitones.unsigned_abs();
        if distance >= KEYS as u32 {
            return Keys::NONE;
        }
        Keys(if semitones >= 0 { self.0 << distance } else { self.0 >> distance } & Self::ALL)
    }

    /// The keys, from the lowest to the highest.
    pub fn iter(self) -> impl Iterator<Item = usize> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            if rest == 0 {
                return None;
            }
            let key = rest.trailing_zeros() as usize;
            rest &= rest - 1;
            Some(key)
        })
    }

    /// The lowest key; `None` for the empty set.
    pub fn lowest(self) -> Option<usize> {
        (self.0 != 0).then(|| self.0.trailing_zeros() as usize)
    }

    /// The highest key; `None` for the empty set.
    pub fn highest(self) -> Option<usize> {
        (self.0 != 0).then(|| 127 - self.0.leading_zeros() as usize)
    }

    /// The set as the lowest 88 bits of a number; key 0 is the lowest bit.
    pub fn bits(self) -> u128 {
        self.0
    }

    /// The set of such [`bits`](Self::bits); bits beyond the 88th are dropped.
    pub fn from_bits(bits: u128) -> Keys {
        Keys(bits & Self::ALL)
    }
}

impl FromIterator<usize> for Keys {
    fn from_iter<I: IntoIterator<Item = usize>>(keys: I) -> Self {
        let mut set = Keys::NONE;
        keys.into_iter().for_each(|key| set.insert(key));
        set
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_leave_the_keyboard_are_lost() {
        let keys = Keys::from_iter([0, 40, 87]);
        assert_eq!(keys.transposed(1), Keys::from_iter([1, 41]));
        assert_eq!(keys.transposed(-1), Keys::from_iter([39, 86]));
        assert_eq!(keys.transposed(88), Keys::NONE);
        assert_eq!(keys.transposed(i32::MIN), Keys::NONE);
    }

    #[test]
    fn a_set_remembers_its_keys_in_order() {
        let keys = Keys::from_iter([87, 3, 12]);
        assert_eq!(keys.iter().collect::<Vec<_>>(), [3, 12, 87]);
        assert_eq!((keys.lowest(), keys.highest(), keys.count()), (Some(3), Some(87), 3));
        assert!(keys.contains(12) && !keys.contains(13) && !keys.contains(127));
    }
}
