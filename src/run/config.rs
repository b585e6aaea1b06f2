//! The configuration of a run, with every default spelled out.

use super::config_error::ConfigError;
use super::settings::{Settings, flattened, read_text};
use crate::network::Architecture;
use crate::training::TrainingSettings;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The version of the format.
const FORMAT: u32 = 1;

/// How many epochs to train if neither epochs nor hours are given.
pub const DEFAULT_EPOCHS: u64 = 4000;

/// How many epochs the article trained for.
pub const ARTICLE_EPOCHS: u64 = 5000;

/// All settings that influence a run's result: the content of `config.toml` in the run's
/// folder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The version of the format.
    pub format: u32,
    /// The music.
    pub corpus: CorpusSettings,
    /// The shape of the network.
    pub architecture: Architecture,
    /// How the network is trained.
    pub training: TrainingSettings,
    /// When training ends.
    pub goal: Goal,
    /// What the run keeps, and how often.
    #[serde(rename = "keeping")]
    pub retention: Retention,
    /// How the weights are initialised.
    pub start: Initialization,
}

/// The music that a run uses.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorpusSettings {
    /// MIDI files, and folders to search for them.
    pub paths: Vec<PathBuf>,
    /// The share of the pieces that is held out, 0 to under 1.
    pub validation: f64,
}

/// When training ends: at whichever limit is reached first. Either epochs or hours are given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Goal {
    /// How many epochs (batches) to train.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub epochs: Option<u64>,
    /// How many hours to train, including those before a resume.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hours: Option<f64>,
    /// How many validations in a row may fail to improve on the best (early stopping).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patience: Option<u64>,
}

/// What a run keeps, and how often. Intervals are in epochs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// From one validation to the next (the first ones are closer together). With 0 the
    /// program chooses an interval at which validation takes about a tenth of the time, and
    /// records that.
    pub validate_every: u64,
    /// From one sample composition to the next; 0 for none.
    pub sample_every: u64,
    /// From one checkpoint to the next.
    pub checkpoint_every: u64,
    /// How many checkpoints are kept.
    pub checkpoints: usize,
    /// Whether the model carries its training music, so that copies can be found wherever
    /// the model goes.
    #[serde(default = "carried")]
    #[serde(rename = "repertoire")]
    pub training_music: bool,
}

/// The default for configurations that are older than this setting.
fn carried() -> bool {
    true
}

/// How the weights are initialised.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Initialization {
    /// The model whose weights the training begins with; random weights if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<PathBuf>,
    /// The fingerprint of that model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_fingerprint: Option<String>,
    /// Whether the dense layers get random weights all the same.
    pub reset_dense: bool,
}

/// A setting that differs between two configurations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingDifference {
    /// The key of the setting, such as `training.batch`.
    pub key: String,
    /// Its value in the first configuration; `none` if it has none.
    pub first: String,
    /// Its value in the second.
    pub second: String,
}

impl Config {
    /// The program's default settings; the corpus and the goal are still empty.
    pub fn standard(architecture: Architecture) -> Config {
        let training = TrainingSettings::standard(&architecture);
        Config::new(architecture, training)
    }

    /// The article's settings; the corpus and the goal are still empty.
    pub fn article(architecture: Architecture) -> Config {
        Config::new(architecture, TrainingSettings::article())
    }

    fn new(architecture: Architecture, training: TrainingSettings) -> Config {
        Config {
            format: FORMAT,
            corpus: CorpusSettings { paths: Vec::new(), validation: 0.1 },
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
            start: Initialization::default(),
        }
    }

    /// Reads a run's `config.toml`.
    pub fn read(path: &Path) -> Result<Config, ConfigError> {
        Config::from_toml(path, &read_text(path)?)
    }

