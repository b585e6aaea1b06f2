//! Phrases that come back.

use super::{Composer, Scratch, Stream};
use crate::random::below;
use crate::roll::{Place, Roll, Step};
use crate::score::Metre;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use std::collections::VecDeque;

/// How many bars a phrase has.
pub const PHRASE_BARS: usize = 4;

/// The share of bars that repeat an earlier one in whole real pieces, as it has been published of
/// piano-midi.de; our own count is .332 (docs/statistics.md).
pub const USUAL_REPEATS: f64 = 0.32;

/// How many phrases are remembered, so that an endless stream needs no more memory than a piece.
const REMEMBERED_PHRASES: usize = 32;

/// Among how many earlier phrases the composer chooses which one comes back.
const CANDIDATES: usize = 4;

/// How many steps of each of these the network scores, to choose the one that it expects most.
const PROBE_STEPS: usize = 8;

/// The stream of random numbers for the form. Those for the notes come from stream 0.
const RANDOM_STREAM: u64 = 1;

/// A stream with a form: now and then a phrase comes back.
///
/// A network that draws step after step hardly ever plays a bar twice, as every 16th is a risk. Real
/// pieces repeat one bar in three. So before each phrase the form draws whether it is a new one, which
/// the stream composes, or an earlier one. The chance is set so that the share of repeated bars, counted
/// over what is remembered, becomes the one asked for. Bars that the composer repeats by itself count,
/// too. For an earlier phrase, up to four candidates are drawn at random, and the one comes back whose
/// first steps the composer expects most after everything so far. If a phrase has just come back and
/// a new one followed it the first time, that one is always among the candidates. The composer then
/// hears the phrase to its end (teacher forcing) and continues from there.
///
/// It is a value, as the stream is.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    stream: Stream,
    repeats: f64,
    random: ChaCha8Rng,
    /// The phrases that are remembered, the latest last.
    phrases: VecDeque<Phrase>,
    /// How many phrases are forgotten.
    forgotten: usize,
    /// The phrase under way: what has been composed of it.
    under_way: Vec<Step>,
    /// The rest of a phrase that is coming back.
    coming: VecDeque<Step>,
    /// Whether the next phrase is a new one, whatever is drawn.
    fresh: bool,
    /// The number of the phrase that came back last, if no other has followed.
    came_back: Option<usize>,
}

/// A phrase that has been composed.
#[derive(Debug, Clone, PartialEq)]
struct Phrase {
    steps: Vec<Step>,
    /// Whether it was an earlier one that came back.
    again: bool,
    /// How many of its bars are the same as an earlier one.
    repeated: usize,
}

impl Form {
    /// Gives a stream a form in which a share of the bars, 0 to 1, repeat earlier ones. With 0 the
    /// stream stays as it is. The seed decides which bars come back.
    pub fn new(stream: Stream, repeats: f64, seed: u64) -> Form {
        Form {
            stream,
            repeats,
            random: of_seed(seed),
            phrases: VecDeque::new(),
            forgotten: 0,
            under_way: Vec::new(),
            coming: VecDeque::new(),
            fresh: false,
            came_back: None,
        }
    }

    /// The metre in which the music continues.
    pub fn metre(&self) -> Metre {
        self.stream.metre()
    }

    /// The place in the measure of the step that comes next.
    pub fn place(&self) -> Place {
        self.stream.place()
    }

    /// The rests with which a piece begins that goes on within a measure: they stand for what was
    /// heard of it.
    pub fn rests_before(&self) -> Roll {
        let mut roll = Roll::new(self.metre());
        (0..self.place().in_measure).for_each(|_| roll.push(Step::SILENCE));
        roll
    }

    /// Changes the [temperature](Stream::temperature) from the next step on. A phrase that is coming
    /// back breaks off, and the next one is new, so that the change can be heard at once.
    pub fn set_temperature(&mut self, temperature: f64) {
        self.stream.temperature = temperature;
        self.start_afresh();
    }

    /// Changes the [density](Stream::density) from the next step on, as at once as the temperature.
    pub fn set_density(&mut self, density: f64) {
        self.stream.density = density;
        self.start_afresh();
    }

    /// Changes the metre from the next step on, which is a downbeat. Phrases in another metre do not
    /// come back.
    pub fn change_metre(&mut self, metre: Metre) {
        self.stream.change_metre(metre);
        self.under_way.clear();
        self.start_afresh();
    }

    /// Changes the random numbers from the next step on: the music continues differently.
    pub fn reseed(&mut self, seed: u64) {
        self.stream.reseed(seed);
        self.random = of_seed(seed);
        self.start_afresh();
    }

    fn start_afresh(&mut self) {
        self.coming.clear();
        self.fresh = true;
    }

