//! What of a score is not on its page.

use crate::roll::sentences;

/// How much of a score is left out or changed when it is written as sheet music.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PageLosses {
    /// Notes outside the 88 keys, which are left out.
    pub out_of_range: usize,
    /// Strokes that fall together with an earlier stroke on the same key.
    pub repeated: usize,
    /// Notes that are struck together with one that comes before them.
    pub struck_together: usize,
    /// Notes that begin more than a tenth of a 16th earlier or later than in the score.
    pub moved: usize,
    /// Notes that are written as grace notes, which have no length of their own.
    pub graces: usize,
}

impl PageLosses {
    /// What is left out or changed because a page has no finer grid than 64ths and triplets, each
    /// in a short sentence without a full stop.
    pub fn sentences(&self) -> Vec<String> {
        let counted = [
            (
                self.repeated,
                "stroke falls together with one on the same key and is left out",
                "strokes fall together with one on the same key and are left out",
            ),
            (
                self.struck_together,
                "note is struck together with the one before it",
                "notes are struck together with the ones before them",
            ),
            (
                self.moved,
                "note is moved to the nearest 16th, 32nd, 64th or triplet",
                "notes are moved to the nearest 16th, 32nd, 64th or triplet",
            ),
            (self.graces, "note is written as a grace note", "notes are written as grace notes"),
        ];
        sentences(&counted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_lost_is_not_said() {
        assert!(PageLosses::default().sentences().is_empty());
        let losses = PageLosses { repeated: 1, moved: 3, ..PageLosses::default() };
        assert_eq!(
            losses.sentences(),
            [
                "1 stroke falls together with one on the same key and is left out",
                "3 notes are moved to the nearest 16th, 32nd, 64th or triplet",
            ]
        );
    }
}
