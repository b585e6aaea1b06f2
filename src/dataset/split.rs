//! What a piece is used for.

use crate::corpus::PublishedSplit;
use serde::{Deserialize, Serialize};

/// What a file is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Split {
    /// The network learns from it.
    Training,
    /// Held out: the network never learns from it, and its loss chooses the best model.
    Validation,
    /// Held out until the very end: the test pieces of a set with a published split.
    Test,
    /// Not used: it is shorter than a segment.
    TooShort,
    /// Not used: it cannot be read.
    Unreadable,
}

impl Split {
    /// Whether any part of a run reads the file; a resumed run checks that it has not changed.
    pub(super) fn is_used(self) -> bool {
        matches!(self, Split::Training | Split::Validation | Split::Test)
    }
}

impl From<Option<PublishedSplit>> for Split {
    /// The split of a piece of a set, as published. Any other piece starts as a training piece.
    fn from(part: Option<PublishedSplit>) -> Split {
        match part {
            None | Some(PublishedSplit::Training) => Split::Training,
            Some(PublishedSplit::Validation) => Split::Validation,
            Some(PublishedSplit::Test) => Split::Test,
        }
    }
}
