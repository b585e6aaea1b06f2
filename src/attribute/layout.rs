//! Layouts: which attributes a network is given, in which order.

use super::Block;
use super::context::Context;
use crate::match_model::Continuations;
use crate::roll::{KEYS, Place, Step};

/// A named list of blocks. A model file contains the name of the layout of its network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Layout {
    /// The name in model files.
    pub name: &'static str,
    /// The blocks, in the order of the columns.
    pub blocks: &'static [Block],
}

impl Layout {
    /// The 78 attributes of the article.
    pub const ARTICLE: Layout = Layout {
        name: "article",
        blocks: &[Block::Position, Block::PitchClass, Block::Vicinity, Block::Beat],
    };

    /// The attributes of the article, and what a listener knows besides: harmony, tonality, the
    /// length of the measure, what happened at this place in earlier measures, how long ago each
    /// key was struck.
    pub const WIDE: Layout = Layout {
        name: "wide",
        blocks: &[
            Block::Position,
            Block::PitchClass,
            Block::Vicinity,
            Block::Beat,
            Block::Chroma,
            Block::Bass,
            Block::Tonality,
            Block::MeasureLength,
            Block::Echo,
            Block::Age,
            Block::Outline,
        ],
    };

    /// For music without known measures: the blocks of [`WIDE`](Self::WIDE) that do not need them,
    /// and what each key did at fixed distances.
    pub const UNMEASURED: Layout = Layout {
        name: "unmeasured",
        blocks: &[
            Block::Position,
            Block::PitchClass,
            Block::Vicinity,
            Block::Chroma,
            Block::Bass,
            Block::Tonality,
            Block::Recall,
            Block::Age,
            Block::Outline,
        ],
    };

    /// The blocks of [`WIDE`](Self::WIDE), and what followed where the last steps occurred before.
    pub const MEMORY: Layout = Layout {
        name: "memory",
        blocks: &[
            Block::Position,
            Block::PitchClass,
            Block::Vicinity,
            Block::Beat,
            Block::Chroma,
            Block::Bass,
            Block::Tonality,
            Block::MeasureLength,
            Block::Echo,
            Block::Age,
            Block::Outline,
            Block::ExactMatch,
            Block::OtherMatch,
            Block::TransposedMatch,
            Block::SimilarMatch,
            Block::LocalMatch,
        ],
    };

    /// The same for music without known measures.
    pub const UNMEASURED_MEMORY: Layout = Layout {
        name: "unmeasured-memory",
        blocks: &[
            Block::Position,
            Block::PitchClass,
            Block::Vicinity,
            Block::Chroma,
            Block::Bass,
            Block::Tonality,
            Block::Recall,
            Block::Age,
            Block::Outline,
            Block::ExactMatch,
            Block::OtherMatch,
            Block::TransposedMatch,
            Block::SimilarMatch,
            Block::LocalMatch,
        ],
    };

    /// All layouts.
    pub const ALL: &'static [Layout] = &[
        Layout::ARTICLE,
        Layout::WIDE,
        Layout::UNMEASURED,
        Layout::MEMORY,
        Layout::UNMEASURED_MEMORY,
    ];

    /// The layout of that name.
    pub fn named(name: &str) -> Option<Layout> {
        Self::ALL.iter().copied().find(|layout| layout.name == name)
    }

    /// The number of attributes of a key at a step.
    pub fn width(&self) -> usize {
        self.blocks.iter().map(|block| block.width()).sum()
    }

    /// Whether any of the blocks says what followed earlier in the piece.
    pub fn needs_matches(&self) -> bool {
        self.blocks.iter().any(|block| block.needs_matches())
    }

    /// Computes the attributes of all 88 keys at one step from what is known before the step.
    ///
    /// `past` are the steps before it, the nearest last; there are none at the start of a piece,
    /// and only the last [`MAX_LOOKBACK_STEPS`](crate::segment::MAX_LOOKBACK_STEPS) count. `place`
    /// is the place of the step in its measure. `matches` is what a match model of the piece tells; it
    /// is asked for by layouts that [need matches](Self::needs_matches), and `None` says that nothing
    /// was found. Training, evaluation and composing all use this function.
    pub fn describe(
        &self,
        past: &[Step],
        matches: Option<&Continuations>,
        place: Place,
        to: &mut StepAttributes,
    ) {
        let nothing = Continuations::default();
        let with_history = self.blocks.iter().any(|block| block.needs_history());
        let context = Context::new(past, matches.unwrap_or(&nothing), place, with_history);
        to.clear();
        for key in 0..KEYS {
            let mut first = 0;
            for block in self.blocks {
                block.describe(key, &context, first, to);
                first += block.width();
            }
            to.end_row();
        }
    }
}

