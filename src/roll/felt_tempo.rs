//! The tempos that a listener feels and a musician would print, behind the rubato of a tempo map.

use super::tempo::TempoRun;
use super::{Roll, TempoChange};

/// What a change of the felt tempo costs, against steps that are played in another tempo than felt:
/// each costs the logarithm of the ratio of both tempos. So a sixth more must hold for some three
/// measures of sixteen steps to be felt, and half the tempo for some ten steps.
const COST: f64 = 7.0;

/// The smallest change that is marked, as a logarithm: an eighth.
const LEAST_CHANGE: f64 = 0.118;

/// A tempo that holds for fewer steps than this must be steady to be marked.
const SHORT: usize = 64;

/// How far, on average, the steps of a short section may be from its tempo, as a logarithm.
const STEADY: f64 = 0.04;

/// Tempos are compared on a scale of this step, from the slowest to the fastest, in microseconds
/// per quarter note.
const SCALE_STEP: f64 = 0.03;
const SLOWEST: u32 = 6_000_000;
const FASTEST: u32 = 60_000;

/// A change that is this close to a bar line is marked there.
const NEAR_BAR_LINE: usize = 4;

/// Some steps in one felt tempo: the median of their tempos.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Section {
    start: usize,
    end: usize,
    tempo: u32,
}

impl Section {
    fn len(&self) -> usize {
        self.end - self.start
    }
}

impl Roll {
    /// The few tempos that a musician would print; the first is at step 0.
    ///
    /// A tempo map written by a pianist has a change on every beat. What is marked is the median
    /// tempo of each section whose tempo is felt to be another. Rubato, fermatas and a ritardando
    /// at the end are not marked. Near a bar line a mark stands at the bar line.
    pub fn marked_tempos(&self) -> Vec<TempoChange> {
        let starts = self.measures();
        let at_bar_line = |step: usize| {
            let next = starts.partition_point(|&start| start < step);
            let near = starts[next.saturating_sub(1)..].iter().take(2).copied();
            near.min_by_key(|start| start.abs_diff(step))
                .filter(|start| start.abs_diff(step) <= NEAR_BAR_LINE)
                .unwrap_or(step)
        };
        let mut marks: Vec<TempoChange> = Vec::new();
        for Section { start, tempo, .. } in self.sections() {
            let step = if start == 0 { 0 } else { at_bar_line(start) };
            marks.pop_if(|last| last.step >= step && step > 0);
            marks.push(TempoChange { step, tempo });
        }
        marks
    }

    /// The tempo in which music that continues the roll goes on: that of the last section, unless it
    /// is a broad ending or too short to be the tempo of a piece.
    pub fn settled_tempo(&self) -> u32 {
        let sections = self.sections();
        let long = |section: &&Section| section.len() >= SHORT;
        let last_long = sections.iter().rev().find(long);
        let longest = sections.iter().rev().max_by_key(|section| section.len());
        last_long.or(longest).map_or(self.tempos()[0].tempo, |section| section.tempo)
    }

    /// The sections of the roll; there is at least one.
    fn sections(&self) -> Vec<Section> {
        let runs: Vec<TempoRun> = self.tempo_runs().collect();
        let (Some(first), Some(last)) = (runs.first(), runs.last()) else {
            let tempo = self.tempos()[0].tempo;
            return vec![Section { start: 0, end: 0, tempo }];
        };
        if runs.len() == 1 {
            return vec![Section { start: first.start, end: last.end, tempo: first.tempo }];
        }
        let mut sections: Vec<Section> = Vec::new();
        for part in changes_of_level(&runs) {
            let (start, end) = (part[0].start, part[part.len() - 1].end);
            let tempo = median(part);
            let is_new = sections.last().is_none_or(|last| {
                let change = (logarithm(tempo) - logarithm(last.tempo)).abs();
                let steady = end - start >= SHORT || distance(part, tempo) <= STEADY;
                change >= LEAST_CHANGE && steady
            });
            match sections.last_mut() {
                Some(last) if !is_new => last.end = end,
                _ => sections.push(Section { start, end, tempo }),
            }
        }
        sections
    }
}

