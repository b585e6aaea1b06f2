//! The music that pieces continue from, as the musician wants it.

use super::{Compose, Source};
use anyhow::anyhow;
use deep_jammer::composing::{Opening, PreparedPrimers, Recipe, RecipeError};
use deep_jammer::corpus::Piece;
use deep_jammer::primer::{Adapted, Primer, Record, SelectionError};
use std::collections::BTreeSet;
use std::path::Path;

/// How many warnings of a damaged file are printed: one of a thousand tracks has thousands.
const MOST_WARNINGS: usize = 8;

/// The musician's own music, or an excerpt of the model that the seed chooses.
pub fn opening(command: &Compose) -> anyhow::Result<Opening> {
    let Some(path) = &command.primer else { return Ok(Opening::default()) };
    let Own { primer, .. } = own(path)?;
    if command.with_primer {
        eprintln!("{} is written as it is heard: in 16ths, evenly loud", path.display());
    }
    Ok(Opening::Own(Box::new(Record::of(&primer))))
}

/// Prepares all openings that will do. Tells the musician what is done otherwise than asked, or why
/// it cannot be done.
pub fn prepare(
    command: &Compose,
    source: &Source,
    recipe: &Recipe,
) -> anyhow::Result<PreparedPrimers> {
    let whose = match &command.primer {
        Some(path) => path.display().to_string(),
        None => source.in_words(),
    };
    let primers = PreparedPrimers::new(&source.composer, recipe).map_err(|error| match error {
        RecipeError::Selection(error) => remedy(&error, &whose),
        other => other.into(),
    })?;
    let adapted: Vec<&Adapted> = primers.iter().map(|primer| primer.adapted()).collect();
    match command.metre {
        Some(metre) if adapted.iter().all(|adapted| adapted.original_metre != metre) => {
            let metres: BTreeSet<String> =
                adapted.iter().map(|adapted| adapted.original_metre.to_string()).collect();
            let metres = metres.into_iter().collect::<Vec<_>>().join(", ");
            eprintln!(
                "{whose} is in {metres}: after it the music goes on in {metre}, from a downbeat"
            );
        }
        Some(_) => {}
        None => {
            let metres = adapted.iter().map(|adapted| adapted.original_metre);
            for metre in metres.filter(|metre| !metre.is_of_sixteenths()) {
                let other = metre.in_sixteenths();
                eprintln!(
                    "a measure of {metre} is no whole number of 16ths: the music goes on in {other}"
                );
            }
        }
    }
    Ok(primers)
}

/// Why no primer will do, and which options help.
fn remedy(error: &SelectionError, whose: &str) -> anyhow::Error {
    match error {
        SelectionError::NoPrimer => {
            anyhow!("{whose} holds no primers; give one with --primer FILE.mid")
        }
        SelectionError::OtherMode { key, .. } => {
            let mode = if key.minor { "minor" } else { "major" };
            anyhow!("--key {key}: {whose}: {error}; give music in {mode} with --primer FILE.mid")
        }
        SelectionError::OffTheKeyboard(key) => anyhow!(
            "--key {key}: {whose}: {error}; ask for another key, or give a primer with a smaller \
             range"
        ),
    }
}

/// The musician's own music.
pub struct Own {
    /// The music as the composer hears it.
    pub primer: Primer,
    /// Its mean tempo, in microseconds per quarter note.
    pub mean_tempo: u32,
}

impl Own {
    /// The music in its mean tempo, as recipes of before name it.
    pub fn in_mean_tempo(&self) -> Primer {
        let mut primer = self.primer.clone();
        primer.roll.set_tempo(self.mean_tempo);
        primer
    }
}

/// Reads the musician's own music. Says what of it is not heard.
pub fn own(path: &Path) -> anyhow::Result<Own> {
    let Piece { name, transcription, warnings, .. } = Piece::read(path)?;
    let warnings = warnings.iter().take(MOST_WARNINGS).map(ToString::to_string);
    for said in warnings.chain(transcription.losses.sentences()) {
        eprintln!("{}: {said}", path.display());
    }
    let mut primer = Primer { source: name, roll: transcription.roll };
    // The piece continues in the key in which it ends.
    primer.roll.key = transcription.keys.last().map(|change| change.key);
    Ok(Own { primer, mean_tempo: transcription.mean_tempo })
}
