//! The configuration of a run, every default spelled out.

use super::config_error::ConfigError;
use super::settings::{Settings, flattened, read_text};
use crate::network::Architecture;
use crate::training::TrainingSettings;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The version of the format.
const FORMAT: u32 = 1;

/// How many epochs a training has where neither their number nor hours are given.
pub const DEFAULT_EPOCHS: u64 = 4000;

/// How many epochs the article trained.
pub const ARTICLE_EPOCHS: u64 = 5000;

/// All that a run does, but for what has no influence on its result. In the run's folder it is
/// `config.toml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The version of the format.
    pub format: u32,
    /// What is learned from.
    pub corpus: CorpusChoice,
    /// The shape of the network.
    pub architecture: Architecture,
    /// How it learns.
    pub training: TrainingSettings,
    /// When it has learned enough.
    pub goal: Goal,
    /// What is kept on the way.
    #[serde(rename = "keeping")]
    pub retention: Retention,
    /// What it begins with.
    pub start: Beginning,
}

/// What is learned from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorpusChoice {
    /// MIDI files, and folders to search for them.
    pub paths: Vec<PathBuf>,
    /// The share of the pieces that is held out, 0 to under 1.
    pub validation: f64,
}

/// When a training ends: at whatever is reached first. One of epochs and hours is given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Goal {
    /// Batches worked on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epochs: Option<u64>,
    /// Hours of training, those before a resume included.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<f64>,
    /// Validations in a row that were no better than the best.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patience: Option<u64>,
}

/// What is kept on the way, and how often, in epochs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// From one validation to the next (closer at the start); 0 stands for an interval at which
    /// validation takes about a tenth of the time, and is replaced by it.
    pub validate_every: u64,
    /// From one composition to the next; 0 for none.
    pub sample_every: u64,
    /// From one checkpoint to the next.
    pub checkpoint_every: u64,
    /// How many checkpoints are kept.
    pub checkpoints: usize,
    /// Whether the model carries the music that it has learned from, so that copies can be told
    /// wherever it goes.
    #[serde(default = "carried")]
    #[serde(rename = "repertoire")]
    pub training_music: bool,
}

/// What holds where a configuration is older than the setting.
fn carried() -> bool {
    true
}

/// What a training begins with.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Beginning {
    /// The model whose weights are gone on from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<PathBuf>,
    /// Its fingerprint.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_fingerprint: Option<String>,
    /// Whether its dense layers are drawn anew.
    pub reset_dense: bool,
}

/// A setting that is not the same in two configurations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The setting, as `training.batch`.
    pub key: String,
    /// What it is in the first, `none` where it is not given.
    pub first: String,
    /// What it is in the second.
    pub second: String,
}

impl Config {
    /// The recipe of this program; it says nothing of its corpus and its goal yet.
    pub fn standard(architecture: Architecture) -> Config {
        let training = TrainingSettings::standard(&architecture);
        Config::new(architecture, training)
    }

    /// The recipe of the article; it says nothing of its corpus and its goal yet.
    pub fn article(architecture: Architecture) -> Config {
        Config::new(architecture, TrainingSettings::article())
    }

    fn new(architecture: Architecture, training: TrainingSettings) -> Config {
        Config {
            format: FORMAT,
            corpus: CorpusChoice { paths: Vec::new(), validation: 0.1 },
            architecture,
            training,
            goal: Goal { epochs: None, hours: None, patience: None },
            retention: Retention {
                validate_every: 0,
                sample_every: 100,
                checkpoint_every: 100,
                checkpoints: 2,
                training_music: carried(),
            },
            start: Beginning::default(),
        }
    }

    /// Reads a run's `config.toml`.
    pub fn read(path: &Path) -> Result<Config, ConfigError> {
        let text = read_text(path)?;
        let settings = Settings::from_toml(path, &text)?;
        if let Some(found) = settings.format().filter(|&found| found != i64::from(FORMAT)) {
            return Err(ConfigError::Version { path: path.to_owned(), found, supported: FORMAT });
        }
        let config: Config = toml::from_str(&text).map_err(|error| {
            let line = error.span().map_or(1, |span| 1 + text[..span.start].matches('\n').count());
            let place = format!("{}, line {line}", path.display());
            ConfigError::Setting { place, what: error.message().to_owned() }
        })?;
        config.check()?;
        Ok(config)
    }

    /// What `config.toml` holds.
    pub fn to_toml(&self) -> String {
        let mut text = String::from(
            "# All settings of a training run of Deep Jammer, every default spelled out. Another run can\n\
             # take its settings from this file.\n",
        );
        text += &format!("format = {}\n", self.format);
        let mut section = |comment: &str, text_of: String, missing: &[(&str, bool)]| {
            text += &format!("\n# {comment}\n{text_of}");
            for (key, _) in missing.iter().filter(|(_, missing)| *missing) {
                text += &format!("# {key}: none\n");
            }
        };
        let Goal { epochs, hours, patience } = &self.goal;
        let none = |key, value: bool| (key, value);
        section(
            "What is learned from, and the share of the pieces that is held out.",
            toml_of("corpus", &self.corpus),
            &[],
        );
        section(
            "The network: what it is told, units of its layers, the share that is dropped in training.",
            toml_of("architecture", &self.architecture),
            &[],
        );
        section(
            "How it learns. Segments are in 16ths, warmup and decay in epochs (0: none).",
            toml_of("training", &self.training),
            &[],
        );
        section(
            "When it ends: after so many epochs, so many hours, or so many validations without a \
             better one.",
            toml_of("goal", &self.goal),
            &[
                none("epochs", epochs.is_none()),
                none("hours", hours.is_none()),
                none("patience", patience.is_none()),
            ],
        );
        section(
            "How often it is validated, composes and is saved, in epochs, how many checkpoints stay, and\n\
             # whether the model carries the music that it has learned from, so that copies can be told.",
            toml_of("keeping", &self.retention),
            &[],
        );
        section(
            "The model whose weights it goes on from, and whether the dense layers are drawn anew.",
            toml_of("start", &self.start),
            &[none("from", self.start.from.is_none())],
        );
        text
    }

