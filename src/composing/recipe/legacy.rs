//! The two formats that recipes had before formats had numbers: a line of `compose` and one of the
//! studio.

use super::{Choice, LeadIn, Opening, Recipe, RecipeError};
use crate::composing::Change;
use crate::composing::opening::{ModelExcerpt, PrimerFile};
use crate::primer::Record;
use crate::score::Metre;
use serde::Deserialize;

/// A recipe of `compose`. It names an excerpt by its piece only; the seed chooses it again.
#[derive(Deserialize)]
pub(super) struct ComposeRecipe {
    version: String,
    /// Name and fingerprint.
    model: String,
    #[serde(default)]
    learn: Vec<String>,
    seed: u64,
    temperature: f64,
    bars: usize,
    #[serde(default)]
    repeats: f64,
    #[serde(default)]
    metre_asked: Option<Metre>,
    #[serde(default)]
    key: Option<String>,
    #[serde(default)]
    tempo: Option<f64>,
    #[serde(default)]
    part: Option<u64>,
    #[serde(default)]
    best_of: Option<Choice>,
    /// The source of an excerpt, or the name of the musician's own music and its fingerprint.
    primer: String,
    #[serde(default)]
    own_primer: bool,
    with_primer: bool,
}

/// A recipe of the studio.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StudioScript {
    version: String,
    /// The fingerprint.
    model: String,
    seed: u64,
    opening: StudioOpening,
    repeats: f64,
    #[serde(default)]
    changes: Vec<Change>,
    /// Nothing had been heard yet if there are none.
    steps: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum StudioOpening {
    Kept(usize),
    Own(Box<Record>),
}

/// A name, and the fingerprint in parentheses behind it.
fn name_and_fingerprint(text: &str) -> Option<(String, String)> {
    let (name, fingerprint) = text.strip_suffix(')')?.rsplit_once(" (")?;
    Some((name.to_owned(), fingerprint.to_owned()))
}

impl ComposeRecipe {
    pub(super) fn into_recipe(self) -> Result<Recipe, RecipeError> {
        let no_fingerprint = |what: &str| {
            RecipeError::Text(format!("\"{what}\" has no fingerprint behind it in parentheses"))
        };
        let (model_name, model) =
            name_and_fingerprint(&self.model).ok_or_else(|| no_fingerprint(&self.model))?;
        let opening = match self.own_primer {
            true => {
                let (name, fingerprint) = name_and_fingerprint(&self.primer)
                    .ok_or_else(|| no_fingerprint(&self.primer))?;
                Opening::File(PrimerFile { name, fingerprint })
            }
            false => Opening::Excerpt(ModelExcerpt {
                source: Some(self.primer),
                ..ModelExcerpt::default()
            }),
        };
        let key = self.key.map(|key| key.parse()).transpose();
        Ok(Recipe {
            version: self.version,
            model: Some(model),
            model_name: Some(model_name),
            learn: self.learn,
            seed: self.seed,
            opening,
            lead_in: if self.with_primer { LeadIn::Whole } else { LeadIn::None },
            key: key.map_err(|error| RecipeError::Text(format!("{error}")))?,
            metre: self.metre_asked,
            tempo: self.tempo,
            temperature: self.temperature,
            repeats: self.repeats,
            changes: Vec::new(),
            bars: Some(self.bars),
            steps: None,
            part: self.part,
            best_of: self.best_of,
        })
    }
}

impl StudioScript {
    pub(super) fn into_recipe(self) -> Result<Recipe, RecipeError> {
        let (opening, lead_in) = match self.opening {
            StudioOpening::Kept(number) => (Opening::excerpt(number), LeadIn::None),
            StudioOpening::Own(own) => {
                // A tempo and a metre that a change could ask for.
                let primer = own.primer()?;
                let tempo = Some(60_000_000 / primer.roll.settled_tempo());
                Change { tempo, metre: Some(primer.metre()), ..Change::default() }.check()?;
                (Opening::Own(own), LeadIn::LastMeasures)
            }
        };
        Ok(Recipe {
            version: self.version,
            model: Some(self.model),
            opening,
            lead_in,
            changes: self.changes,
            steps: Some(self.steps).filter(|&steps| steps > 0),
            ..Recipe::new(self.seed).repeats(self.repeats)
        })
    }
}