/// Divides runs where the level of their tempos changes, so that the [cost](COST) of all changes
/// and of all distances from the levels is the least: the Viterbi algorithm over a scale of levels.
fn changes_of_level(runs: &[TempoRun]) -> Vec<&[TempoRun]> {
    let tempos: Vec<f64> = runs.iter().map(|run| logarithm(run.tempo)).collect();
    let least = tempos.iter().copied().fold(f64::INFINITY, f64::min);
    let most = tempos.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let levels: Vec<f64> = (0..=((most - least) / SCALE_STEP).ceil() as usize)
        .map(|level| least + level as f64 * SCALE_STEP)
        .collect();
    // For each run, the best level before it, and the levels that are reached from there.
    let mut came_from: Vec<(u8, [u64; 4])> = Vec::with_capacity(runs.len());
    let mut costs = vec![0.0; levels.len()];
    for (run, tempo) in runs.iter().zip(&tempos) {
        let (best, least) = best(&costs);
        let mut changed = [0u64; 4];
        for (level, cost) in costs.iter_mut().enumerate() {
            if least + COST < *cost {
                *cost = least + COST;
                changed[level / 64] |= 1 << (level % 64);
            }
            *cost += (run.end - run.start) as f64 * (tempo - levels[level]).abs();
        }
        came_from.push((best as u8, changed));
    }
    let (mut level, _) = best(&costs);
    let (mut parts, mut end) = (Vec::new(), runs.len());
    for (index, (best, changed)) in came_from.iter().enumerate().rev() {
        if changed[level / 64] >> (level % 64) & 1 == 1 {
            parts.push(&runs[index..end]);
            (end, level) = (index, usize::from(*best));
        }
    }
    parts.push(&runs[..end]);
    parts.retain(|part| !part.is_empty());
    parts.reverse();
    parts
}

/// The least cost, and of which level it is.
fn best(costs: &[f64]) -> (usize, f64) {
    let least = |a: (usize, f64), b: (usize, f64)| if b.1 < a.1 { b } else { a };
    costs.iter().copied().enumerate().fold((0, f64::INFINITY), least)
}

/// The tempo of the step in the middle, by tempo. It is the tempo of a whole run.
fn median(runs: &[TempoRun]) -> u32 {
    let mut tempos: Vec<(u32, usize)> =
        runs.iter().map(|run| (run.tempo, run.end - run.start)).collect();
    tempos.sort_unstable();
    let all: usize = tempos.iter().map(|(_, steps)| steps).sum();
    let mut before = 0;
    let middle = tempos.iter().find(|(_, steps)| {
        before += steps;
        2 * before >= all
    });
    middle.expect("runs are not empty").0
}

/// How far the steps of some runs are from a tempo, on average.
fn distance(runs: &[TempoRun], tempo: u32) -> f64 {
    let steps: usize = runs.iter().map(|run| run.end - run.start).sum();
    let far = |run: &TempoRun| {
        (run.end - run.start) as f64 * (logarithm(run.tempo) - logarithm(tempo)).abs()
    };
    runs.iter().map(far).sum::<f64>() / steps.max(1) as f64
}

