//! A piece from beginning to end.

use super::Composer;
use crate::primer::Primer;
use crate::roll::{Roll, Step};

/// What a piece is to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Composition<'a> {
    /// What the composer hears before.
    pub primer: &'a Primer,
    /// Whether the piece begins with the primer; otherwise only what is new is kept.
    pub with_primer: bool,
    /// How many whole measures are composed, after the one in which the primer ends.
    pub bars: usize,
    /// The seed of the draws.
    pub seed: u64,
    /// The temperature of the draws.
    pub temperature: f64,
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
    let Composition { primer, with_primer, bars, seed, temperature } = *composition;
    let mut stream = composer.begin(primer, seed, temperature);
    let place = stream.place();
    let mut roll = if with_primer {
        primer.roll.clone()
    } else {
        let mut roll = Roll::new(stream.metre());
        (roll.tempo, roll.key) = (primer.roll.tempo, primer.roll.key);
        (0..place.in_measure).for_each(|_| roll.push(Step::SILENCE));
        roll
    };
    let rest = (place.measure - place.in_measure) % place.measure;
    let steps = rest as usize + bars * place.measure as usize;
    let mut room = composer.workspace();
    for step in 1..=steps {
        roll.push(stream.compose(composer, &mut room));
        progress(step);
    }
    roll
}
