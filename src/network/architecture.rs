//! The architecture of a network: its layers, their sizes, its inputs and outputs.

use super::head::Heads;
use crate::attribute::Layout;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// The architecture of a biaxial LSTM network.
///
/// Time layers run along time and are shared by all keys. After a transpose, note layers run along
/// the keyboard. Dense layers end in the logits of the [heads](Self::heads) of each key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Architecture {
    /// The name of the layout of attributes, the inputs ([`Layout::name`]).
    pub layout: String,
    /// The units of each time layer; at least one layer.
    pub time: Vec<usize>,
    /// The units of each note layer; at least one layer.
    pub note: Vec<usize>,
    /// The units of each hidden dense layer (with tanh) before the logits; the article has none.
    pub dense: Vec<usize>,
    /// The dropout rate of the outputs of each LSTM layer in training, at least 0 and below 1.
    pub dropout: f32,
    /// Whether the network predicts if a sounding key is struck or held ([`Head::Articulate`]).
    /// Music that tells only what sounds, such as the sets of Boulanger-Lewandowski, cannot teach
    /// that. Without it a key counts as struck where it begins to sound and nowhere else, which
    /// costs no nats.
    ///
    /// [`Head::Articulate`]: super::Head::Articulate
    #[serde(default = "articulation_of_older_files")]
    pub articulation: bool,
}

/// Files without this key are from before it could be turned off.
fn articulation_of_older_files() -> bool {
    true
}

/// The architectures that the article compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// 300, 300 / 100, 50.
    Large,
    /// 150, 150 / 50, 25.
    Medium,
    /// 75, 75 / 25, 13.
    Small,
    /// As large, with a dropout rate of one half after each LSTM layer.
    Dropout,
}

impl Preset {
    /// All presets with their names.
    pub const ALL: [(&'static str, Preset); 4] = [
        ("large", Preset::Large),
        ("medium", Preset::Medium),
        ("small", Preset::Small),
        ("dropout", Preset::Dropout),
    ];

    /// The architecture, on the 78 attributes of the article.
    pub fn architecture(self) -> Architecture {
        let (time, note) = match self {
            Preset::Large | Preset::Dropout => ([300, 300], [100, 50]),
            Preset::Medium => ([150, 150], [50, 25]),
            Preset::Small => ([75, 75], [25, 13]),
        };
        Architecture {
            layout: Layout::ARTICLE.name.to_owned(),
            time: time.to_vec(),
            note: note.to_vec(),
            dense: Vec::new(),
            dropout: if self == Preset::Dropout { 0.5 } else { 0.0 },
            articulation: true,
        }
    }
}

impl FromStr for Preset {
    type Err = ArchitectureError;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let known = Self::ALL.iter().find(|(known, _)| *known == name);
        known.map(|(_, preset)| *preset).ok_or_else(|| ArchitectureError::Preset(name.to_owned()))
    }
}

/// Why an architecture is not valid.
#[derive(Debug, thiserror::Error)]
pub enum ArchitectureError {
    /// The name of a preset is unknown.
    #[error("there is no preset \"{0}\"; choose large, medium, small or dropout")]
    Preset(String),
    /// The name of a layout is unknown.
    #[error(
        "this version of deep-jammer does not know the attribute layout \"{0}\"; it knows: {names}",
        names = Layout::ALL.iter().map(|layout| layout.name).collect::<Vec<_>>().join(", ")
    )]
    Layout(String),
    /// A layer is missing, or has no units or too many.
    #[error("{0} layers need at least one layer and 1 to 4096 units each")]
    Units(&'static str),
    /// The dropout rate is out of range.
    #[error("dropout must be at least 0 and below 1, not {0}")]
    Dropout(f32),
}

impl Architecture {
    /// What the network predicts for every key.
    pub fn heads(&self) -> Heads {
        if self.articulation { Heads::PLAY_AND_ARTICULATE } else { Heads::PLAY }
    }

    /// Checks the architecture and finds its layout.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn check(&self) -> Result<Layout, ArchitectureError> {
        let valid = |units: &[usize]| units.iter().all(|units| (1..=4096).contains(units));
        if self.time.is_empty() || !valid(&self.time) {
            return Err(ArchitectureError::Units("time"));
        }
        if self.note.is_empty() || !valid(&self.note) {
            return Err(ArchitectureError::Units("note"));
        }
        if !valid(&self.dense) {
            return Err(ArchitectureError::Units("dense"));
        }
        if !(0.0..1.0).contains(&self.dropout) {
            return Err(ArchitectureError::Dropout(self.dropout));
        }
        Layout::named(&self.layout).ok_or_else(|| ArchitectureError::Layout(self.layout.clone()))
    }
}

impl fmt::Display for Architecture {
    /// In the notation of the article: `300,300/100,50`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list =
            |units: &[usize]| units.iter().map(usize::to_string).collect::<Vec<_>>().join(",");
        write!(f, "{}/{}", list(&self.time), list(&self.note))?;
        if !self.dense.is_empty() {
            write!(f, "/{}", list(&self.dense))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_presets_are_those_of_the_article() {
        let shape = |name: &str| name.parse::<Preset>().unwrap().architecture();
        assert_eq!(shape("large").to_string(), "300,300/100,50");
        assert_eq!(shape("medium").to_string(), "150,150/50,25");
        assert_eq!(shape("small").to_string(), "75,75/25,13");
        assert_eq!(shape("dropout").dropout, 0.5);
        assert!("huge".parse::<Preset>().unwrap_err().to_string().contains("large, medium"));
    }

    #[test]
    fn a_shape_that_cannot_be_built_is_refused() {
        let broken = |change: fn(&mut Architecture)| {
            let mut shape = Preset::Small.architecture();
            change(&mut shape);
            shape.check().unwrap_err().to_string()
        };
        assert!(broken(|shape| shape.time.clear()).starts_with("time"));
        assert!(broken(|shape| shape.note = vec![4, 0]).starts_with("note"));
        assert!(broken(|shape| shape.dropout = 1.0).contains("dropout"));
        assert!(broken(|shape| shape.layout = "wide2".into()).contains("wide2"));
    }
}
