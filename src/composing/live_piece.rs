//! A piece under way: composed measure by measure, in one go or shaped by a musician as it grows.

mod score;

use super::history::{History, RestorePoint};
use super::opening::LeadIn;
use super::prepared::PreparedPrimers;
use super::scratch::Scratch;
use super::{Change, Choice, Composer, Form, Recipe, RecipeError, Stream};
use crate::roll::{Roll, TempoChange};

/// A piece under way: the stream with its form, the music so far, and the changes.
///
/// It is a value; a copy continues by itself. A piece that is composed from beginning to end is a
/// live piece that nobody changes.
#[derive(Debug, Clone)]
pub struct LivePiece {
    recipe: Recipe,
    form: Form,
    /// What has been played, from step `forgotten` on.
    roll: Roll,
    forgotten: usize,
    /// How many of the steps, the first ones, were not composed.
    lead_in: usize,
    /// The first step of the part of an endless stream that is under way.
    part: usize,
    tempos: Vec<Tempo>,
    /// How many of the recipe's changes have been made.
    made: usize,
    /// Where it can go back to; nowhere if it is composed in one go.
    history: Option<History>,
}

/// From a step on, the length of a quarter in microseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Tempo {
    step: usize,
    micros: u32,
    /// How many changes had been made when it came.
    made: usize,
}

/// The music can no longer be changed there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the music cannot go back to step {step}, only to where one of the last measures or changes begins"
)]
pub struct TooFarBack {
    /// Where it was to be changed.
    pub step: usize,
}

impl Composer {
    /// Composes the whole piece of a recipe, which says how long it is. The same recipe gives the
    /// same piece, on any number of threads.
    pub fn compose(&self, recipe: &Recipe) -> Result<LivePiece, RecipeError> {
        let primers = PreparedPrimers::new(self, recipe)?;
        let mut piece = primers.begin(self, recipe.clone(), &|| true)?;
        piece.finish(self, || true)?;
        Ok(piece)
    }
}

impl LivePiece {
    /// Begins a piece that a musician can shape: [change](Self::change), [undo](Self::undo), and
    /// compose for as long as anybody listens. Changes that the recipe holds are made when the music
    /// gets there.
    ///
    /// Only the last two hours or so of its music are remembered.
    pub fn begin(composer: &Composer, recipe: Recipe) -> Result<LivePiece, RecipeError> {
        let primers = PreparedPrimers::new(composer, &recipe)?;
        let mut piece = primers.begin(composer, recipe, &|| true)?;
        piece.history = Some(History::new());
        // From here on its length is counted in steps, and it is this one that was drawn.
        let recipe = &mut piece.recipe;
        if let Some(bars) = recipe.bars {
            let (before, composed) = primers.of(recipe.drawn_seed()).steps(recipe);
            let further = recipe.part.unwrap_or(1).saturating_sub(1) as usize;
            let measure = piece.form.metre().sixteenths() as usize;
            let further = further.saturating_mul(bars).saturating_mul(measure);
            recipe.steps = Some(before.saturating_add(composed).saturating_add(further));
        }
        recipe.seed = recipe.drawn_seed();
        (recipe.bars, recipe.part, recipe.best_of) = (None, None, None);
        Ok(piece)
    }

    /// A piece that continues a stream, after the music that it begins with.
    pub(super) fn after(stream: Stream, lead_in: Roll, recipe: Recipe) -> LivePiece {
        let form = Form::new(stream, recipe.repeats, recipe.drawn_seed());
        let tempo = |at: &TempoChange| Tempo { step: at.step, micros: at.tempo, made: 0 };
        let mut piece = LivePiece {
            form,
            forgotten: 0,
            lead_in: lead_in.len(),
            part: 0,
            tempos: lead_in.tempos().iter().map(tempo).collect(),
            made: 0,
            history: None,
            roll: lead_in,
            recipe,
        };
        piece.make_changes(0);
        piece
    }

    /// How many steps there are so far.
    pub fn len(&self) -> usize {
        self.forgotten + self.roll.len()
    }

    /// Whether there is no step yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many of the steps, the first ones, were not composed.
    pub fn lead_in(&self) -> usize {
        self.lead_in
    }

    /// The first step that is still remembered.
    pub fn remembered_from(&self) -> usize {
        self.forgotten
    }

    /// The music that is remembered. Its first step is [`remembered_from`](Self::remembered_from).
    pub fn roll(&self) -> &Roll {
        &self.roll
    }

    /// The length of a quarter at a step, in microseconds.
    pub fn tempo_at(&self, step: usize) -> u32 {
        let next = self.tempos.partition_point(|tempo| tempo.step <= step);
        self.tempos[next.max(1) - 1].micros
    }

    /// How long the steps from one up to another last, in seconds.
    pub fn seconds(&self, from: usize, until: usize) -> f64 {
        (from..until).map(|step| f64::from(self.tempo_at(step))).sum::<f64>() / 4e6
    }

