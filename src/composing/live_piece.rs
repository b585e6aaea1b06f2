//! A musician and the composer at one piece: it is composed measure by measure, shaped on the way, and
//! can be taken back.

use super::composer::Scratch;
use super::script::{Change, Opening, Script, ScriptError};
use super::{Composer, Form};
use crate::primer::Primer;
use crate::roll::{Roll, TICKS_PER_STEP};
use crate::score::{At, Score};
use std::collections::VecDeque;

/// How much of the musician's own music the composer hears, in steps: the last of it.
const HEARD_OF_OWN: usize = 512;

/// With how many measures of the musician's own music the piece begins: the last of them.
const LEAD_IN_MEASURES: usize = 4;

/// How many measures back the music can be changed.
const REACH_MEASURES: usize = 12;

/// How many changes can be taken back.
const REACH_CHANGES: usize = 8;

/// How many steps are remembered: two hours and a quarter at 120 quarters a minute. What is older is
/// forgotten a piece at a time.
const REMEMBERED_STEPS: usize = 1 << 16;

/// A piece under way. Where measures begin, copies of the stream are kept to go back to.
#[derive(Debug, Clone)]
pub struct LivePiece {
    script: Script,
    form: Form,
    /// What has been played, from step `forgotten` on.
    roll: Roll,
    forgotten: usize,
    /// How many steps are remembered at least; twice as many at most.
    remembered: usize,
    lead_in: usize,
    tempos: Vec<Tempo>,
    /// How many of the script's changes have been made.
    made: usize,
    marks: VecDeque<Mark>,
}

/// From a step on, the length of a quarter in microseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Tempo {
    step: usize,
    micros: u32,
    /// How many changes had been made when it came.
    made: usize,
}

/// All that is needed to go on from a step, the beginning of a measure, as if nothing had come after.
#[derive(Debug, Clone)]
struct Mark {
    step: usize,
    form: Form,
    /// How many changes had been made before that step.
    made: usize,
}

/// The music can no longer be changed there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "step {step} cannot be gone back to: only the beginnings of the last measures and changes can"
)]
pub struct TooFarBack {
    /// Where it was to be changed.
    pub step: usize,
}

impl LivePiece {
    /// Begins with a script, whose changes will be made when the music gets there. `kept` are the
    /// excerpts of the model.
    pub fn begin(
        composer: &Composer,
        kept: &[Primer],
        script: Script,
    ) -> Result<LivePiece, ScriptError> {
        let (primer, lead_in) = match &script.opening {
            Opening::Kept(number) => {
                let primer = kept.get(*number).ok_or(ScriptError::NoSuchExcerpt(*number))?;
                (primer.clone(), None)
            }
            Opening::Own(own) => {
                let Primer { source, roll } = own.primer()?;
                let heard = roll.excerpt(roll.len().saturating_sub(HEARD_OF_OWN), roll.len());
                let starts = heard.measures();
                let from = starts.len().saturating_sub(LEAD_IN_MEASURES);
                let lead_in = heard.excerpt(starts.get(from).copied().unwrap_or(0), heard.len());
                (Primer { source, roll: heard }, Some(lead_in))
            }
        };
        let stream = composer.begin(&primer, script.seed, 1.0);
        let form = Form::new(stream, script.repeats, script.seed);
        // Another metre begins at once, the one of the excerpt where the excerpt has ended.
        let other = |it: &Change| it.metre.is_some_and(|metre| metre != form.metre());
        let at_once = script.changes.iter().any(|it| it.step == 0 && other(it));
        let mut roll = match lead_in {
            Some(lead_in) => lead_in,
            None if at_once => Roll::new(form.metre()),
            None => form.rests_before(),
        };
        (roll.tempo, roll.key) = (primer.roll.tempo, primer.roll.key);
        let (lead_in, tempos) = (roll.len(), vec![Tempo { step: 0, micros: roll.tempo, made: 0 }]);
        let mut live_piece = LivePiece {
            script,
            form,
            roll,
            forgotten: 0,
            remembered: REMEMBERED_STEPS,
            lead_in,
            tempos,
            made: 0,
            marks: VecDeque::new(),
        };
        live_piece.make_changes(0);
        Ok(live_piece)
    }

