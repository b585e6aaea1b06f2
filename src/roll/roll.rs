//! The piano roll. Everything before it in the program makes rolls, and everything after it uses
//! them.

use super::{Place, Step, TempoChange};
use crate::score::{KeySignature, Metre, Score};

/// A change of metre.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct MetreChange {
    /// The first step of the new metre's first measure.
    pub step: usize,
    /// The metre.
    pub metre: Metre,
}

/// A piece of music as a piano roll: 88 keys by 16th-note steps.
///
/// Its methods keep these invariants: a key that is struck sounds; a key that sounds without being
/// struck sounded at the step before; changes of metre and of tempo are in order, and the first of each
/// is at step 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Roll {
    steps: Vec<Step>,
    metres: Vec<MetreChange>,
    pub(super) tempos: Vec<TempoChange>,
    /// The key signature, if the piece has one.
    pub key: Option<KeySignature>,
}

impl Roll {
    /// An empty roll in one metre, at 120 quarters per minute.
    pub fn new(metre: Metre) -> Roll {
        let metres = vec![MetreChange { step: 0, metre }];
        let tempos = vec![TempoChange { step: 0, tempo: Score::DEFAULT_TEMPO }];
        Roll { steps: Vec::new(), metres, tempos, key: None }
    }

    /// Appends a step. A key that begins to sound is struck, whatever the step says.
    pub fn push(&mut self, step: Step) {
        let previous = self.steps.last().copied().unwrap_or_default();
        self.steps.push(step.after(previous));
    }

    /// Removes all steps from `step` on, and the changes of metre and tempo there.
    pub fn truncate(&mut self, step: usize) {
        self.steps.truncate(step);
        self.metres.retain(|change| change.step == 0 || change.step < step);
        self.tempos.retain(|change| change.step == 0 || change.step < step);
    }

    /// Begins a measure in another metre with the next step that is pushed. The current measure
    /// ends there, however short it is. This is how an upbeat is written.
    pub fn change_metre(&mut self, metre: Metre) {
        let step = self.steps.len();
        if self.metres.last().is_some_and(|last| last.step == step) {
            self.metres.pop();
        }
        // A change to the same metre still moves the bar lines, unless it falls on one.
        if let Some(last) = self.metres.last() {
            let into = (step - last.step) % last.metre.sixteenths() as usize;
            if last.metre == metre && into == 0 {
                return;
            }
        }
        self.metres.push(MetreChange { step, metre });
    }

    /// The steps.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The number of steps.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether the roll has no steps.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The changes of metre; the first is at step 0.
    pub fn metres(&self) -> &[MetreChange] {
        &self.metres
    }

    /// The change of metre that holds at a step, which may lie beyond the end.
    pub fn metre_at(&self, step: usize) -> MetreChange {
        let next = self.metres.partition_point(|change| change.step <= step);
        self.metres[next - 1]
    }

    /// The place of a step in its measure. Beyond the end, the last metre goes on.
    pub fn place(&self, step: usize) -> Place {
        let change = self.metre_at(step);
        Place::within(change.metre, step - change.step)
    }

    /// The places of all steps, in order.
    pub fn places(&self) -> Vec<Place> {
        (0..self.len()).map(|step| self.place(step)).collect()
    }

    /// The steps at which measures begin, including a last measure that is cut short.
    pub fn measures(&self) -> Vec<usize> {
        let mut starts = Vec::new();
        for (index, change) in self.metres.iter().enumerate() {
            let end = self.metres.get(index + 1).map_or(self.len(), |next| next.step);
            let end = end.min(self.len());
            starts.extend((change.step..end).step_by(change.metre.sixteenths() as usize));
        }
        starts
    }

    /// The notes, sorted by first step, then by key.
    pub fn notes(&self) -> Vec<RollNote> {
        let mut notes = Vec::new();
        let mut open: [Option<usize>; super::KEYS] = [None; super::KEYS];
        let mut sounding = super::Keys::NONE;
        for (now, step) in self.steps.iter().enumerate() {
            let ended = sounding.without(step.held());
            for key in ended.iter() {
                if let Some(index) = open[key].take() {
                    let note: &mut RollNote = &mut notes[index];
                    note.end = now;
                }
            }
            for key in step.articulate.iter() {
                open[key] = Some(notes.len());
                notes.push(RollNote { key, start: now, end: self.len() });
            }
            sounding = step.play;
        }
        notes
    }

