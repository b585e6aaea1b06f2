//! Recipes as text.

use super::legacy::{ComposeRecipe, StudioScript};
use super::{LeadIn, Opening, Recipe, RecipeError};
use crate::composing::opening::PrimerFile;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::borrow::Cow;

/// How a recipe begins where it stands as a text in a MIDI file.
const PREFIX: &str = "deep-jammer ";

/// How one of the studio began before recipes had a format number.
const STUDIO_PREFIX: &str = "deep-jammer studio ";

/// The key of the format number.
const FORMAT_KEY: &str = "format";

/// A recipe with the number of its format.
#[derive(Serialize)]
struct Numbered<'a> {
    format: u64,
    #[serde(flatten)]
    recipe: &'a Recipe,
}

impl Recipe {
    /// The number of the format in which recipes are written. 1 stands for the two formats, of
    /// `compose` and of the studio, that had no number.
    pub const FORMAT: u64 = 2;

    /// Whether a text of a MIDI file looks like a recipe.
    pub fn is_in(text: &str) -> bool {
        text.starts_with(PREFIX)
    }

    /// The recipe as it stands in a MIDI file.
    pub fn to_text(&self) -> String {
        format!("{PREFIX}{}", self.to_json())
    }

    /// The recipe as a line of JSON. Music of the musician's own that is too long is named instead
    /// of carried.
    pub fn to_json(&self) -> String {
        let recipe: &Recipe = &self.abridged();
        serde_json::to_string(&Numbered { format: Self::FORMAT, recipe })
            .expect("a recipe is always text")
    }

    /// Reads a recipe of any format, with or without what stands before its JSON in a MIDI file.
    pub fn from_text(text: &str) -> Result<Recipe, RecipeError> {
        let (value, format) = parse(text)?;
        let recipe: Recipe = match format {
            Format::Compose => read::<ComposeRecipe>(value)?.into_recipe()?,
            Format::Studio => read::<StudioScript>(value)?.into_recipe()?,
            Format::Number(Self::FORMAT) => read(value)?,
            Format::Number(other) => return Err(RecipeError::Format(other)),
        };
        recipe.check()?;
        Ok(recipe)
    }

    /// A recipe as it stands, or stood, in a MIDI file, from that or from its JSON alone: word for
    /// word what was given.
    pub fn line_of(text: &str) -> Result<String, RecipeError> {
        let text = text.trim();
        if text.starts_with(PREFIX) {
            return Ok(text.to_owned());
        }
        let prefix = match parse(text)?.1 {
            Format::Studio => STUDIO_PREFIX,
            _ => PREFIX,
        };
        Ok(format!("{prefix}{text}"))
    }

    fn abridged(&self) -> Cow<'_, Recipe> {
        let Opening::Own(own) = &self.opening else { return Cow::Borrowed(self) };
        if self.lead_in == LeadIn::LastMeasures || own.steps() <= Self::MOST_OWN_STEPS {
            return Cow::Borrowed(self);
        }
        let Ok(primer) = own.primer() else { return Cow::Borrowed(self) };
        let file = PrimerFile { name: own.source().to_owned(), fingerprint: primer.fingerprint() };
        Cow::Owned(Recipe { opening: Opening::File(file), ..self.clone() })
    }
}

/// The formats that there are.
enum Format {
    Compose,
    Studio,
    Number(u64),
}

/// The JSON of a recipe without its format number, and the format.
fn parse(text: &str) -> Result<(Value, Format), RecipeError> {
    let text = text.trim();
    let json = text.strip_prefix(STUDIO_PREFIX).or_else(|| text.strip_prefix(PREFIX));
    let mut value: Value = serde_json::from_str(json.unwrap_or(text)).map_err(no_recipe)?;
    let Some(entries) = value.as_object_mut() else {
        return Err(RecipeError::Text("it is not a JSON object".to_owned()));
    };
    let format = match entries.remove(FORMAT_KEY) {
        Some(number) => Format::Number(number.as_u64().unwrap_or(0)),
        None if entries.contains_key("opening") => Format::Studio,
        None => Format::Compose,
    };
    Ok((value, format))
}

fn read<T: DeserializeOwned>(value: Value) -> Result<T, RecipeError> {
    serde_json::from_value(value).map_err(no_recipe)
}

