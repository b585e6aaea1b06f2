//! A piece under way as a score, whole or in part, and what is new of it.

use super::{LivePiece, Tempo};
use crate::composing::opening::LeadIn;
use crate::roll::{Roll, Step, TICKS_PER_STEP};
use crate::score::{At, Score};
use std::borrow::Cow;

impl LivePiece {
    /// The piece as a score, with its title, and with its recipe as a text; of an endless stream
    /// the part under way.
    pub fn score(&self) -> Score {
        let end = match (&self.history, self.recipe.steps) {
            (None, Some(steps)) => steps,
            _ => self.len(),
        };
        self.score_between(self.part, end)
    }

    /// What is remembered from one step up to another as a score, which begins with the measure of
    /// the first step. Notes that sound at the end are cut off there. The recipe of all up to the
    /// end is in it as a text.
    pub fn score_between(&self, from: usize, until: usize) -> Score {
        let from = from.saturating_sub(self.forgotten);
        let starts = self.roll.measures();
        let start = starts.partition_point(|&start| start <= from).max(1) - 1;
        let from = starts.get(start).copied().unwrap_or(0);
        let end = until.saturating_sub(self.forgotten).min(self.roll.len());
        let recipe = self.recipe_until(until);
        let title = recipe.title();
        let mut score = self.roll.excerpt(from, end).to_score(Some(&title), &[recipe.to_text()]);
        let from = self.forgotten + from;
        let first = self.tempos.partition_point(|tempo| tempo.step <= from).max(1) - 1;
        let tempos = self.tempos[first..].iter().take_while(|tempo| tempo.step < until.max(1));
        let at = |tempo: &Tempo| At {
            tick: tempo.step.saturating_sub(from) as u64 * TICKS_PER_STEP,
            value: tempo.micros,
        };
        score.tempos = tempos.map(at).collect();
        score
    }

    /// The music that is new, and with how many rests it begins: they stand for the beginning of
    /// the measure in which the opening ends.
    pub fn new_music(&self) -> (Cow<'_, Roll>, usize) {
        let rests = self.roll.place(self.lead_in).in_measure as usize;
        if self.recipe.lead_in == LeadIn::None {
            return (Cow::Borrowed(&self.roll), rests);
        }
        let mut new = Roll::new(self.roll.metre_at(self.lead_in).metre);
        new.set_tempo(self.roll.tempo_at(self.lead_in));
        new.key = self.roll.key;
        (0..rests).for_each(|_| new.push(Step::SILENCE));
        self.roll.steps()[self.lead_in..].iter().for_each(|&step| new.push(step));
        (Cow::Owned(new), rests)
    }
}