    /// Says what is wrong with the settings, if something is.
    pub fn check(&self) -> Result<(), ConfigError> {
        self.architecture.check()?;
        self.training.check()?;
        let range = |good: bool, name, allowed, value: &dyn ToString| match good {
            true => Ok(()),
            false => Err(ConfigError::Range { name, allowed, value: value.to_string() }),
        };
        let CorpusChoice { validation, .. } = self.corpus;
        range((0.0..1.0).contains(&validation), "validation", "0 to under 1", &validation)?;
        let epochs = self.goal.epochs.unwrap_or(1);
        range(epochs >= 1, "epochs", "at least 1", &epochs)?;
        let hours = self.goal.hours.unwrap_or(1.0);
        range(hours.is_finite() && hours > 0.0, "hours", "more than 0", &hours)?;
        let patience = self.goal.patience.unwrap_or(1);
        range(patience >= 1, "patience", "at least 1", &patience)?;
        let Retention { checkpoint_every, checkpoints, .. } = self.retention;
        range(checkpoint_every >= 1, "checkpoint_every", "at least 1", &checkpoint_every)?;
        range(checkpoints >= 1, "checkpoints", "at least 1", &checkpoints)
    }

    /// Changes settings.
    pub fn set(&mut self, settings: &Settings) -> Result<(), ConfigError> {
        *self = settings.applied_to(self)?;
        Ok(())
    }

    /// All settings that are not the same in another configuration.
    pub fn differences(&self, other: &Config) -> Vec<Difference> {
        let mut pairs: BTreeMap<String, [Option<String>; 2]> = BTreeMap::new();
        for (side, config) in [self, other].into_iter().enumerate() {
            for (key, value) in flattened(config) {
                pairs.entry(key).or_default()[side] = Some(value);
            }
        }
        let none = || "none".to_owned();
        pairs
            .into_iter()
            .filter(|(_, [first, second])| first != second)
            .map(|(key, [first, second])| Difference {
                key,
                first: first.unwrap_or_else(none),
                second: second.unwrap_or_else(none),
            })
            .collect()
    }
}

fn toml_of<T: Serialize>(name: &str, section: &T) -> String {
    let section = BTreeMap::from([(name, section)]);
    toml::to_string(&section).expect("settings are always TOML")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Preset;

    fn config() -> Config {
        let mut config = Config::article(Preset::Small.architecture());
        config.corpus.paths = vec!["/music/a \"b\"".into()];
        config.goal.hours = Some(1.5);
        config
    }

    fn read_back(text: &str) -> Result<Config, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, text).unwrap();
        Config::read(&path)
    }

    #[test]
    fn a_configuration_comes_back_as_it_was_written() {
        assert_eq!(read_back(&config().to_toml()).unwrap(), config());
        let mut other = config();
        other.goal = Goal { epochs: Some(7), hours: None, patience: Some(3) };
        other.training.optimiser = crate::training::OptimiserSettings::adam(0.003);
        other.training.ema_decay = 0.999;
        other.start.from = Some("/models/a.safetensors".into());
        assert_eq!(read_back(&other.to_toml()).unwrap(), other);
    }

    #[test]
    fn a_file_from_before_models_carried_music_is_read() {
        let text = config().to_toml().replace("repertoire = true\n", "");
        assert!(text != config().to_toml());
        assert_eq!(read_back(&text).unwrap(), config());
    }

    #[test]
    fn every_section_of_the_file_is_explained() {
        let text = config().to_toml();
        let lines: Vec<_> = text.lines().collect();
        for section in ["corpus", "architecture", "training", "goal", "keeping", "start"] {
            let at = lines.iter().position(|line| *line == format!("[{section}]")).unwrap();
            assert!(lines[at - 1].starts_with("# "), "{section}");
        }
        assert!(text.contains("# epochs: none") && text.contains("rho = 0.95"), "{text}");
    }

    #[test]
    fn a_file_of_another_format_is_refused_by_its_number() {
        let text = config().to_toml().replace("format = 1", "format = 9\nnew = 1");
        let error = read_back(&text).unwrap_err().to_string();
        assert!(error.contains("format 9"), "{error}");
    }

    #[test]
    fn differences_are_named_with_both_values() {
        let mut other = config();
        other.training.clip = 0.1;
        other.goal.hours = None;
        let found = config().differences(&other);
        let expected = [("goal.hours", "1.5", "none"), ("training.clip", "5.0", "0.1")];
        let expected = expected.map(|(key, first, second)| Difference {
            key: key.into(),
            first: first.into(),
            second: second.into(),
        });
        assert_eq!(found, expected);
    }
}
