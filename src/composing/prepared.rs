//! Openings made ready: in the key, metre and tempo that were asked for, and heard.

use super::opening::{LeadIn, ModelExcerpt, Opening};
use super::{Composer, LivePiece, Recipe, RecipeError, Stream};
use crate::primer::{Adapted, Primer, chosen, select};
use crate::roll::Roll;
use std::sync::{Mutex, PoisonError};

/// With how many measures of the musician's own music a piece of the studio begins: the last ones.
const LEAD_IN_MEASURES: usize = 4;

/// All openings that will do for a recipe. Recipes that differ only in their seeds share them, so
/// that each is heard once.
#[derive(Debug)]
pub struct PreparedPrimers {
    primers: Vec<PreparedPrimer>,
}

/// An opening, adapted to its recipe.
#[derive(Debug)]
pub struct PreparedPrimer {
    adapted: Adapted,
    /// The opening as the recipe of a piece names it.
    opening: Opening,
    /// The stream that has heard it, once it has been heard.
    stream: Mutex<Option<Stream>>,
}

impl PreparedPrimers {
    /// Prepares the opening of a recipe, or all those that its seed could choose. Nothing is heard
    /// yet.
    pub fn new(composer: &Composer, recipe: &Recipe) -> Result<PreparedPrimers, RecipeError> {
        composer.check_model(recipe)?;
        let request = recipe.request();
        let mut primers = match &recipe.opening {
            Opening::Excerpt(excerpt) => match excerpt.number {
                Some(number) => {
                    let primer = numbered(composer, number, excerpt)?;
                    let mut adapted = select(std::slice::from_ref(primer), &request)?;
                    adapted.iter_mut().for_each(|adapted| adapted.number = number);
                    adapted
                }
                None => select(composer.excerpts(), &request)?,
            },
            Opening::Own(own) => {
                let mut primer = own.primer()?;
                if recipe.lead_in == LeadIn::LastMeasures {
                    primer.roll = last_steps(&primer.roll);
                }
                select(&[primer], &request)?
            }
            Opening::File(file) => return Err(RecipeError::PrimerMissing(file.clone())),
        };
        if recipe.bars.is_some() {
            primers.iter_mut().for_each(|adapted| measures_of_sixteenths(&mut adapted.primer));
        }
        let prepared = |adapted: Adapted| PreparedPrimer {
            opening: match &recipe.opening {
                Opening::Excerpt(_) => named(composer, adapted.number),
                own => own.clone(),
            },
            adapted,
            stream: Mutex::new(None),
        };
        Ok(PreparedPrimers { primers: primers.into_iter().map(prepared).collect() })
    }

    /// The one that a seed chooses.
    pub fn of(&self, seed: u64) -> &PreparedPrimer {
        chosen(&self.primers, seed).expect("there is at least one")
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &PreparedPrimer> {
        self.primers.iter()
    }

    /// How many steps there are to hear before pieces of some seeds begin.
    pub fn steps_to_hear(&self, seeds: &[u64]) -> usize {
        let is_chosen = |primer: &&PreparedPrimer| {
            seeds.iter().any(|&seed| std::ptr::eq(self.of(seed), *primer))
        };
        self.primers.iter().filter(is_chosen).map(|chosen| chosen.primer().roll.len()).sum()
    }

    /// Begins the piece of a recipe, which may differ from the one that these were prepared for in
    /// its seed and its length.
    ///
    /// `go_on` is called after every step that is heard, and breaks off if it is false. The piece
    /// can be composed to its end, but not be undone: see [`LivePiece::begin`].
    pub fn begin(
        &self,
        composer: &Composer,
        recipe: Recipe,
        go_on: &(dyn Fn() -> bool + Sync),
    ) -> Result<LivePiece, RecipeError> {
        let seed = recipe.drawn_seed();
        let chosen = self.of(seed);
        if let (Opening::Excerpt(wanted), Opening::Excerpt(found)) =
            (&recipe.opening, &chosen.opening)
        {
            check_excerpt(wanted, found)?;
        }
        let mut stream = chosen.heard(composer, go_on).ok_or(RecipeError::Interrupted)?;
        stream.reseed(seed);
        stream.temperature = recipe.temperature;
        let recipe = Recipe {
            model: Some(composer.fingerprint().to_owned()),
            opening: chosen.opening.clone(),
            ..recipe
        };
        let lead_in = chosen.lead_in(&recipe);
        Ok(LivePiece::after(stream, lead_in, recipe))
    }
}

impl PreparedPrimer {
    /// The music, in the key, metre and tempo that were asked for.
    pub fn primer(&self) -> &Primer {
        &self.adapted.primer
    }

    /// How it was adapted.
    pub fn adapted(&self) -> &Adapted {
        &self.adapted
    }