fn no_recipe(error: serde_json::Error) -> RecipeError {
    RecipeError::Text(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::super::Choice;
    use super::*;
    use crate::composing::{Change, ModelExcerpt};
    use crate::primer::{Primer, Record};
    use crate::roll::{Keys, Roll, Step};

    fn primer(steps: usize) -> Primer {
        let mut roll = Roll::new("3/4".parse().unwrap());
        let keys = Keys::from_iter([39, 43]);
        (0..steps).for_each(|_| roll.push(Step { play: keys, articulate: Keys::NONE }));
        Primer { source: "Bach's \"fugue\"".into(), roll }
    }

    /// As a composer would have filled it in.
    fn recipe() -> Recipe {
        Recipe {
            model: Some("1a2b3c4d5e6f".into()),
            model_name: Some("run".into()),
            opening: Opening::Excerpt(ModelExcerpt {
                number: Some(3),
                source: Some("bach/fugue".into()),
                fingerprint: Some("0123456789ab".into()),
            }),
            lead_in: LeadIn::Whole,
            key: Some("F minor".parse().unwrap()),
            metre: Some("6/8".parse().unwrap()),
            tempo: Some(92.5),
            part: Some(3),
            best_of: Some(Choice { of: 8, seed: 5, verdict: "no faults".into() }),
            ..Recipe::new(u64::MAX).bars(16).temperature(0.95)
        }
    }

    #[test]
    fn a_recipe_can_be_read_again() {
        let whole = recipe();
        assert_eq!(Recipe::from_text(&whole.to_text()).unwrap(), whole);
        assert_eq!(Recipe::from_text(&whole.to_json()).unwrap(), whole);
        assert!(whole.to_text().starts_with("deep-jammer {\"format\":2,\"version\":"));
        assert_eq!(Recipe::line_of(&whole.to_json()).unwrap(), whole.to_text());
    }

    #[test]
    fn a_script_survives_being_written_down() {
        let shaped = Recipe {
            changes: vec![
                Change { step: 0, temperature: Some(0.9), tempo: Some(96), ..Change::default() },
                Change { step: 24, metre: Some("6/8".parse().unwrap()), ..Change::default() },
                Change { step: 36, seed: Some(7), density: Some(1.5), ..Change::default() },
            ],
            lead_in: LeadIn::LastMeasures,
            steps: Some(96),
            ..Recipe::new(7).after(&primer(9))
        };
        let read = Recipe::from_text(&shaped.to_text()).unwrap();
        assert_eq!(read, shaped);
        let Opening::Own(own) = &read.opening else { panic!("{read:?}") };
        assert_eq!(own.primer().unwrap(), primer(9));
    }

    #[test]
    fn music_that_is_too_long_for_a_recipe_is_named_and_can_be_supplied() {
        let short = Recipe::new(1).bars(2).after(&primer(512));
        assert_eq!(Recipe::from_text(&short.to_text()).unwrap(), short);
        let long = primer(513);
        let recipe = Recipe::new(1).bars(2).after(&long);
        let mut read = Recipe::from_text(&recipe.to_text()).unwrap();
        let (name, fingerprint) = (long.source.clone(), long.fingerprint());
        assert_eq!(read.opening, Opening::File(PrimerFile { name, fingerprint }));
        let error = read.supply(&primer(514)).unwrap_err().to_string();
        assert!(error.contains(&long.fingerprint()), "{error}");
        read.supply(&long).unwrap();
        assert_eq!(read, recipe);
        assert!(matches!(read.supply(&long), Err(RecipeError::NeedsNoPrimer)));
    }

    #[test]
    fn a_recipe_of_compose_from_before_formats_had_numbers_is_read() {
        let line = r#"deep-jammer {"version":"0.1.0","model":"run (1) (1a2b3c4d5e6f)","seed":7,
            "temperature":0.95,"bars":2,"repeats":0.5,"metre":"3/4","metre_asked":"3/4",
            "key":"D major","tempo":92.5,"best_of":{"of":8,"seed":5,"verdict":"no faults"},
            "primer":"pieces/minuet","moved":2,"with_primer":true}"#;
        let read = Recipe::from_text(line).unwrap();
        let excerpt = ModelExcerpt { source: Some("pieces/minuet".into()), ..Default::default() };
        let expected = Recipe {
            version: "0.1.0".into(),
            model: Some("1a2b3c4d5e6f".into()),
            model_name: Some("run (1)".into()),
            opening: Opening::Excerpt(excerpt),
            lead_in: LeadIn::Whole,
            key: Some("D major".parse().unwrap()),
            metre: Some("3/4".parse().unwrap()),
            tempo: Some(92.5),
            best_of: Some(Choice { of: 8, seed: 5, verdict: "no faults".into() }),
            ..Recipe::new(7).bars(2).temperature(0.95).repeats(0.5)
        };
        assert_eq!(read, expected);
        assert_eq!(Recipe::line_of(line).unwrap(), line);
        let own = r#"{"version":"0.1.0","model":"markov (1a2b3c4d5e6f)","learn":["a","b"],"seed":7,
            "temperature":1.0,"bars":2,"metre":"3/4","primer":"mine (0123456789ab)",
            "own_primer":true,"with_primer":false}"#;
        let read = Recipe::from_text(own).unwrap();
        let file = PrimerFile { name: "mine".into(), fingerprint: "0123456789ab".into() };
        assert_eq!((&read.opening, read.lead_in), (&Opening::File(file), LeadIn::None));
        assert_eq!((read.learn.len(), read.repeats), (2, 0.0), "of an older version");
        assert_eq!(Recipe::line_of(own).unwrap(), format!("deep-jammer {own}"));
    }

    #[test]
    fn a_recipe_of_the_studio_from_before_formats_had_numbers_is_read() {
        let line = r#"deep-jammer studio {"version":"0.1.0","model":"1a2b3c4d5e6f","seed":3,"opening":
            {"kept":8},"repeats":0.32,"changes":[{"step":0,"temperature":0.9}],"steps":159}"#;
        let read = Recipe::from_text(line).unwrap();
        assert_eq!(read.model.as_deref(), Some("1a2b3c4d5e6f"));
        assert_eq!((read.opening, read.lead_in), (Opening::excerpt(8), LeadIn::None));
        assert_eq!((read.changes.len(), read.bars, read.steps), (1, None, Some(159)));
        let bare = line.strip_prefix("deep-jammer studio ").unwrap();
        assert_eq!(Recipe::line_of(bare).unwrap(), line);
        let own = Box::new(Record::of(&primer(900)));
        let json = serde_json::to_string(&own).unwrap();
        let line = format!(
            r#"{{"version":"0.1.0","model":"m","seed":3,"opening":{{"own":{json}}},"repeats":0.32,
            "steps":0}}"#
        );
        let read = Recipe::from_text(&line).unwrap();
        assert_eq!((read.opening, read.lead_in), (Opening::Own(own), LeadIn::LastMeasures));
        assert_eq!(read.steps, None);
    }

    #[test]
    fn what_cannot_be_played_is_refused_with_a_rule() {
        let refused =
            |recipe: Recipe| Recipe::from_text(&recipe.to_text()).unwrap_err().to_string();
        let changed = |change: Change| refused(Recipe { changes: vec![change], ..recipe() });
        let none = Change::default();
        assert!(changed(Change { temperature: Some(0.1), ..none }).contains("temperature"));
        assert!(changed(Change { density: Some(11.0), ..none }).contains("density"));
        assert!(changed(Change { tempo: Some(1000), ..none }).contains("tempo"));
        let metre = Some("1/16".parse().unwrap());
        assert!(changed(Change { metre, ..none }).contains("sixteenths"));
        let changes = vec![Change { step: 9, ..none }, none];
        assert!(refused(Recipe { changes, ..recipe() }).contains("order"));
        assert!(refused(recipe().temperature(0.0)).contains("temperature"));
        assert!(refused(recipe().repeats(1.0)).contains("repeated"));
        assert!(refused(Recipe { steps: Some(9), ..recipe() }).contains("both"));
        assert!(refused(Recipe { bars: Some(0), ..recipe() }).contains("bars"));
        assert!(refused(Recipe { part: Some(0), ..recipe() }).contains("counted from 1"));
    }

    #[test]
    fn what_is_no_recipe_is_refused() {
        let no_recipe = |text: &str| {
            let error = Recipe::from_text(text).unwrap_err();
            assert!(matches!(error, RecipeError::Text(_)), "{text}: {error}");
        };
        ["anything else", "{", "{}", "[1]", "deep-jammer "].into_iter().for_each(no_recipe);
        no_recipe(&recipe().to_text().replace("\"seed\"", "\"sead\""));
        let later = recipe().to_text().replace("\"format\":2", "\"format\":3");
        let error = Recipe::from_text(&later).unwrap_err().to_string();
        assert!(error.contains("format 3") && error.contains("newer version"), "{error}");
    }
}
