//! The notes that are struck within one step: what a roll cannot keep apart.

use super::{KEYS, Losses};

/// A note on one of the 88 keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stroke {
    pub key: usize,
    /// Its onset, in ticks.
    pub start: u64,
    /// In ticks.
    pub length: u64,
    /// Its first step.
    pub step: usize,
    /// The first step at which it no longer sounds.
    pub end: usize,
}

impl Stroke {
    /// Whether it is still held when another begins.
    pub fn ends_after(&self, other: &Stroke) -> bool {
        self.start + self.length > other.start
    }

    /// Whether most of this note is over when another begins. Then the two are heard one after the
    /// other. Notes of a chord begin together but for a tenth of a 16th, or go on sounding.
    fn is_over(&self, other: &Stroke, sixteenth: u64) -> bool {
        let later = u128::from(other.start.saturating_sub(self.start));
        10 * 4 * later > u128::from(sixteenth) && 2 * later >= u128::from(self.length)
    }

    /// Whether this note leads to another as a grace note does: it is shorter than a 16th and over
    /// when the other begins, which is at least a 16th long and twice as long.
    fn leads_to(&self, main: &Stroke, sixteenth: u64) -> bool {
        self.is_short(sixteenth)
            && !main.is_short(sixteenth)
            && main.length / 2 >= self.length
            && self.is_near(main)
            && self.is_over(main, sixteenth)
            && 10 * self.beyond(main) <= u128::from(sixteenth)
    }

    /// Whether a short note like this one ends where another begins, as in a run.
    fn runs_into(&self, next: &Stroke, sixteenth: u64) -> bool {
        let gap = 4 * u128::from(next.start.saturating_sub(self.start + self.length));
        self.is_short(sixteenth)
            && self.is_near(next)
            && 10 * gap.max(self.beyond(next)) <= u128::from(sixteenth)
    }

    fn is_short(&self, sixteenth: u64) -> bool {
        4 * u128::from(self.length) < u128::from(sixteenth)
    }

    /// Whether it is at most an octave away.
    fn is_near(&self, other: &Stroke) -> bool {
        self.key.abs_diff(other.key) <= 12
    }

    /// How far it sounds into another note, in quarters of a tick.
    fn beyond(&self, other: &Stroke) -> u128 {
        4 * u128::from((self.start + self.length).saturating_sub(other.start))
    }
}

/// The strokes on one key within a step.
#[derive(Clone, Copy)]
struct OnKey {
    first: Stroke,
    last: Stroke,
    /// The length of the longest.
    longest: u64,
    /// The onset and the step of the first of the short notes that run into the first stroke, one
    /// after the other.
    row: (u64, usize),
}

/// A grace note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Grace {
    pub key: usize,
    /// Whether it can be moved to the step before. It cannot if notes that lead to it are struck
    /// there, and of several in one step only the last can: they would strike together.
    pub moves: bool,
}

/// Looks at the strokes of one step after the other.
pub(super) struct Ornaments {
    /// The length of a 16th in quarters of a tick.
    sixteenth: u64,
    /// The step that was looked at last, and its strokes.
    before: (usize, Vec<OnKey>),
}

impl Ornaments {
    pub fn new(ticks_per_quarter: u32) -> Ornaments {
        Ornaments { sixteenth: u64::from(ticks_per_quarter.max(1)), before: (0, Vec::new()) }
    }

    /// Finds the grace notes among all strokes of a step, which are in order, and counts what else
    /// is lost there.
    pub fn examine(&mut self, strokes: &[Stroke], losses: &mut Losses) -> Vec<Grace> {
        let step = strokes[0].step;
        if self.before.0 + 1 != step {
            self.before.1.clear();
        }
        let keys = self.by_key(strokes, losses);
        let graces = self.graces(&keys);
        let is_grace = |one: &&OnKey| graces.iter().any(|grace| grace.last.key == one.last.key);
        let others: Vec<&OnKey> = keys.iter().filter(|one| !is_grace(one)).collect();
        let is_late = |other: &&&OnKey| {
            let is_over = |one: &&OnKey| one.first.is_over(&other.first, self.sixteenth);
            others.iter().any(|one| one.first.key != other.first.key && is_over(one))
        };
        losses.struck_together += others.iter().filter(is_late).count();
        let moves = |one: &OnKey| {
            let follows = |other: &OnKey| one.last.is_over(&other.last, self.sixteenth);
            !graces.iter().any(follows) && one.row.1 == step
        };
        let found = graces.iter().map(|one| Grace { key: one.last.key, moves: moves(one) });
        let found = found.collect();
        self.before = (step, keys);
        found
    }

    /// The strokes of one step by key, in the order of the first of each. Counts the others.
    fn by_key(&self, strokes: &[Stroke], losses: &mut Losses) -> Vec<OnKey> {
        let mut keys: Vec<OnKey> = Vec::new();
        let mut places = [usize::MAX; KEYS];
        for &stroke in strokes {
            match keys.get_mut(places[stroke.key]) {
                None => {
                    places[stroke.key] = keys.len();
                    let longest = stroke.length;
                    let row = (stroke.start, stroke.step);
                    keys.push(OnKey { first: stroke, last: stroke, longest, row });
                }
                Some(on_key) => {
                    // Two voices may strike a key at once: that is one stroke.
                    losses.repeated += usize::from(stroke.start > on_key.last.start);
                    on_key.last = stroke;
                    on_key.longest = on_key.longest.max(stroke.length);
                }
            }
        }
        for index in 0..keys.len() {
            let leads = |other: &&OnKey| other.last.runs_into(&keys[index].first, self.sixteenth);
            let leading = self.before.1.iter().chain(&keys[..index]).filter(leads);
            if let Some(row) = leading.map(|other| other.row).min() {
                keys[index].row = row;
            }
        }
        keys
    }

    /// The grace notes of one step.
    fn graces(&self, keys: &[OnKey]) -> Vec<OnKey> {
        let mut graces: Vec<OnKey> = Vec::new();
        // From the last on: a grace note may lead to another.
        let mut latest_first = keys.to_vec();
        latest_first.sort_by_key(|one| std::cmp::Reverse(one.last.start));
        for one in latest_first {
            let last = Stroke { length: one.longest, ..one.last };
            // It leads to the nearest key that follows: a run in one hand does not lead to a long
            // note of the other.
            let is_over = |next: &&Stroke| last.is_over(next, self.sixteenth);
            let later = keys.iter().map(|other| &other.last);
            let later = later.filter(|other| other.key != last.key).filter(is_over);
            let next = later.min_by_key(|other| other.key.abs_diff(last.key));
            let leads = |next: &Stroke| {
                let is_grace = graces.iter().any(|grace| grace.last == *next);
                last.leads_to(next, self.sixteenth)
                    || is_grace && last.runs_into(next, self.sixteenth)
            };
            // What lasts longer than a 16th in all is a run or a trill.
            let row = |next: &Stroke| 4 * u128::from(next.start - one.row.0);
            let is_brief = |next: &Stroke| 10 * row(next) <= 11 * u128::from(self.sixteenth);
            if next.is_some_and(|next| leads(next) && is_brief(next)) {
                graces.push(one);
            }
        }
        graces
    }
}