    /// Reads the text of a `config.toml`. The path is for errors.
    pub fn from_toml(path: &Path, text: &str) -> Result<Config, ConfigError> {
        let settings = Settings::from_toml(path, text)?;
        if let Some(found) = settings.format().filter(|&found| found != i64::from(FORMAT)) {
            return Err(ConfigError::Version { path: path.to_owned(), found, supported: FORMAT });
        }
        let config: Config = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| 1 + text[..span.start].matches('\n').count());
            let place = format!("{}, line {line}", path.display());
            ConfigError::Setting { place, what: error.message().to_owned() }
        })?;
        config.check()?;
        Ok(config)
    }

    /// The content of `config.toml`. The configuration must be [valid](Self::check).
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
            "The music, and the share of the pieces that is held out.",
            toml_of("corpus", &self.corpus),
            &[],
        );
        section(
            "The network: its attribute layout, the units of its layers, and dropout.",
            toml_of("architecture", &self.architecture),
            &[],
        );
        section(
            "Training. Segments are in 16ths, warmup and decay in epochs (0: none).",
            toml_of("training", &self.training),
            &[],
        );
        section(
            "When training ends: after this many epochs or hours, or after this many validations in a row \
             without improvement (patience).",
            toml_of("goal", &self.goal),
            &[
                none("epochs", epochs.is_none()),
                none("hours", hours.is_none()),
                none("patience", patience.is_none()),
            ],
        );
        section(
            "How often to validate, to compose a sample and to save a checkpoint, in epochs; how many\n\
             # checkpoints to keep; whether the model carries its training music, to find copies.",
            toml_of("keeping", &self.retention),
            &[],
        );
        section(
            "The model whose weights training begins with, and whether its dense layers are reset.",
            toml_of("start", &self.start),
            &[none("from", self.start.from.is_none())],
        );
        text
    }

    /// Checks that every setting is within its range.
    pub fn check(&self) -> Result<(), ConfigError> {
        self.architecture.check()?;
        self.training.check()?;
        let range = |good: bool, name, allowed, value: &dyn ToString| match good {
            true => Ok(()),
            false => Err(ConfigError::Range { name, allowed, value: value.to_string() }),
        };
        let CorpusSettings { validation, .. } = self.corpus;
        range((0.0..1.0).contains(&validation), "validation", "0 to under 1", &validation)?;
        let epochs = self.goal.epochs.unwrap_or(1);
        range(epochs >= 1, "epochs", "at least 1", &epochs)?;
        let hours = self.goal.hours.unwrap_or(1.0);
        range(hours.is_finite() && hours > 0.0, "hours", "more than 0", &hours)?;
        let patience = self.goal.patience.unwrap_or(1);
        range(patience >= 1, "patience", "at least 1", &patience)?;
        let Retention { checkpoint_every, checkpoints, .. } = self.retention;
        range(checkpoint_every >= 1, "checkpoint_every", "at least 1", &checkpoint_every)?;
        range(checkpoints >= 1, "checkpoints", "at least 1", &checkpoints)?;
        let paths = self.corpus.paths.iter().chain(&self.start.from);
        if let Some(path) = paths.into_iter().find(|path| path.to_str().is_none()) {
            return Err(ConfigError::Path(path.clone()));
        }
        let TrainingSettings { seed, warmup, decay_after, .. } = self.training;
        let Retention { validate_every, sample_every, .. } = self.retention;
        let integers = [
            ("seed", seed),
            ("warmup", warmup),
            ("decay_after", decay_after),
            ("epochs", epochs),
            ("patience", patience),
            ("validate_every", validate_every),
            ("sample_every", sample_every),
            ("checkpoint_every", checkpoint_every),
            ("checkpoints", checkpoints as u64),
        ];
        integers.into_iter().try_for_each(|(name, value)| {
            range(value <= i64::MAX as u64, name, "less than 2⁶³, where TOML ends", &value)
        })
    }

    /// Changes settings.
    pub fn set(&mut self, settings: &Settings) -> Result<(), ConfigError> {
        *self = settings.applied_to(self)?;
        Ok(())
    }

    /// All settings that differ from another configuration.
    pub fn differences(&self, other: &Config) -> Vec<SettingDifference> {
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
            .map(|(key, [first, second])| SettingDifference {
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
        let expected = expected.map(|(key, first, second)| SettingDifference {
            key: key.into(),
            first: first.into(),
            second: second.into(),
        });
        assert_eq!(found, expected);
    }
}
