//! The longest run of a piece that stands in a repertoire.

use super::TrainingMusic;
use super::automaton::{Automaton, Reading};
use super::spelling::{Shapes, Spelling};
use crate::roll::{Keys, Roll, Step};
use serde::Serialize;

/// From how many steps on a run is a copy: two measures of 4/4. Different pieces of the 302 of
/// piano-midi.de have fewer in common, but for two movements of one work.
pub const COPY_STEPS: usize = 32;

/// How many strokes a run must have, at least: without them it is silence, or a chord that is held.
pub const LEAST_STROKES: usize = 8;

/// How many keys must be struck in a run, at least: with fewer it is a repeated note or a trill.
pub const LEAST_KEYS: usize = 3;

/// Finds in a repertoire what a piece has in common with it.
///
/// A run is a number of consecutive steps that sound and are struck alike, step by step and key by
/// key, but for one transposition of all of them. Its first and its last step sound, and it has
/// [`LEAST_STROKES`] strokes on [`LEAST_KEYS`] different keys. Where a note is held in its first
/// step, it must be held in both.
pub struct Originality {
    training_music: TrainingMusic,
    shapes: Shapes,
    known: Vec<Known>,
}

/// A run that a piece has in common with a repertoire.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Match {
    /// How long it is.
    pub steps: usize,
    /// How many notes begin in it.
    pub strokes: usize,
    /// Its first step in the piece, from 0.
    pub step: usize,
    /// The bar of that step, from 1; an upbeat is a bar.
    pub bar: usize,
    /// The piece of the repertoire in which it stands.
    pub source: String,
    /// Its first step there.
    pub source_step: usize,
    /// The bar of that step.
    pub source_bar: usize,
    /// How many semitones higher than there.
    pub transposition: i32,
}

impl Match {
    /// Whether it is so long that it has been copied.
    pub fn is_copy(&self) -> bool {
        self.steps >= COPY_STEPS
    }
}

/// A piece of the repertoire, ready to be read.
struct Known {
    spelling: Spelling,
    /// For each step the first one from it on that sounds.
    sounding: Vec<u32>,
    /// For each step the last one from which a run that ends here has strokes enough, and one more;
    /// 0 where there is none.
    begun: Vec<u32>,
}

impl Originality {
    /// Prepares a repertoire. A step takes some 32 bytes of memory besides the music itself.
    pub fn new(training_music: TrainingMusic) -> Originality {
        let mut shapes = Shapes::default();
        let known = |roll: &Roll| Known {
            spelling: shapes.learn(roll),
            sounding: sounding(roll.steps()),
            begun: begun(roll.steps()),
        };
        let rolls = training_music.pieces.iter().map(|piece| &piece.roll);
        let known = rolls.map(known).collect();
        Originality { known, shapes, training_music }
    }

    /// The repertoire.
    pub fn training_music(&self) -> &TrainingMusic {
        &self.training_music
    }

    /// The longest run of a roll that stands anywhere in the repertoire at any transposition; of
    /// several the one that stands first there. None where no run has strokes enough.
    ///
    /// Takes a time that grows with the sum of both lengths, whatever they have in common.
    pub fn longest_match(&self, roll: &Roll) -> Option<Match> {
        self.longest_match_among(roll, |_| true)
    }

    /// The same among some pieces of the repertoire, told by their index.
    pub fn longest_match_among(&self, roll: &Roll, among: impl Fn(usize) -> bool) -> Option<Match> {
        let spelling = self.shapes.spell(roll);
        let automaton = Automaton::of(&spelling.symbols);
        let mut longest: Option<Found> = None;
        for piece in (0..self.known.len()).filter(|&piece| among(piece)) {
            let more = longest.map_or(0, |found| found.steps) + 1;
            if let Some((from, to, reading)) = self.known[piece].longest(&automaton, more) {
                let last = automaton.end(reading) as u32;
                let last = spelling.places.binary_search(&last).expect("a step ends with a shape");
                let steps = to + 1 - from;
                longest = Some(Found { steps, piece, from, step: last + 1 - steps });
            }
        }
        longest.map(|found| self.run(roll, found))
    }

    fn run(&self, roll: &Roll, found: Found) -> Match {
        let Found { steps, piece, from, step } = found;
        let source = &self.training_music.pieces[piece];
        let theirs = &source.roll.steps()[from..from + steps];
        let ours = &roll.steps()[step..step + steps];
        let lowest = |steps: &[Step]| steps[0].play.lowest().expect("a run begins with a sound");
        let transposition = lowest(ours) as i32 - lowest(theirs) as i32;
        debug_assert!(ours.iter().zip(theirs).all(|(a, b)| *a == b.transposed(transposition)));
        Match {
            steps,
            strokes: ours.iter().map(|step| step.articulate.count()).sum(),
            step,
            bar: bar(roll, step),
            source: source.source.clone(),
            source_step: from,
            source_bar: bar(&source.roll, from),
            transposition,
        }
    }
}

