//! A stream of music that is being composed.

use super::composer::{Composer, drop_old_steps};
use super::guard::Guard;
use super::scratch::Scratch;
use super::state::State;
use crate::match_model::MatchModel;
use crate::network::{KeyAction, KeyLogits, Nats};
use crate::roll::{Place, Step};
use crate::score::Metre;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// How often a step that the guard does not allow is drawn again. By then the temperature is so high
/// that every other key sounds, if the network leaves it any chance at all.
const MOST_TRIES: usize = 200;

/// Music under way: the latest steps, the network's LSTM state after them, and the random numbers to
/// come. It is a value; a copy continues by itself, so a stream can be forked, or restored to where it
/// was.
#[derive(Debug, Clone, PartialEq)]
pub struct Stream {
    state: State,
    past: Vec<Step>,
    /// What the piece has said so far, for networks that are told.
    match_model: Option<MatchModel>,
    guard: Guard,
    random: ChaCha8Rng,
    metre: Metre,
    /// How many steps ago the metre began.
    pub(super) since_change: usize,
    /// What the logits are divided by: 1 is as learned, less is safer, more is wilder.
    pub temperature: f64,
    /// The factor for the odds of every key that was silent: 1 is as learned, less is sparser, more
    /// is fuller. Keys that sound already are held as long as they would be.
    pub density: f64,
}

impl Stream {
    pub(super) fn new(
        state: State,
        match_model: Option<MatchModel>,
        metre: Metre,
        seed: u64,
        temperature: f64,
    ) -> Stream {
        Stream {
            state,
            past: Vec::new(),
            match_model,
            guard: Guard::new(metre),
            random: ChaCha8Rng::seed_from_u64(seed),
            metre,
            since_change: 0,
            temperature,
            density: 1.0,
        }
    }

    /// Changes the metre from the next step on, which is a downbeat.
    pub fn change_metre(&mut self, metre: Metre) {
        (self.metre, self.since_change) = (metre, 0);
        self.guard.change_metre(metre);
    }

    /// Changes the random numbers from the next step on: the stream continues differently.
    pub fn reseed(&mut self, seed: u64) {
        self.random = ChaCha8Rng::seed_from_u64(seed);
    }

    /// The metre in which the stream continues.
    pub fn metre(&self) -> Metre {
        self.metre
    }

    /// The place in the measure of the step that comes next.
    pub fn place(&self) -> Place {
        Place::within(self.metre, self.since_change)
    }

    /// Composes the next step.
    pub fn compose(&mut self, composer: &Composer, scratch: &mut Scratch) -> Step {
        let is_wary = self.guard.is_wary();
        if is_wary {
            scratch.before.clone_from(&self.state);
        }
        let mut step = self.draw(composer, 0, scratch);
        if is_wary {
            for again in 1..=MOST_TRIES {
                if self.guard.allows(step) {
                    break;
                }
                self.state.clone_from(&scratch.before);
                step = self.draw(composer, again, scratch);
            }
        }
        self.advance(step);
        step
    }

    /// Draws a step that could come next, after it has been rejected `again` times. This moves the
    /// LSTM state on, and nothing else.
    fn draw(&mut self, composer: &Composer, again: usize, scratch: &mut Scratch) -> Step {
        let temperature = self.guard.temperature(self.temperature, again);
        let place = self.place();
        let previous = self.past.last().copied().unwrap_or_default();
        let (guard, random) = (&self.guard, &mut self.random);
        // The factor applies to the odds at temperature 1, before the logit is divided.
        let fuller = (libm::log(self.density) * temperature) as f32;
        let mut step = Step::SILENCE;
        let mut draw = |key: usize, logits: KeyLogits| {
            // Two numbers for each key, needed or not: so one key's luck leaves the others' alone.
            let mut number = || f64::from(random.next_u32()) / 4_294_967_296.0;
            let (for_play, for_articulate) = (number(), number());
            let mut logits = guard.lean(logits, step.play.count());
            if !previous.play.contains(key) {
                logits.play += fuller;
            }
            let play = for_play < logits.play_probability(temperature);
            // What has not sounded before cannot be held.
            let articulate = play
                && (!previous.play.contains(key)
                    || for_articulate < logits.articulate_probability(temperature));
            if play {
                step.play.insert(key);
            }
            if articulate {
                step.articulate.insert(key);
            }
            KeyAction { play, articulate }
        };
        let matches = self.match_model.as_ref().map(MatchModel::continuations);
        composer.step(&mut self.state, &self.past, matches.as_ref(), place, &mut draw, scratch);
        step
    }

    /// Moves the stream on by a given step in the place that comes next, as if it had composed it
    /// (teacher forcing). Keys that sound without having sounded before are struck. Returns the step
    /// with these strokes, and its negative log-likelihood (NLL).
    pub fn teacher_force(
        &mut self,
        composer: &Composer,
        step: Step,
        scratch: &mut Scratch,
    ) -> (Step, Nats) {
        let step = step.after(self.past.last().copied().unwrap_or_default());
        (step, self.teacher_force_at(composer, step, self.place(), scratch))
    }

    /// Moves the stream on by a given step at a place. Returns its negative log-likelihood.
    pub(super) fn teacher_force_at(
        &mut self,
        composer: &Composer,
        step: Step,
        place: Place,
        scratch: &mut Scratch,
    ) -> Nats {
        let mut nats = Nats::default();
        let mut given = |key: usize, logits: KeyLogits| {
            let action = KeyAction::of(step, key);
            nats += logits.nats(action);
            action
        };
        let matches = self.match_model.as_ref().map(MatchModel::continuations);
        composer.step(&mut self.state, &self.past, matches.as_ref(), place, &mut given, scratch);
        self.advance(step);
        nats
    }

    /// Whether the guard would allow all of some steps, one after the other.
    pub(super) fn allows(&self, steps: &[Step]) -> bool {
        let mut guard = self.guard.clone();
        let mut previous = self.past.last().copied().unwrap_or_default();
        steps.iter().all(|step| {
            previous = step.after(previous);
            let allowed = guard.allows(previous);
            guard.observe(previous);
            allowed
        })
    }

    fn advance(&mut self, step: Step) {
        self.guard.observe(step);
        drop_old_steps(&mut self.past);
        self.past.push(step);
        if let Some(model) = &mut self.match_model {
            model.push(step);
        }
        self.since_change += 1;
    }
}
