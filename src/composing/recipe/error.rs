//! Why a recipe cannot be played.

use crate::composing::opening::PrimerFile;
use crate::primer::{PrimerError, SelectionError};

/// Why a recipe cannot be read or played.
#[derive(Debug, thiserror::Error)]
pub enum RecipeError {
    /// The text is no recipe.
    #[error("this is no recipe of Deep Jammer: {0}; copy the whole line")]
    Text(String),
    /// It is in a format of a later version.
    #[error(
        "this recipe is in format {0}, and this version of the program reads formats up to {latest}; \
         use a newer version",
        latest = super::Recipe::FORMAT
    )]
    Format(u64),
    /// Some number is out of bounds.
    #[error("{0}")]
    OutOfBounds(&'static str),
    /// It does not say how long the piece is.
    #[error("this recipe does not say how long the piece is")]
    NoLength,
    /// It is for another model.
    #[error(
        "this recipe is for the model {}, not for {found}",
        match .name {
            Some(name) => format!("{name} ({wanted})"),
            None => wanted.clone(),
        }
    )]
    OtherModel {
        /// The fingerprint of the model that the recipe is for.
        wanted: String,
        /// What that model was called.
        name: Option<String>,
        /// The fingerprint of the model at hand.
        found: String,
    },
    /// The model does not carry the excerpt.
    #[error(
        "this recipe begins with excerpt {wanted}, and {found}; use the model file that the recipe \
         was made with"
    )]
    OtherExcerpt {
        /// The excerpt that the recipe names.
        wanted: String,
        /// What the model carries instead.
        found: String,
    },
    /// The musician's own music cannot be read.
    #[error(transparent)]
    Primer(#[from] PrimerError),
    /// No primer will do.
    #[error(transparent)]
    Selection(#[from] SelectionError),
    /// The musician's own music is only named.
    #[error(
        "this recipe continues from your file \"{}\" (fingerprint {}), which is too long to be part \
         of the recipe; give that file, too",
        .0.name, .0.fingerprint
    )]
    PrimerMissing(PrimerFile),
    /// Other music was given than the recipe names.
    #[error(
        "this recipe continues from \"{}\" with the fingerprint {}, and the music given has the \
         fingerprint {found}; give the file that the recipe was made with",
        file.name, file.fingerprint
    )]
    OtherPrimer {
        /// What the recipe names.
        file: PrimerFile,
        /// The fingerprint of the music that was given.
        found: String,
    },
    /// Music was given that the recipe does not ask for.
    #[error("this recipe needs no other music")]
    NeedsNoPrimer,
    /// The caller did not want to go on.
    #[error("interrupted")]
    Interrupted,
}