#[derive(Clone, Copy)]
struct Found {
    steps: usize,
    piece: usize,
    /// Where it begins there.
    from: usize,
    /// Where it begins here.
    step: usize,
}

impl Known {
    /// The first of the longest runs of at least `steps` steps that the automaton can read, its first
    /// and its last step.
    fn longest(&self, automaton: &Automaton, mut steps: usize) -> Option<(usize, usize, Reading)> {
        let Spelling { symbols, places } = &self.spelling;
        let (mut reading, mut at, mut longest) = (Reading::default(), 0, None);
        for (step, &place) in places.iter().enumerate() {
            while at <= place as usize {
                reading = automaton.read(reading, symbols[at]);
                at += 1;
            }
            // There is a symbol to each step, at least.
            if (reading.length as usize) < steps || self.sounding[step] as usize != step {
                continue;
            }
            // The first step that is in it with its shape; then the first that sounds.
            let first = (at - reading.length as usize) as u32;
            let whole = places.partition_point(|&place| place < first);
            let from = self.sounding[whole] as usize;
            if step + 1 >= from + steps && from < self.begun[step] as usize {
                longest = Some((from, step, reading));
                steps = step + 2 - from;
            }
        }
        longest
    }
}

/// For each step the first one from it on that sounds; beyond the last one where there is none.
fn sounding(steps: &[Step]) -> Vec<u32> {
    let mut next = steps.len() as u32;
    let mut sounding = vec![next; steps.len()];
    for (index, step) in steps.iter().enumerate().rev() {
        if !step.play.is_empty() {
            next = index as u32;
        }
        sounding[index] = next;
    }
    sounding
}

/// For each step, how many steps there are from which a run that ends with it has
/// [`LEAST_STROKES`] on [`LEAST_KEYS`]: the first so many of the piece.
fn begun(steps: &[Step]) -> Vec<u32> {
    let mut begun = Vec::with_capacity(steps.len());
    // The first step that is not yet too late for the strokes, and the strokes from it on.
    let (mut first, mut strokes) = (0, 0);
    // The keys that were struck last, the latest first, each with its last stroke.
    let mut keys: Vec<(usize, usize)> = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        strokes += step.articulate.count();
        while strokes >= LEAST_STROKES + steps[first].articulate.count() {
            strokes -= steps[first].articulate.count();
            first += 1;
        }
        let struck: Keys = step.articulate;
        keys.retain(|&(key, _)| !struck.contains(key));
        keys.splice(0..0, struck.iter().map(|key| (key, index)));
        keys.truncate(LEAST_KEYS);
        begun.push(match keys.get(LEAST_KEYS - 1) {
            Some(&(_, last)) if strokes >= LEAST_STROKES => 1 + first.min(last) as u32,
            _ => 0,
        });
    }
    begun
}

/// The bar in which a step stands, from 1.
fn bar(roll: &Roll, step: usize) -> usize {
    roll.measures().partition_point(|&first| first <= step)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn struck(keys: &[usize]) -> Step {
        let keys: Keys = keys.iter().copied().collect();
        Step { play: keys, articulate: keys }
    }

    fn counts(steps: &[Step]) -> bool {
        let keys = steps.iter().fold(Keys::NONE, |all, step| all.or(step.articulate));
        let strokes: usize = steps.iter().map(|step| step.articulate.count()).sum();
        strokes >= LEAST_STROKES && keys.count() >= LEAST_KEYS
    }

    proptest! {
        #[test]
        fn what_is_trivial_is_known_for_every_stretch(
            keys in prop::collection::vec(prop::collection::vec(0usize..4, 0..4), 0..40),
        ) {
            let steps: Vec<_> = keys.iter().map(|keys| struck(keys)).collect();
            let begun = begun(&steps);
            for last in 0..steps.len() {
                for first in 0..=last {
                    let expected = counts(&steps[first..=last]);
                    prop_assert_eq!(first < begun[last] as usize, expected, "{}..={}", first, last);
                }
            }
        }
    }

    #[test]
    fn the_next_sound_is_known_at_every_step() {
        let steps =
            [struck(&[]), struck(&[5]), struck(&[]), struck(&[]), struck(&[6]), struck(&[])];
        assert_eq!(sounding(&steps), [1, 1, 4, 4, 4, 6]);
    }
}
