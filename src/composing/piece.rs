//! A piece from beginning to end.

use super::{Composer, Form, Stream};
use crate::primer::Primer;
use crate::roll::{Place, Roll, Step};
use std::borrow::Cow;

/// What a piece is to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Composition<'a> {
    /// What the composer hears before.
    pub primer: &'a Primer,
    /// Whether the piece begins with the primer; otherwise only what is new is kept.
    pub with_primer: bool,
    /// How many whole measures are composed, after the one in which the primer ends.
    pub bars: usize,
    /// The share of them that repeat an earlier one ([`Form`]), 0 to 1.
    pub repeats: f64,
    /// The seed of the draws.
    pub seed: u64,
    /// The temperature of the draws.
    pub temperature: f64,
}

impl Composition<'_> {
    /// The music before its first step.
    pub fn begin(&self, composer: &Composer) -> Form {
        self.begin_after(composer.hear(self.primer, |_| {}))
    }

    /// The same, where the primer [has been heard](Composer::hear) already.
    pub fn begin_after(&self, mut heard: Stream) -> Form {
        heard.reseed(self.seed);
        heard.temperature = self.temperature;
        Form::new(heard, self.repeats, self.seed)
    }

    /// How many steps of the first piece are composed: to the end of the measure in which the primer
    /// ends, and the bars.
    pub fn steps(&self) -> usize {
        self.steps_from(self.primer.roll.place(self.primer.roll.len()))
    }

    /// How many steps the bars have: as many are composed of every further piece.
    pub fn steps_of_bars(&self) -> usize {
        self.bars * self.primer.metre().sixteenths() as usize
    }

    /// How many rests the first piece begins with, where it does not begin with the primer: they
    /// stand for what was heard of the measure in which the primer ends.
    pub fn rests(&self) -> usize {
        self.primer.roll.place(self.primer.roll.len()).in_measure as usize
    }

    /// What is new of the first piece: the piece itself, or what it would be without the primer.
    pub fn new_music<'a>(&self, piece: &'a Roll) -> Cow<'a, Roll> {
        if !self.with_primer {
            return Cow::Borrowed(piece);
        }
        let mut new = Roll::new(self.primer.metre());
        (new.tempo, new.key) = (piece.tempo, piece.key);
        (0..self.rests()).for_each(|_| new.push(Step::SILENCE));
        piece.steps()[self.primer.roll.len()..].iter().for_each(|&step| new.push(step));
        Cow::Owned(new)
    }

    fn steps_from(&self, place: Place) -> usize {
        let rest = (place.measure - place.in_measure) % place.measure;
        rest as usize + self.bars * place.measure as usize
    }

    /// The first piece of music that has just [begun](Self::begin): with the primer, if it is to
    /// have it.
    pub fn first(&self, composer: &Composer, form: &mut Form, progress: impl Fn(usize)) -> Roll {
        if !self.with_primer {
            return self.next(composer, form, progress);
        }
        let mut roll = self.primer.roll.clone();
        self.go_on(composer, form, &mut roll, progress);
        roll
    }

    /// The next piece of music that goes on for ever: whole measures, after what is left of the one
    /// under way, in the tempo and key of the primer. `progress` is told of every step that has
    /// been composed.
    ///
    /// Music that stands within a measure is gone on with from there; the piece then begins with
    /// rests.
    pub fn next(&self, composer: &Composer, form: &mut Form, progress: impl Fn(usize)) -> Roll {
        let mut roll = form.rests_before();
        (roll.tempo, roll.key) = (self.primer.roll.tempo, self.primer.roll.key);
        self.go_on(composer, form, &mut roll, progress);
        roll
    }

    fn go_on(
        &self,
        composer: &Composer,
        form: &mut Form,
        roll: &mut Roll,
        progress: impl Fn(usize),
    ) {
        let steps = self.steps_from(form.place());
        let mut scratch = composer.workspace();
        for step in 1..=steps {
            roll.push(form.compose(composer, &mut scratch));
            progress(step);
        }
    }
}

/// Composes a piece in the metre and tempo of its primer. `progress` is told of every step that
/// has been composed.
///
/// A primer that ends within a measure is gone on with from there; without the primer that
/// measure begins with rests. The same composer and the same composition give the same piece, on
/// any number of threads.
pub fn compose(
    composer: &Composer,
    composition: &Composition<'_>,
    progress: impl Fn(usize),
) -> Roll {
    composition.first(composer, &mut composition.begin(composer), progress)
}
