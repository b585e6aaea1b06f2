//! The blocks of attributes that say what followed earlier in the piece.

use super::StepAttributes;
use crate::match_model::{Continuation, Continuations, LOCAL_REACHES, LocalMatches};
use crate::roll::{Place, Step};

/// The longest match of each length class but the last, for exact matches, in steps.
const EXACT: [u16; 9] = [3, 5, 7, 11, 15, 23, 31, 63, 127];

/// The same for matches that were followed by something else.
const OTHERWISE: [u16; 3] = [3, 7, 15];

/// The same for matches at another pitch.
const TRANSPOSED: [u16; 4] = [5, 8, 16, 32];

/// The similarity of each class but the last, of 255.
const SIMILAR: [u16; 5] = [102, 140, 178, 216, 242];

/// The distance of each class but the last, in measures.
const MEASURES: [u32; 5] = [1, 2, 4, 8, 16];

/// The most occurrences that are told apart.
const OCCURRENCES: usize = 4;

/// The widths of the blocks.
pub(super) const EXACT_WIDTH: usize = 3 * (EXACT.len() + 1) + 4 + OCCURRENCES + PLACE;
pub(super) const OTHERWISE_WIDTH: usize = 3 * (OTHERWISE.len() + 1);
pub(super) const TRANSPOSED_WIDTH: usize = 3 * (TRANSPOSED.len() + 1) + 2;
pub(super) const SIMILAR_WIDTH: usize = 3 * (SIMILAR.len() + 1) + 2 + PLACE;
pub(super) const LOCAL_WIDTH: usize = LOCAL_REACHES.len() * ONE_LOCAL;

/// The columns of one reach.
const ONE_LOCAL: usize = 3 * LocalMatches::CLASSES + 3 * 3;

/// Distance classes, and whether it is a whole number of measures.
const PLACE: usize = MEASURES.len() + 2;

/// Writes the columns of one key, one group after the other.
struct Columns<'a> {
    key: usize,
    next: usize,
    to: &'a mut StepAttributes,
}

impl Columns<'_> {
    /// A class of `classes`, one-hot.
    fn class(&mut self, class: usize, classes: usize) {
        self.to.push(self.next + class, 1.0);
        self.next += classes;
    }

    /// Whether the key was played and articulated at a step, for each class.
    fn action(&mut self, step: Step, class: usize, classes: usize) {
        if step.play.contains(self.key) {
            self.to.push(self.next + class, 1.0);
        }
        if step.articulate.contains(self.key) {
            self.to.push(self.next + classes + class, 1.0);
        }
        self.next += 2 * classes;
    }

    /// How far back it was, and whether at the same place of the measure.
    fn distance(&mut self, distance: u32, place: Place) {
        let measure = place.measure.max(1);
        let class = MEASURES.partition_point(|&measures| measures * measure < distance);
        self.class(class, MEASURES.len() + 1);
        if distance.is_multiple_of(measure) {
            self.to.push(self.next, 1.0);
        }
        self.next += 1;
    }
}

fn class_of(length: u16, classes: &[u16]) -> usize {
    classes.partition_point(|&longest| longest < length)
}

/// After the longest match of all keys.
pub(super) fn exact(
    key: usize,
    found: &Continuations,
    place: Place,
    next: usize,
    to: &mut StepAttributes,
) {
    let Continuation { now, later, length, distance } = found.exact;
    if length == 0 {
        return;
    }
    let mut columns = Columns { key, next, to };
    let class = class_of(length, &EXACT);
    columns.class(class, EXACT.len() + 1);
    columns.action(now, class, EXACT.len() + 1);
    columns.action(later, usize::from(length > 15), 2);
    columns.class(usize::from(found.occurrences).clamp(1, OCCURRENCES) - 1, OCCURRENCES);
    columns.distance(distance, place);
}

/// After the longest match of all keys that was followed by something else.
pub(super) fn otherwise(key: usize, found: &Continuations, next: usize, to: &mut StepAttributes) {
    let Continuation { now, length, .. } = found.otherwise;
    if length == 0 {
        return;
    }
    let mut columns = Columns { key, next, to };
    let class = class_of(length, &OTHERWISE);
    columns.class(class, OTHERWISE.len() + 1);
    columns.action(now, class, OTHERWISE.len() + 1);
}

/// After the longest match at another pitch.
pub(super) fn transposed(key: usize, found: &Continuations, next: usize, to: &mut StepAttributes) {
    let Continuation { now, later, length, .. } = found.transposed;
    if length == 0 {
        return;
    }
    let mut columns = Columns { key, next, to };
    let class = class_of(length, &TRANSPOSED);
    columns.class(class, TRANSPOSED.len() + 1);
    columns.action(now, class, TRANSPOSED.len() + 1);
    columns.action(later, 0, 1);
}

/// After the most similar place.
pub(super) fn similar(
    key: usize,
    found: &Continuations,
    place: Place,
    next: usize,
    to: &mut StepAttributes,
) {
    let Continuation { now, later, length, distance } = found.similar;
    if length == 0 {
        return;
    }
    let mut columns = Columns { key, next, to };
    let class = class_of(length, &SIMILAR);
    columns.class(class, SIMILAR.len() + 1);
    columns.action(now, class, SIMILAR.len() + 1);
    columns.action(later, 0, 1);
    columns.distance(distance, place);
}

/// After the longest matches of the key's neighbourhoods.
pub(super) fn local(key: usize, found: &Continuations, next: usize, to: &mut StepAttributes) {
    for (number, local) in found.local.iter().enumerate() {
        let Some(class) = local.class(key) else { continue };
        let mut columns = Columns { key, next: next + number * ONE_LOCAL, to };
        columns.class(class, LocalMatches::CLASSES);
        columns.action(local.followed, class, LocalMatches::CLASSES);
        // A single match, several that agree, several that do not.
        let agreement = match (local.several.contains(key), local.disputed.contains(key)) {
            (false, _) => 0,
            (true, false) => 1,
            (true, true) => 2,
        };
        columns.class(agreement, 3);
        columns.action(local.followed, agreement, 3);
    }
}