    /// The steps `from..to` as a roll of their own, in which they keep their places in the measure.
    /// The excerpt begins with the measure that contains `from`, and is silent up to `from`.
    pub fn excerpt(&self, from: usize, to: usize) -> Roll {
        let to = to.min(self.len());
        let from = from.min(to);
        let change = self.metre_at(from);
        let into = (from - change.step) % change.metre.sixteenths() as usize;
        let mut roll = Roll::new(change.metre);
        roll.key = self.key;
        roll.set_tempo(self.tempo_at(from - into));
        for change in self.tempos.iter().filter(|change| (from - into..to).contains(&change.step)) {
            roll.change_tempo(change.step - (from - into), change.tempo);
        }
        for _ in 0..into {
            roll.push(Step::SILENCE);
        }
        for step in from..to {
            if let Some(change) = self.metres.iter().find(|c| c.step == step && step > from) {
                roll.change_metre(change.metre);
            }
            roll.push(self.steps[step]);
        }
        roll
    }
}

/// One note of a roll.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RollNote {
    /// The key, 0 (A0) to 87 (C8).
    pub key: usize,
    /// The step of its onset.
    pub start: usize,
    /// The first step at which the key no longer sounds, or is struck again.
    pub end: usize,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roll::Keys;

    fn step(play: &[usize], articulate: &[usize]) -> Step {
        Step {
            play: play.iter().copied().collect::<Keys>(),
            articulate: articulate.iter().copied().collect::<Keys>(),
        }
    }

    #[test]
    fn a_key_that_begins_to_sound_is_struck() {
        let mut roll = Roll::new(Metre::COMMON);
        roll.push(step(&[5], &[]));
        roll.push(step(&[5, 6], &[9]));
        assert_eq!(roll.steps(), [step(&[5], &[5]), step(&[5, 6], &[6])]);
    }

    #[test]
    fn places_follow_every_change_of_metre() {
        let mut roll = Roll::new("3/4".parse().unwrap());
        (0..14).for_each(|_| roll.push(Step::SILENCE));
        roll.change_metre("12/8".parse().unwrap());
        (0..25).for_each(|_| roll.push(Step::SILENCE));
        let in_measure: Vec<_> = roll.places().iter().map(|place| place.in_measure).collect();
        let expected: Vec<_> = (0..12).chain(0..2).chain(0..24).chain(0..1).collect();
        assert_eq!(in_measure, expected);
        assert_eq!(roll.measures(), [0, 12, 14, 38]);
        // 12/8 is counted in two halves of twelve 16ths.
        assert_eq!(roll.place(14 + 13).in_part, 1);
        assert_eq!(roll.place(14 + 13).measure, 24);
    }

    #[test]
    fn notes_end_where_they_are_struck_again() {
        let mut roll = Roll::new(Metre::COMMON);
        for keys in [(&[1][..], &[1][..]), (&[1], &[]), (&[1, 2], &[1, 2]), (&[2], &[])] {
            roll.push(step(keys.0, keys.1));
        }
        let note = |key, start, end| RollNote { key, start, end };
        assert_eq!(roll.notes(), [note(1, 0, 2), note(1, 2, 3), note(2, 2, 4)]);
    }

    #[test]
    fn an_excerpt_keeps_its_place_in_the_measure() {
        let mut roll = Roll::new("3/4".parse().unwrap());
        (0..40).for_each(|_| roll.push(step(&[4], &[])));
        let excerpt = roll.excerpt(15, 30);
        assert_eq!(excerpt.len(), 3 + 15);
        assert_eq!(excerpt.place(3), roll.place(15));
        assert_eq!(excerpt.steps()[3], step(&[4], &[4]), "what is cut off is struck anew");
        assert!(excerpt.steps()[..3].iter().all(|step| step.play.is_empty()));
    }
}