fn logarithm(tempo: u32) -> f64 {
    libm::log(f64::from(tempo.clamp(FASTEST, SLOWEST)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::roll::Step;

    /// A roll with so many steps in each of some tempos, in quarters per minute.
    fn roll(metre: &str, parts: &[(usize, f64)]) -> Roll {
        let mut roll = Roll::new(metre.parse().unwrap());
        for &(steps, tempo) in parts {
            roll.change_tempo(roll.len(), (60e6 / tempo).round() as u32);
            (0..steps).for_each(|_| roll.push(Step::SILENCE));
        }
        roll
    }

    fn marks(roll: &Roll) -> Vec<(usize, u32)> {
        let quarters = |tempo: u32| (60e6 / f64::from(tempo)).round() as u32;
        roll.marked_tempos().iter().map(|mark| (mark.step, quarters(mark.tempo))).collect()
    }

    fn settled(roll: &Roll) -> u32 {
        (60e6 / f64::from(roll.settled_tempo())).round() as u32
    }

    #[test]
    fn a_tempo_for_all_is_the_only_mark() {
        let all = roll("3/4", &[(400, 96.0)]);
        assert_eq!((marks(&all), settled(&all)), (vec![(0, 96)], 96));
        let empty = roll("4/4", &[(0, 72.0)]);
        assert_eq!((marks(&empty), settled(&empty)), (vec![(0, 72)], 72));
    }

    #[test]
    fn sections_are_marked_where_they_begin() {
        let suite = roll("4/4", &[(160, 138.0), (320, 60.0), (96, 76.0)]);
        assert_eq!(marks(&suite), [(0, 138), (160, 60), (480, 76)]);
        assert_eq!(settled(&suite), 76);
    }

    #[test]
    fn an_ending_in_another_tempo_is_marked_but_not_gone_on_with() {
        // Seven measures, and one that is six times as slow.
        let slow = roll("4/4", &[(112, 120.0), (16, 20.0)]);
        assert_eq!(marks(&slow), [(0, 120), (112, 20)]);
        assert_eq!(settled(&slow), 120);
        let fast = roll("2/4", &[(112, 60.0), (32, 132.0)]);
        assert_eq!((marks(&fast), settled(&fast)), (vec![(0, 60), (112, 132)], 60));
    }

    #[test]
    fn a_ritardando_and_a_fermata_are_no_marks() {
        let mut parts = vec![(160, 100.0), (4, 30.0), (160, 100.0)];
        parts.extend((0..24).map(|step| (1, 100.0 - 2.5 * f64::from(step))));
        let ending = roll("4/4", &parts);
        assert_eq!((marks(&ending), settled(&ending)), (vec![(0, 100)], 100));
    }

    #[test]
    fn rubato_around_a_tempo_is_felt_as_that_tempo() {
        let swaying = |tempo: f64, steps: usize| {
            let sway = move |step: usize| (1, tempo * (1.0 + 0.12 * (step as f64 * 0.4).sin()));
            (0..steps).map(sway)
        };
        let parts: Vec<_> = swaying(90.0, 300).chain(swaying(132.0, 304)).collect();
        let found = marks(&roll("4/4", &parts));
        let near = |mark: (usize, u32), step: usize, tempo: u32| {
            mark.0.abs_diff(step) <= 8 && mark.1.abs_diff(tempo) <= 4
        };
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(near(found[0], 0, 90) && near(found[1], 304, 132), "{found:?}");
    }

    #[test]
    fn small_changes_add_up_to_a_mark() {
        let parts: Vec<_> = (0..6).map(|nth| (160, 100.0 * 1.08f64.powi(nth))).collect();
        let found = marks(&roll("4/4", &parts));
        assert!((2..=4).contains(&found.len()), "{found:?}");
        assert!(found.windows(2).all(|pair| 8 * pair[1].1 > 9 * pair[0].1 - 8), "{found:?}");
    }

    #[test]
    fn near_a_bar_line_a_mark_stands_at_it() {
        let upbeat = roll("4/4", &[(158, 120.0), (162, 60.0)]);
        assert_eq!(marks(&upbeat), [(0, 120), (160, 60)]);
        let within = roll("4/4", &[(152, 120.0), (168, 60.0)]);
        assert_eq!(marks(&within), [(0, 120), (152, 60)]);
    }

    #[test]
    fn a_million_tempos_as_odd_as_can_be_are_read_at_once() {
        let mut roll = Roll::new("4/4".parse().unwrap());
        let mut random = 1u32;
        for step in 0..1_000_000 {
            roll.push(Step::SILENCE);
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            roll.change_tempo(step, random >> 8);
        }
        assert!(!roll.marked_tempos().is_empty());
    }
}