    /// How many steps there are so far.
    pub fn len(&self) -> usize {
        self.forgotten + self.roll.len()
    }

    /// Whether there is none yet.
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

    /// What is remembered: its first step is [`remembered_from`](Self::remembered_from).
    pub fn roll(&self) -> &Roll {
        &self.roll
    }

    /// The length of a quarter at a step, in microseconds.
    pub fn tempo_at(&self, step: usize) -> u32 {
        let next = self.tempos.partition_point(|tempo| tempo.step <= step);
        self.tempos[next.max(1) - 1].micros
    }

    /// What has decided the piece so far.
    pub fn script(&self) -> Script {
        Script { steps: self.len(), ..self.script.clone() }
    }

    /// Composes all that a script asks for; `go_on` is asked after every measure.
    pub fn perform(&mut self, composer: &Composer, mut go_on: impl FnMut(usize) -> bool) -> bool {
        let (steps, mut scratch) = (self.script.steps, composer.workspace());
        while self.len() < steps {
            self.compose_measure(composer, &mut scratch);
            if !go_on(self.len()) {
                return false;
            }
        }
        true
    }

    /// Whether a measure begins with the next step.
    pub fn is_at_bar_line(&self) -> bool {
        self.form.place().in_measure == 0
    }

    /// Composes to the end of the measure.
    pub fn compose_measure(&mut self, composer: &Composer, scratch: &mut Scratch) {
        if self.is_at_bar_line() {
            self.mark();
            self.make_changes(self.len());
        }
        loop {
            self.roll.push(self.form.compose(composer, scratch));
            if self.is_at_bar_line() {
                break;
            }
        }
        if self.roll.len() >= 2 * self.remembered {
            self.forget();
        }
    }

    /// Goes back to where a measure begins (or will begin next) and changes something from there on. All
    /// that was to come after is gone.
    pub fn change(&mut self, change: Change) -> Result<(), TooFarBack> {
        self.go_back(change.step)?;
        let end = self.script.changes.partition_point(|other| other.step <= change.step);
        self.script.changes.truncate(end);
        self.script.changes.push(change);
        self.mark();
        self.make_changes(change.step);
        Ok(())
    }

    /// Takes the last change back: what was played there before comes again. Tells the step, or nothing
    /// if there is nothing that could be taken back.
    pub fn take_back(&mut self) -> Option<usize> {
        let last = *self.script.changes[..self.made].last()?;
        // What the piece began with is no change: there is no mark from before it.
        if !self.marks.iter().any(|mark| mark.step == last.step && mark.made < self.made) {
            return None;
        }
        self.go_back(last.step).ok()?;
        let end = self.script.changes.partition_point(|other| other.step <= last.step);
        self.script.changes.truncate(end - 1);
        self.mark();
        self.make_changes(last.step);
        Some(last.step)
    }

    /// The script of all up to a step.
    pub fn script_until(&self, until: usize) -> Script {
        let mut script = Script { steps: until.min(self.len()), ..self.script.clone() };
        script.changes.retain(|change| change.step < script.steps.max(1));
        script
    }

