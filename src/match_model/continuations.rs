//! What followed where matches were found.

use super::{LOCAL_REACHES, LocalMatches, Matches};
use crate::roll::Step;

/// What followed an earlier occurrence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Continuation {
    /// The step that followed.
    pub now: Step,
    /// The step after it. Silence where that is not known yet, because the occurrence is the step
    /// before.
    pub later: Step,
    /// How many steps agree; for a similar place its similarity, 1 to 255. 0 if nothing was found.
    pub length: u16,
    /// How many steps ago it was.
    pub distance: u32,
}

/// All that a match model tells about the step that comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Continuations {
    /// After the longest match of all keys.
    pub exact: Continuation,
    /// How often such a match occurs, see [`Matches::occurrences`].
    pub occurrences: u8,
    /// After the longest match of all keys that was followed by something else.
    pub otherwise: Continuation,
    /// After the longest match at another pitch, moved to the present pitch.
    pub transposed: Continuation,
    /// After the most similar place.
    pub similar: Continuation,
    /// After the longest match of each key's neighbourhood.
    pub local: [LocalMatches; LOCAL_REACHES.len()],
}

impl Continuations {
    /// What followed at some matches. `get` is asked for steps before the one to be predicted, by
    /// their numbers in the piece.
    pub fn of(matches: &Matches, get: impl Fn(usize) -> Step) -> Continuations {
        let after = |source: u32, length: u16| {
            if length == 0 {
                return Continuation::default();
            }
            let later =
                if source + 1 < matches.step { get(source as usize + 1) } else { Step::SILENCE };
            let distance = matches.step - source;
            Continuation { now: get(source as usize), later, length, distance }
        };
        let Matches { exact, otherwise, transposed, similar, .. } = *matches;
        let moved = after(transposed.at.source, transposed.at.length);
        Continuations {
            exact: after(exact.source, exact.length),
            occurrences: matches.occurrences,
            otherwise: after(otherwise.source, otherwise.length),
            transposed: moved.transposed(i32::from(transposed.semitones)),
            similar: after(similar.source, u16::from(similar.similarity)),
            local: matches.local,
        }
    }

    /// The same in a piece that is transposed by some semitones.
    pub fn transposed(&self, semitones: i32) -> Continuations {
        Continuations {
            exact: self.exact.transposed(semitones),
            occurrences: self.occurrences,
            otherwise: self.otherwise.transposed(semitones),
            transposed: self.transposed.transposed(semitones),
            similar: self.similar.transposed(semitones),
            local: self.local.map(|local| local.transposed(semitones)),
        }
    }
}

impl Continuation {
    fn transposed(self, semitones: i32) -> Continuation {
        let (now, later) = (self.now.transposed(semitones), self.later.transposed(semitones));
        Continuation { now, later, ..self }
    }
}