/// The attributes of the 88 keys at one step, stored sparsely: for each key the columns that are
/// not zero, with their values. About four of 78 are not zero.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StepAttributes {
    entries: Vec<(u32, f32)>,
    ends: Vec<u32>,
}

impl StepAttributes {
    /// The columns of one key that are not zero, with their values.
    pub fn of_key(&self, key: usize) -> &[(u32, f32)] {
        let start = if key == 0 { 0 } else { self.ends[key - 1] };
        &self.entries[start as usize..self.ends[key] as usize]
    }

    /// The same as a dense row of `width` values.
    pub fn dense_of_key(&self, key: usize, width: usize) -> Vec<f32> {
        let mut row = vec![0.0; width];
        self.of_key(key).iter().for_each(|&(column, value)| row[column as usize] = value);
        row
    }

    pub(super) fn push(&mut self, column: usize, value: f32) {
        self.entries.push((column as u32, value));
    }

    fn end_row(&mut self) {
        self.ends.push(self.entries.len() as u32);
    }

    fn clear(&mut self) {
        self.entries.clear();
        self.ends.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roll::Keys;

    fn rows(previous: Step, in_part: u8) -> Vec<Vec<f32>> {
        let place = Place { in_measure: u32::from(in_part), in_part, measure: 16 };
        let mut attributes = StepAttributes::default();
        Layout::ARTICLE.describe(&[previous], None, place, &mut attributes);
        (0..KEYS).map(|key| attributes.dense_of_key(key, Layout::ARTICLE.width())).collect()
    }

    #[test]
    fn the_article_has_seventy_eight_attributes() {
        let widths: Vec<_> = Layout::ARTICLE.blocks.iter().map(|block| block.width()).collect();
        assert_eq!(widths, [1, 12, 50, 15]);
        assert_eq!(Layout::ARTICLE.width(), 78);
    }

    #[test]
    fn position_and_pitch_class_tell_the_keys_apart() {
        let rows = rows(Step::SILENCE, 0);
        assert_eq!(rows[0][0], 1.0 / 88.0);
        assert_eq!(rows[87][0], 1.0);
        // A0 is the tenth pitch class, counted from C; C8 the first.
        assert_eq!(rows[0].iter().skip(1).position(|&value| value == 1.0), Some(9));
        assert_eq!(rows[87].iter().skip(1).position(|&value| value == 1.0), Some(0));
        assert!(rows.iter().all(|row| row[1..].iter().sum::<f32>() == 1.0));
    }

    #[test]
    fn the_vicinity_reaches_an_octave_and_never_wraps_around() {
        // Key 0 is struck, key 87 held.
        let previous = Step { play: Keys::from_iter([0, 87]), articulate: Keys::from_iter([0]) };
        let rows = rows(previous, 0);
        for (key, row) in rows.iter().enumerate() {
            let vicinity = &row[13..63];
            let mut expected = vec![0.0; 50];
            if key <= 12 {
                let interval = 12 - key; // The struck key lies `key` semitones below.
                (expected[2 * interval], expected[2 * interval + 1]) = (1.0, 1.0);
            }
            if key >= 75 {
                expected[2 * (12 + 87 - key)] = 1.0;
            }
            assert_eq!(vicinity, expected, "key {key}");
        }
    }

    #[test]
    fn the_downbeat_is_the_reference_of_the_beat() {
        assert!(rows(Step::SILENCE, 0)[30][63..].iter().all(|&value| value == 0.0));
        for place in 1..16 {
            let beat = rows(Step::SILENCE, place)[30][63..].to_vec();
            assert_eq!(beat.iter().sum::<f32>(), 1.0);
            assert_eq!(beat[usize::from(place) - 1], 1.0);
        }
    }
}