    /// The next step.
    pub fn compose(&mut self, composer: &Composer, scratch: &mut Scratch) -> Step {
        if self.repeats <= 0.0 {
            return self.stream.compose(composer, scratch);
        }
        if let Some(step) = self.coming.pop_front() {
            return self.teacher_force(step, composer, scratch);
        }
        // A form begins with the first whole measure.
        let at_bar_line = self.stream.place().in_measure == 0;
        if self.under_way.is_empty() && !at_bar_line {
            return self.stream.compose(composer, scratch);
        }
        let afresh = std::mem::take(&mut self.fresh);
        let begins = self.under_way.is_empty();
        if begins && !afresh && self.is_to_come_back() && self.come_back(composer, scratch) {
            let first = self.coming.pop_front().expect("a phrase has steps");
            return self.teacher_force(first, composer, scratch);
        }
        let step = self.stream.compose(composer, scratch);
        self.under_way.push(step);
        if self.under_way.len() == PHRASE_BARS * self.bar() {
            let steps = std::mem::take(&mut self.under_way);
            self.came_back = None;
            self.remember(steps, false);
        }
        step
    }

    fn bar(&self) -> usize {
        self.metre().sixteenths() as usize
    }

    /// Draws whether the next phrase is an earlier one.
    fn is_to_come_back(&mut self) -> bool {
        let drawn = f64::from(self.random.next_u32()) / 4_294_967_296.0;
        let bars = (self.phrases.len() * PHRASE_BARS) as f64;
        let repeated: usize = self.phrases.iter().map(|phrase| phrase.repeated).sum();
        let phrase = PHRASE_BARS as f64;
        // With this chance the share will on average be the one asked for when the phrase is over.
        let chance = (self.repeats * (bars + phrase) - repeated as f64) / phrase;
        drawn < chance
    }

    /// Lets an earlier phrase come back, if there is one that can.
    fn come_back(&mut self, composer: &Composer, scratch: &mut Scratch) -> bool {
        let Some(number) = self.most_expected(composer, scratch) else { return false };
        self.coming = self.phrase(number).steps.iter().copied().collect();
        self.came_back = Some(number);
        true
    }

    /// The number of the candidate whose first steps have the lowest negative log-likelihood; among
    /// equals the first.
    fn most_expected(&mut self, composer: &Composer, scratch: &mut Scratch) -> Option<usize> {
        let heard = PROBE_STEPS.min(PHRASE_BARS * self.bar());
        let candidates = self.candidates();
        if candidates.len() < 2 {
            return candidates.first().copied();
        }
        let mut races: Vec<_> =
            candidates.iter().map(|&number| (0.0, 0, number, self.stream.clone())).collect();
        // Every step adds to the likelihood's logarithm, with one sign. So the candidate with the
        // lowest sum so far always advances next, and the first one to be scored in full has won.
        loop {
            let ahead = races.iter_mut().reduce(|a, b| if b.0 < a.0 { b } else { a })?;
            let (nats, steps, number, stream) = ahead;
            if *steps == heard {
                return Some(*number);
            }
            let step = self.phrases[*number - self.forgotten].steps[*steps];
            *nats += stream.teacher_force(composer, step, scratch).1.total();
            *steps += 1;
        }
    }

    /// A step of the phrase that comes back.
    fn teacher_force(&mut self, step: Step, composer: &Composer, scratch: &mut Scratch) -> Step {
        let (step, _) = self.stream.teacher_force(composer, step, scratch);
        self.under_way.push(step);
        if self.coming.is_empty() {
            let steps = std::mem::take(&mut self.under_way);
            self.remember(steps, true);
        }
        step
    }

    /// The numbers of the earlier phrases among which is chosen.
    fn candidates(&mut self) -> Vec<usize> {
        let last = self.phrases.len() + self.forgotten;
        let can = |number: &usize| {
            let phrase = self.phrase(*number);
            let of_metre = phrase.steps.len() == PHRASE_BARS * self.bar();
            of_metre && !phrase.again && self.stream.allows(&phrase.steps)
        };
        let mut others: Vec<usize> = (self.forgotten..last).filter(can).collect();
        let mut chosen = Vec::new();
        if let Some(at) = self.came_back.and_then(|back| others.iter().position(|&o| o == back + 1))
        {
            chosen.push(others.remove(at));
        }
        while chosen.len() < CANDIDATES && !others.is_empty() {
            let at = below(&mut self.random, others.len());
            chosen.push(others.remove(at));
        }
        chosen
    }

    fn phrase(&self, number: usize) -> &Phrase {
        &self.phrases[number - self.forgotten]
    }

    fn remember(&mut self, steps: Vec<Step>, again: bool) {
        let bar = self.bar();
        let known = |phrase: &Phrase, of: &[Step]| phrase.steps.chunks(bar).any(|bar| bar == of);
        let bars: Vec<_> = steps.chunks(bar).collect();
        let is_repeated = |(at, of): (usize, &&[Step])| {
            bars[..at].contains(of) || self.phrases.iter().any(|phrase| known(phrase, of))
        };
        let repeated = bars.iter().enumerate().filter(|&(at, of)| is_repeated((at, of))).count();
        if self.phrases.len() == REMEMBERED_PHRASES {
            self.phrases.pop_front();
            self.forgotten += 1;
        }
        self.phrases.push_back(Phrase { steps, again, repeated });
    }
}

/// The random numbers of a form.
fn of_seed(seed: u64) -> ChaCha8Rng {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(RANDOM_STREAM);
    random
}