    /// All that has decided the piece so far, and changes that are still to come.
    pub fn recipe(&self) -> Recipe {
        let steps = self.recipe.bars.is_none().then(|| self.len());
        Recipe { steps, ..self.recipe.clone() }
    }

    /// How many steps the recipe asked for that the piece began with, if it said.
    pub fn steps_asked_for(&self) -> Option<usize> {
        self.recipe.steps
    }

    /// The recipe of all up to a step. A piece in bars is always whole.
    pub fn recipe_until(&self, until: usize) -> Recipe {
        let mut recipe = self.recipe.clone();
        if recipe.bars.is_none() {
            let steps = until.min(self.len());
            recipe.steps = Some(steps);
            recipe.changes.retain(|change| change.step < steps.max(1));
        }
        recipe
    }

    /// Whether a measure begins with the next step.
    pub fn is_at_bar_line(&self) -> bool {
        self.form.place().in_measure == 0
    }

    /// Composes to the end that the recipe says. `go_on` is called after every step, and breaks off
    /// if it is false.
    pub fn finish(
        &mut self,
        composer: &Composer,
        mut go_on: impl FnMut() -> bool,
    ) -> Result<(), RecipeError> {
        let mut scratch = composer.workspace();
        match (self.recipe.bars, self.recipe.steps) {
            (Some(bars), _) => {
                self.compose_bars(bars, composer, &mut go_on)?;
                for _ in 1..self.recipe.part.unwrap_or(1) {
                    self.begin_part();
                    self.compose_bars(bars, composer, &mut go_on)?;
                }
            }
            (None, Some(steps)) => {
                while self.len() < steps {
                    self.compose_steps(composer, &mut scratch, &mut go_on)?;
                }
            }
            (None, None) => return Err(RecipeError::NoLength),
        }
        Ok(())
    }

    /// Composes the next part of an endless stream, after which the parts before it are forgotten.
    pub fn next_part(
        &mut self,
        composer: &Composer,
        mut go_on: impl FnMut() -> bool,
    ) -> Result<(), RecipeError> {
        let bars = self.recipe.bars.ok_or(RecipeError::NoLength)?;
        self.recipe.part = Some(self.recipe.part.unwrap_or(1) + 1);
        self.recipe.lead_in = LeadIn::None;
        self.begin_part();
        self.compose_bars(bars, composer, &mut go_on)
    }

    /// Composes to the end of the measure.
    pub fn compose_measure(&mut self, composer: &Composer, scratch: &mut Scratch) {
        let composed = self.compose_steps(composer, scratch, &mut || true);
        debug_assert!(composed.is_ok(), "nobody breaks off");
    }

    /// Goes back to the beginning of a measure, or to where one will begin next, and changes
    /// something from there on. Everything that had come after is gone.
    pub fn change(&mut self, change: Change) -> Result<(), TooFarBack> {
        self.go_back(change.step)?;
        let end = self.recipe.changes.partition_point(|other| other.step <= change.step);
        self.recipe.changes.truncate(end);
        self.recipe.changes.push(change);
        self.keep_restore_point();
        self.make_changes(change.step);
        Ok(())
    }

    /// Undoes the last change: the music continues as it would have without it. Returns the step of
    /// the change, or `None` if there is nothing to undo.
    pub fn undo(&mut self) -> Option<usize> {
        let last = *self.recipe.changes[..self.made].last()?;
        // What the piece began with is no change: there is no point from before it.
        if !self.history.as_ref()?.precedes(last.step, self.made) {
            return None;
        }
        self.go_back(last.step).ok()?;
        let end = self.recipe.changes.partition_point(|other| other.step <= last.step);
        self.recipe.changes.truncate(end - 1);
        self.keep_restore_point();
        self.make_changes(last.step);
        Some(last.step)
    }

    /// Says how it was chosen among several, and by the seed of which piece it is asked for.
    pub(super) fn choose(&mut self, seed: u64, choice: impl FnOnce(u64) -> Choice) {
        self.recipe.best_of = Some(choice(self.recipe.drawn_seed()));
        self.recipe.seed = seed;
    }

    /// Composes what is left of the measure under way, and some measures.
    fn compose_bars(
        &mut self,
        bars: usize,
        composer: &Composer,
        go_on: &mut dyn FnMut() -> bool,
    ) -> Result<(), RecipeError> {
        let mut scratch = composer.workspace();
        if !self.is_at_bar_line() {
            self.compose_steps(composer, &mut scratch, go_on)?;
        }
        (0..bars).try_for_each(|_| self.compose_steps(composer, &mut scratch, go_on))
    }

