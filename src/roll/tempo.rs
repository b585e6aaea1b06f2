//! The tempo map of a roll.

use super::Roll;
use crate::score::Score;
use std::ops::RangeInclusive;

/// A change of tempo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TempoChange {
    /// The first step in the tempo.
    pub step: usize,
    /// The length of a quarter note in microseconds.
    pub tempo: u32,
}

/// The tempos that music has and that a MIDI file can hold.
const TEMPOS: RangeInclusive<u32> = *Score::TEMPOS.start()..=0xff_ffff;

impl Roll {
    /// The changes of tempo. The first is at step 0, and each tempo differs from the one before. So
    /// there are at most as many as steps.
    pub fn tempos(&self) -> &[TempoChange] {
        &self.tempos
    }

    /// Puts the whole roll in one tempo, in microseconds per quarter note.
    pub fn set_tempo(&mut self, tempo: u32) {
        self.tempos.clear();
        self.tempos.push(TempoChange { step: 0, tempo: within(tempo, &TEMPOS) });
    }

    /// Changes the tempo from a step on, to the end. Later changes are gone.
    pub fn change_tempo(&mut self, step: usize, tempo: u32) {
        if step == 0 {
            return self.set_tempo(tempo);
        }
        while self.tempos.pop_if(|last| last.step >= step).is_some() {}
        let tempo = within(tempo, &TEMPOS);
        if self.tempos.last().is_none_or(|last| last.tempo != tempo) {
            self.tempos.push(TempoChange { step, tempo });
        }
    }

    /// Puts the roll in the tempos of another, step by step.
    pub fn copy_tempos(&mut self, other: &Roll) {
        self.tempos.clone_from(&other.tempos);
    }

    /// Brings every tempo into a range of microseconds per quarter note.
    pub fn limit_tempos(&mut self, range: &RangeInclusive<u32>) {
        self.tempos.iter_mut().for_each(|change| change.tempo = within(change.tempo, range));
        self.tempos.dedup_by_key(|change| change.tempo);
    }

    /// The length of a quarter note at a step in microseconds. After the end the last tempo goes on.
    pub fn tempo_at(&self, step: usize) -> u32 {
        let next = self.tempos.partition_point(|change| change.step <= step);
        self.tempos[next.max(1) - 1].tempo
    }

    /// The mean length of a quarter note in microseconds.
    pub fn mean_tempo(&self) -> u32 {
        let steps = self.len() as u128;
        match steps {
            0 => self.tempos[0].tempo,
            _ => ((self.quarter_sum() + steps / 2) / steps) as u32,
        }
    }

    /// How long the roll lasts in its tempos, in seconds.
    pub fn seconds(&self) -> f64 {
        self.quarter_sum() as f64 / 4e6
    }

    /// The lengths of quarter notes at all steps, added up.
    fn quarter_sum(&self) -> u128 {
        self.tempo_runs().map(|run| (run.end - run.start) as u128 * u128::from(run.tempo)).sum()
    }

    /// The steps that are in one tempo, in order.
    pub(super) fn tempo_runs(&self) -> impl Iterator<Item = TempoRun> {
        let ends = self.tempos.iter().skip(1).map(|next| next.step).chain([self.len()]);
        let runs = self.tempos.iter().zip(ends).map(|(change, end)| TempoRun {
            start: change.step,
            end: end.min(self.len()),
            tempo: change.tempo,
        });
        runs.filter(|run| run.start < run.end)
    }
}

/// Steps in one tempo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TempoRun {
    pub start: usize,
    pub end: usize,
    pub tempo: u32,
}

fn within(tempo: u32, range: &RangeInclusive<u32>) -> u32 {
    tempo.clamp(*range.start(), *range.end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roll::Step;
    use crate::score::Metre;

    fn roll(steps: usize, tempos: &[(usize, u32)]) -> Roll {
        let mut roll = Roll::new(Metre::COMMON);
        (0..steps).for_each(|_| roll.push(Step::SILENCE));
        tempos.iter().for_each(|&(step, tempo)| roll.change_tempo(step, tempo));
        roll
    }

    fn map(roll: &Roll) -> Vec<(usize, u32)> {
        roll.tempos().iter().map(|change| (change.step, change.tempo)).collect()
    }

    #[test]
    fn a_tempo_holds_until_the_next_and_after_the_end() {
        let roll = roll(8, &[(0, 600_000), (4, 300_000)]);
        assert_eq!(
            [0, 3, 4, 7, 90].map(|step| roll.tempo_at(step)),
            [600_000, 600_000, 300_000, 300_000, 300_000]
        );
        assert_eq!((roll.mean_tempo(), roll.seconds()), (450_000, 0.9));
    }

    #[test]
    fn a_tempo_said_again_is_no_change_and_a_change_takes_the_place_of_later_ones() {
        let mut roll = roll(8, &[(2, 500_000), (3, 700_000), (4, 700_000), (6, 0)]);
        assert_eq!(map(&roll), [(0, 500_000), (3, 700_000), (6, 60_000)]);
        roll.change_tempo(3, 500_000);
        assert_eq!(map(&roll), [(0, 500_000)]);
        roll.change_tempo(20, 400_000);
        assert_eq!((roll.mean_tempo(), roll.seconds()), (500_000, 1.0), "what is after the end");
        roll.truncate(5);
        assert_eq!(map(&roll), [(0, 500_000)]);
    }

    #[test]
    fn an_excerpt_keeps_its_part_of_the_map() {
        let tempos = [(0, 500_000), (15, 510_000), (20, 520_000), (30, 530_000)];
        let excerpt = roll(40, &tempos).excerpt(18, 28);
        // It begins with its measure, at step 16.
        assert_eq!(map(&excerpt), [(0, 510_000), (4, 520_000)]);
        assert_eq!(excerpt.tempo_at(11), 520_000);
    }

    #[test]
    fn tempos_are_brought_into_a_range() {
        let mut roll = roll(8, &[(0, 1), (2, 100), (4, 500_000), (6, 90_000_000)]);
        roll.limit_tempos(&(200_000..=3_000_000));
        assert_eq!(map(&roll), [(0, 200_000), (4, 500_000), (6, 3_000_000)]);
    }
}
