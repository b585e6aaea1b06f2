//! Passages of pieces, such that nothing but the music tells which are real.

use crate::roll::{Roll, Step};
use crate::sound::{Clip, LOUDNESS, Performance, Piano, Rendering, SAMPLE_RATE};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;

/// How long the end of an excerpt fades away at most, in seconds.
const FADE: f64 = 1.0;

/// A piece of which an excerpt is wanted.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// Who composed it: a model, or whatever the real pieces are called together.
    pub model: String,
    /// Whether it is a real piece.
    pub real: bool,
    /// What it is, for the organiser only.
    pub title: String,
    /// The piece. That it is a roll makes real pieces as even in touch and tempo as generated ones.
    pub roll: Roll,
}

/// An excerpt that can be listened to.
#[derive(Debug, Clone, PartialEq)]
pub struct Excerpt {
    /// As in [`Source`].
    pub model: String,
    /// As in [`Source`].
    pub real: bool,
    /// As in [`Source`], with the measure in which it begins.
    pub title: String,
    /// A WAV file; of all excerpts that are made together it has the same length and loudness.
    pub sound: Vec<u8>,
}

/// Why no excerpts were made.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ExcerptError {
    /// A piece has no passage of that length.
    #[error(
        "{title} has no {seconds} seconds of music after a bar line; leave it out, or ask for shorter excerpts"
    )]
    TooShort {
        /// The piece.
        title: String,
        /// How long excerpts were to be.
        seconds: f64,
    },
}

/// Makes an excerpt of each piece: so many seconds from the beginning of a measure that the seed
/// chooses, played on the piano of the program with the piece's mean tempo, and all equally loud: as
/// loud as files are, or if peaks forbid that for one of them, as loud as that one can be.
pub fn excerpts(sources: &[Source], seconds: f64, seed: u64) -> Result<Vec<Excerpt>, ExcerptError> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    // One number for each, so that one piece more leaves the others' passages alone.
    let numbers: Vec<u32> = sources.iter().map(|_| random.next_u32()).collect();
    let clips: Vec<(Clip, usize)> = sources
        .par_iter()
        .zip(numbers)
        .map(|(source, number)| clip(source, seconds, number))
        .collect::<Result<_, _>>()?;
    let loudest = clips.iter().map(|(clip, _)| clip.greatest_loudness()).fold(LOUDNESS, f64::min);
    let excerpt = |(source, (clip, measure)): (&Source, &(Clip, usize))| Excerpt {
        model: source.model.clone(),
        real: source.real,
        title: format!("{}, from measure {}", source.title, measure + 1),
        sound: clip.wav(loudest),
    };
    Ok(sources.par_iter().zip(&clips).map(excerpt).collect())
}

/// The passage of a piece, and the number of the measure in which it begins.
fn clip(source: &Source, seconds: f64, number: u32) -> Result<(Clip, usize), ExcerptError> {
    let roll = &source.roll;
    let step = f64::from(roll.tempo) / 4e6;
    let steps = (seconds / step).ceil() as usize;
    let sounds = |step: &Step| !step.articulate.is_empty();
    let begins = |&(_, start): &(usize, usize)| {
        let passage = roll.steps().get(start..start + steps);
        // Music begins at once and is not over soon: silence would tell something.
        passage.is_some_and(|passage| {
            sounds(&passage[0])
                && passage.chunks(steps.div_ceil(4)).all(|part| part.iter().any(sounds))
        })
    };
    let starts: Vec<_> = roll.measures().into_iter().enumerate().filter(begins).collect();
    if starts.is_empty() {
        return Err(ExcerptError::TooShort { title: source.title.clone(), seconds });
    }
    let (measure, start) = starts[((u64::from(number) * starts.len() as u64) >> 32) as usize];
    let score = roll.excerpt(start, start + steps).to_score(None, &[]);
    let performance = Performance::of(&score).expect("a passage is not too long");
    let frames = (seconds * f64::from(SAMPLE_RATE)).round() as usize;
    let fade = (FADE.min(seconds / 4.0) * f64::from(SAMPLE_RATE)) as usize;
    Ok((Clip::of(&mut Rendering::new(performance, Piano::new()), frames, fade), measure))
}