    /// Composes the steps to the end of the measure.
    fn compose_steps(
        &mut self,
        composer: &Composer,
        scratch: &mut Scratch,
        go_on: &mut dyn FnMut() -> bool,
    ) -> Result<(), RecipeError> {
        if self.is_at_bar_line() {
            self.keep_restore_point();
            self.make_changes(self.len());
        }
        loop {
            self.roll.push(self.form.compose(composer, scratch));
            if !go_on() {
                return Err(RecipeError::Interrupted);
            }
            if self.is_at_bar_line() {
                break;
            }
        }
        if let Some(History { remembered, .. }) = self.history
            && self.roll.len() >= 2 * remembered
        {
            let starts = self.roll.measures();
            let first = starts.partition_point(|&start| start < self.roll.len() - remembered);
            if let Some(&start) = starts.get(first) {
                self.forget_before(self.forgotten + start);
            }
        }
        Ok(())
    }

    /// A part of an endless stream begins with the next step.
    fn begin_part(&mut self) {
        self.part = self.len();
        self.forget_before(self.part);
    }

    /// Goes back to a step, if the piece can: what was composed from there on is gone, and so are
    /// the effects of the changes that were made there.
    fn go_back(&mut self, step: usize) -> Result<(), TooFarBack> {
        let latest = self.history.as_ref().and_then(History::latest);
        if step == self.len() && self.is_at_bar_line() && latest.is_none_or(|it| it < step) {
            return Ok(());
        }
        let point = self.history.as_mut().and_then(|history| history.go_back(step));
        let RestorePoint { form, made, .. } = point.ok_or(TooFarBack { step })?;
        (self.form, self.made) = (form, made);
        self.roll.truncate(step - self.forgotten);
        self.tempos.retain(|tempo| tempo.made <= made);
        Ok(())
    }

    /// Keeps what is needed to come back to here.
    fn keep_restore_point(&mut self) {
        let step = self.len();
        if let Some(history) = &mut self.history {
            history.keep(step, &self.form, &self.recipe.changes[..self.made]);
        }
    }

    /// Makes the changes of the recipe that are due before a step.
    fn make_changes(&mut self, step: usize) {
        while let Some(change) = self.recipe.changes.get(self.made).filter(|it| it.step <= step) {
            let change = *change;
            self.made += 1;
            self.apply(change);
        }
    }

    /// Forgets all music before the beginning of a measure. The piece cannot go back to there.
    fn forget_before(&mut self, step: usize) {
        self.roll = self.roll.excerpt(step - self.forgotten, self.roll.len());
        self.forgotten = step;
        if let Some(history) = &mut self.history {
            history.drop_before(step);
        }
        let old = self.tempos.partition_point(|tempo| tempo.step <= step).max(1) - 1;
        self.tempos.drain(..old);
    }

    fn apply(&mut self, change: Change) {
        let Change { step, seed, temperature, density, tempo, metre } = change;
        if let Some(seed) = seed {
            self.form.reseed(seed);
        }
        if let Some(temperature) = temperature {
            self.form.set_temperature(temperature);
        }
        if let Some(density) = density {
            self.form.set_density(density);
        }
        if let Some(tempo) = tempo {
            let made = self.made;
            // A tempo that the piece begins with is also that of the music it goes on from.
            self.tempos.retain(|tempo| tempo.step <= step);
            self.tempos.push(Tempo { step, micros: 60_000_000 / tempo, made });
        }
        if let Some(metre) = metre.filter(|&metre| metre != self.form.metre()) {
            self.form.change_metre(metre);
            self.roll.change_metre(metre);
        }
    }
}
#[cfg(test)]
mod tests {
    use super::*;
    use crate::baseline::{Baseline, Counts, Kind};
    use crate::primer::Primer;
    use crate::roll::{Keys, Step};

    #[test]
    fn where_the_music_is_forgotten_it_cannot_be_gone_back_to() {
        let mut roll = Roll::new("2/4".parse().unwrap());
        for step in 0..32 {
            let keys = Keys::from_iter([30 + step % 5, 44]);
            roll.push(Step { play: keys, articulate: keys });
        }
        let composer = Composer::of_baseline(Baseline::new(Kind::Markov, &Counts::of([&roll])));
        let composer = composer.with_excerpts(vec![Primer { source: "a test".to_owned(), roll }]);
        let mut live_piece = LivePiece::begin(&composer, Recipe::new(1).repeats(0.0)).unwrap();
        live_piece.history.as_mut().unwrap().remembered = 80;
        let mut scratch = composer.workspace();
        let change = |step| Change { seed: Some(5), step, ..Change::default() };
        live_piece.compose_measure(&composer, &mut scratch);
        live_piece.change(change(8)).unwrap();
        (0..30).for_each(|_| live_piece.compose_measure(&composer, &mut scratch));
        assert_eq!((live_piece.len(), live_piece.remembered_from()), (248, 160));
        let (before, recipe) = (live_piece.roll().clone(), live_piece.recipe());
        assert_eq!(live_piece.undo(), None);
        assert!(live_piece.change(change(152)).is_err());
        assert_eq!((live_piece.roll(), live_piece.recipe()), (&before, recipe));
        live_piece.change(change(160)).unwrap();
        assert_eq!((live_piece.len(), live_piece.roll().len()), (160, 0));
    }
}
