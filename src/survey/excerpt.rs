//! Excerpts of pieces in which nothing but the music shows which are real.

use crate::roll::{Roll, Step};
use crate::sound::{Clip, LOUDNESS, Performance, Piano, Rendering, SAMPLE_RATE};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rayon::prelude::*;

/// How long an excerpt fades out, at most, in seconds.
const FADE: f64 = 1.0;

/// A piece to take an excerpt from.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// The composer: a model, or the common name of the real pieces.
    pub model: String,
    /// Whether it is a real piece.
    pub real: bool,
    /// The title, which only the organiser sees.
    pub title: String,
    /// The piece. As a roll, a real piece is as even in touch as a generated one. It is played in
    /// its mean tempo, so that it is as even in tempo, too.
    pub roll: Roll,
}

/// An excerpt to listen to.
#[derive(Debug, Clone, PartialEq)]
pub struct Excerpt {
    /// As in [`Source`].
    pub model: String,
    /// As in [`Source`].
    pub real: bool,
    /// As in [`Source`], with the measure in which it begins.
    pub title: String,
    /// A WAV file. All excerpts that are made together have the same length and loudness.
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
        /// How long the excerpts were to be, in seconds.
        seconds: f64,
    },
}

/// Makes an excerpt of each piece: `seconds` of music from the start of a measure that the seed
/// chooses, played on the program's piano at the piece's mean tempo. All are equally loud: as
/// loud as the program's sound files, or, if peaks forbid that for one of them, as loud as that
/// one can be.
pub fn excerpts(sources: &[Source], seconds: f64, seed: u64) -> Result<Vec<Excerpt>, ExcerptError> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    // One number per piece, so that an additional piece leaves the other pieces' excerpts
    // unchanged.
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

/// The excerpt of a piece, and the number of the measure in which it begins.
fn clip(source: &Source, seconds: f64, number: u32) -> Result<(Clip, usize), ExcerptError> {
    let roll = &source.roll;
    let step = f64::from(roll.mean_tempo()) / 4e6;
    let steps = (seconds / step).ceil() as usize;
    let sounds = |step: &Step| !step.articulate.is_empty();
    let begins = |&(_, start): &(usize, usize)| {
        let passage = roll.steps().get(start..start + steps);
        // Music begins at once and does not end early, because silence would give
        // something away.
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
    let mut passage = roll.excerpt(start, start + steps);
    passage.set_tempo(roll.mean_tempo());
    let score = passage.to_score(None, &[]);
    let performance = Performance::of(&score).expect("a passage is not too long");
    let frames = (seconds * f64::from(SAMPLE_RATE)).round() as usize;
    let fade = (FADE.min(seconds / 4.0) * f64::from(SAMPLE_RATE)) as usize;
    Ok((Clip::of(&mut Rendering::new(performance, Piano::new()), frames, fade), measure))
}