    /// What the piece of a recipe begins with before its first new step.
    pub(super) fn lead_in(&self, recipe: &Recipe) -> Roll {
        let primer = &self.primer().roll;
        let end = primer.place(primer.len());
        let metre = self.primer().metre();
        let mut roll = match recipe.lead_in {
            LeadIn::None => {
                let mut roll = Roll::new(metre);
                // Another metre begins at once, the one of the opening where the opening has ended.
                let other = |change: &super::Change| {
                    change.step == 0 && change.metre.is_some_and(|other| other != metre)
                };
                if !recipe.changes.iter().any(other) {
                    (0..end.in_measure).for_each(|_| roll.push(Default::default()));
                }
                roll
            }
            LeadIn::Whole => primer.clone(),
            LeadIn::LastMeasures => {
                let starts = primer.measures();
                let from = starts.len().saturating_sub(LEAD_IN_MEASURES);
                let from = starts.get(from).copied().unwrap_or(0);
                let mut roll = primer.excerpt(from, primer.len());
                if primer.metres().last().is_some_and(|change| change.step == primer.len()) {
                    roll.change_metre(metre);
                }
                roll
            }
        };
        roll.change_tempo(
            if recipe.lead_in == LeadIn::None { 0 } else { roll.len() },
            primer.settled_tempo(),
        );
        roll.key = primer.key;
        roll
    }

    /// How many steps the piece of a recipe begins with, and how many of a piece, or of the first
    /// part of a stream, are composed then. Changes of metre are not reckoned with.
    pub fn steps(&self, recipe: &Recipe) -> (usize, usize) {
        let primer = &self.primer().roll;
        let end = primer.place(primer.len());
        let before = self.lead_in(recipe).len();
        let composed = match (recipe.bars, recipe.steps) {
            (Some(bars), _) => {
                let rest = (end.measure - end.in_measure) % end.measure;
                bars.saturating_mul(end.measure as usize).saturating_add(rest as usize)
            }
            (None, steps) => steps.unwrap_or(0).saturating_sub(before),
        };
        (before, composed)
    }

    /// A stream that has heard it; `None` if `go_on` said no.
    fn heard(&self, composer: &Composer, go_on: &(dyn Fn() -> bool + Sync)) -> Option<Stream> {
        // Held while it is heard, so that nobody else hears it at the same time.
        let mut stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
        if stream.is_none() {
            *stream = composer.condition_on(self.primer(), go_on);
        }
        stream.clone()
    }
}

/// The excerpt of a number, if it is the one that was meant.
fn numbered<'a>(
    composer: &'a Composer,
    number: usize,
    wanted: &ModelExcerpt,
) -> Result<&'a Primer, RecipeError> {
    let excerpts = composer.excerpts();
    let Some(primer) = excerpts.get(number) else {
        return Err(RecipeError::OtherExcerpt {
            wanted: number.to_string(),
            found: format!("the model has only {}", excerpts.len()),
        });
    };
    if let Opening::Excerpt(found) = named(composer, number) {
        check_excerpt(wanted, &found)?;
    }
    Ok(primer)
}

/// An excerpt as recipes name it.
fn named(composer: &Composer, number: usize) -> Opening {
    let primer = &composer.excerpts()[number];
    Opening::Excerpt(ModelExcerpt {
        number: Some(number),
        source: Some(primer.source.clone()),
        fingerprint: Some(primer.fingerprint()),
    })
}

/// A model may have been exported with other excerpts.
fn check_excerpt(wanted: &ModelExcerpt, found: &ModelExcerpt) -> Result<(), RecipeError> {
    fn same<T: PartialEq>(wanted: &Option<T>, found: &Option<T>) -> bool {
        wanted.is_none() || wanted == found
    }
    if same(&wanted.number, &found.number)
        && same(&wanted.source, &found.source)
        && same(&wanted.fingerprint, &found.fingerprint)
    {
        return Ok(());
    }
    let words = |excerpt: &ModelExcerpt| {
        let number = excerpt.number.map(|number| number.to_string());
        let fingerprint = excerpt.fingerprint.as_ref().map(|digits| format!("({digits})"));
        let source = excerpt.source.as_ref().map(|source| format!("from {source}"));
        let words = [number, source, fingerprint];
        words.into_iter().flatten().collect::<Vec<_>>().join(" ")
    };
    let found = format!("this model carries {} there", words(found));
    Err(RecipeError::OtherExcerpt { wanted: words(wanted), found })
}

/// The last of the musician's own music: as much as a recipe carries.
fn last_steps(roll: &Roll) -> Roll {
    roll.excerpt(roll.len().saturating_sub(Recipe::MOST_OWN_STEPS), roll.len())
}

/// Music in whole measures continues in measures of whole 16ths.
fn measures_of_sixteenths(primer: &mut Primer) {
    let metre = primer.metre();
    if !metre.is_of_sixteenths() {
        primer.roll.change_metre(metre.in_sixteenths());
    }
}