    /// What is remembered from one step up to another, as a score; from the beginning of the measure. Notes
    /// that sound at the end are cut off there. The script is in it as a text.
    pub fn score(&self, from: usize, until: usize, title: &str) -> Score {
        let from = from.saturating_sub(self.forgotten);
        let starts = self.roll.measures();
        let start = starts.partition_point(|&start| start <= from).max(1) - 1;
        let from = starts.get(start).copied().unwrap_or(0);
        let end = until.saturating_sub(self.forgotten).min(self.roll.len());
        let text = format!("deep-jammer studio {}", self.script_until(until).to_text());
        let mut score = self.roll.excerpt(from, end).to_score(Some(title), &[text]);
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

    /// Takes back all that was composed from a step on, and the changes that were made there.
    fn go_back(&mut self, step: usize) -> Result<(), TooFarBack> {
        if step == self.len()
            && self.is_at_bar_line()
            && self.marks.back().is_none_or(|it| it.step < step)
        {
            return Ok(());
        }
        let place = self.marks.iter().position(|mark| mark.step == step);
        let place = place.ok_or(TooFarBack { step })?;
        self.marks.truncate(place + 1);
        let Mark { form, made, .. } = self.marks.pop_back().expect("the mark that was found");
        (self.form, self.made) = (form, made);
        self.roll.truncate(step - self.forgotten);
        self.tempos.retain(|tempo| tempo.made <= made);
        Ok(())
    }

    /// Keeps what is needed to come back to here, and lets go of what is too long ago.
    fn mark(&mut self) {
        let step = self.len();
        if self.marks.back().is_some_and(|mark| mark.step == step) {
            return;
        }
        self.marks.push_back(Mark { step, form: self.form.clone(), made: self.made });
        let near = self.marks.len().saturating_sub(REACH_MEASURES);
        let near = self.marks[near].step;
        let made = &self.script.changes[..self.made];
        let changes = &made[made.len().saturating_sub(REACH_CHANGES)..];
        self.marks.retain(|mark| {
            mark.step >= near || changes.iter().any(|change| change.step == mark.step)
        });
    }

    /// Makes the changes of the script that are due before a step.
    fn make_changes(&mut self, step: usize) {
        while let Some(change) = self.script.changes.get(self.made).filter(|it| it.step <= step) {
            let change = *change;
            self.made += 1;
            self.apply(change);
        }
    }

    /// Forgets the oldest measures.
    fn forget(&mut self) {
        let starts = self.roll.measures();
        let first = starts.partition_point(|&start| start < self.roll.len() - self.remembered);
        let Some(&start) = starts.get(first) else { return };
        self.roll = self.roll.excerpt(start, self.roll.len());
        self.forgotten += start;
        // Where the music is forgotten it cannot be gone back to.
        self.marks.retain(|mark| mark.step >= self.forgotten);
        let old = self.tempos.partition_point(|tempo| tempo.step <= self.forgotten).max(1) - 1;
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
    use crate::roll::{Keys, Step};

    #[test]
    fn where_the_music_is_forgotten_it_cannot_be_gone_back_to() {
        let mut roll = Roll::new("2/4".parse().unwrap());
        for step in 0..32 {
            let keys = Keys::from_iter([30 + step % 5, 44]);
            roll.push(Step { play: keys, articulate: keys });
        }
        let composer = Composer::of_baseline(Baseline::new(Kind::Markov, &Counts::of([&roll])));
        let kept = [Primer { source: "a test".to_owned(), roll }];
        let opening = Opening::Kept(0);
        let (version, model) = (String::new(), String::new());
        let script =
            Script { version, model, seed: 1, opening, repeats: 0.0, changes: vec![], steps: 0 };
        let mut live_piece = LivePiece::begin(&composer, &kept, script).unwrap();
        live_piece.remembered = 80;
        let mut scratch = composer.workspace();
        let change = |step| Change { seed: Some(5), step, ..Change::default() };
        live_piece.compose_measure(&composer, &mut scratch);
        live_piece.change(change(8)).unwrap();
        (0..30).for_each(|_| live_piece.compose_measure(&composer, &mut scratch));
        assert_eq!((live_piece.len(), live_piece.remembered_from()), (248, 160));
        let (before, script) = (live_piece.roll().clone(), live_piece.script());
        assert_eq!(live_piece.take_back(), None);
        assert!(live_piece.change(change(152)).is_err());
        assert_eq!((live_piece.roll(), live_piece.script()), (&before, script));
        live_piece.change(change(160)).unwrap();
        assert_eq!((live_piece.len(), live_piece.roll().len()), (160, 0));
    }
}
