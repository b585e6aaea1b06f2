//! Some settings of a configuration, from a file or the command line.

use super::config_error::ConfigError;
use crate::training::OptimiserSettings;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::path::Path;
use toml::de::{DeTable, DeValue};
use toml::{Table, Value};

/// Settings by key, such as `training.batch`, each with the place that it comes from.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Settings {
    settings: Vec<Setting>,
}

#[derive(Debug, Clone, PartialEq)]
struct Setting {
    key: String,
    value: Value,
    place: String,
}

/// The setting that determines which other settings exist.
const OPTIMISER: &str = "training.optimiser.name";

impl Settings {
    /// The settings in a TOML file, which need not contain all.
    pub fn read(path: &Path) -> Result<Settings, ConfigError> {
        Settings::from_toml(path, &read_text(path)?)
    }

    /// The settings in a file's text.
    pub(super) fn from_toml(path: &Path, text: &str) -> Result<Settings, ConfigError> {
        let place = |at: usize| {
            let line = 1 + text[..at.min(text.len())].matches('\n').count();
            format!("{}, line {line}", path.display())
        };
        let failed = |error: toml::de::Error| ConfigError::Setting {
            place: place(error.span().map_or(0, |span| span.start)),
            what: error.message().to_owned(),
        };
        let spans = DeTable::parse(text).map_err(failed)?;
        let values: Table = toml::from_str(text).map_err(failed)?;
        let mut settings = Settings::default();
        settings.collect("", spans.get_ref(), &values, &place);
        Ok(settings)
    }

    fn collect(
        &mut self,
        above: &str,
        spans: &DeTable<'_>,
        values: &Table,
        place: &dyn Fn(usize) -> String,
    ) {
        for (name, span) in spans {
            let key = format!("{above}{}", name.get_ref());
            let Some(value) = values.get(name.get_ref().as_ref()) else { continue };
            match (span.get_ref(), value) {
                (DeValue::Table(spans), Value::Table(values)) if !values.is_empty() => {
                    self.collect(&format!("{key}."), spans, values, place);
                }
                _ => {
                    let (value, place) = (value.clone(), place(name.span().start));
                    self.settings.push(Setting { key, value, place });
                }
            }
        }
    }

    /// Adds a setting that was given by an option.
    pub fn insert(&mut self, option: &str, key: &str, value: impl Into<Value>) {
        let (key, place) = (key.to_owned(), option.to_owned());
        self.settings.push(Setting { key, value: value.into(), place });
    }

    /// The format version that a file states.
    pub(super) fn format(&self) -> Option<i64> {
        self.settings.iter().find(|setting| setting.key == "format")?.value.as_integer()
    }

    /// A configuration with these settings applied.
    pub(super) fn applied_to<T>(&self, config: &T) -> Result<T, ConfigError>
    where
        T: Clone + Serialize + DeserializeOwned,
    {
        let mut table = table(config);
        let mut config = config.clone();
        // The optimiser's name comes first, because it determines which settings exist.
        let (names, others): (Vec<_>, Vec<_>) =
            self.settings.iter().partition(|setting| setting.key == OPTIMISER);
        for Setting { key, value, place } in names.into_iter().chain(others) {
            let failed = |what: String| {
                let what = format!("{key}: {}", what.lines().next().unwrap_or_default());
                ConfigError::Setting { place: place.clone(), what }
            };
            if key == OPTIMISER {
                let name = value.as_str().ok_or_else(|| failed("must be a text".to_owned()))?;
                let rule = OptimiserSettings::named(name).map_err(|e| failed(e.to_string()))?;
                let rule = Table::try_from(rule).expect("settings are always TOML");
                let training = table["training"].as_table_mut().expect("a section");
                if training["optimiser"]["name"] != *value {
                    training.insert("optimiser".to_owned(), rule.into());
                }
            } else {
                set(&mut table, key, value);
            }
            config = table
                .clone()
                .try_into()
                .map_err(|error: toml::de::Error| failed(error.message().to_owned()))?;
        }
        Ok(config)
    }
}

/// The text of a file of settings.
pub(super) fn read_text(path: &Path) -> Result<String, ConfigError> {
    std::fs::read_to_string(path)
        .map_err(|reason| ConfigError::System { path: path.to_owned(), reason })
}

fn table(config: &impl Serialize) -> Table {
    Table::try_from(config).expect("settings are always TOML")
}

fn set(table: &mut Table, key: &str, value: &Value) {
    match key.split_once('.') {
        None => match value {
            // An empty section changes nothing if the section exists.
            Value::Table(empty) if empty.is_empty() && table.contains_key(key) => {}
            value => _ = table.insert(key.to_owned(), value.clone()),
        },
        Some((section, below)) => {
            let section = table.entry(section).or_insert_with(|| Table::new().into());
            match section {
                Value::Table(section) => set(section, below, value),
                // A value where a section belongs is an error, and is reported
                // as one.
                other => *other = Table::from_iter([(below.to_owned(), value.clone())]).into(),
            }
        }
    }
}

/// All settings of a configuration: keys and values as text.
pub(super) fn flattened(config: &impl Serialize) -> Vec<(String, String)> {
    fn flatten(above: &str, table: &Table, into: &mut Vec<(String, String)>) {
        for (name, value) in table {
            let key = format!("{above}{name}");
            match value {
                Value::Table(table) => flatten(&format!("{key}."), table, into),
                value => into.push((key, in_words(value))),
            }
        }
    }
    let mut settings = Vec::new();
    flatten("", &table(config), &mut settings);
    settings
}

fn in_words(value: &Value) -> String {
    match value {
        // Prints 32-bit settings with as few digits as they need.
        Value::Float(number) if f64::from(*number as f32) == *number => {
            format!("{:?}", *number as f32)
        }
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Preset;
    use crate::run::Config;

    fn config() -> Config {
        Config::article(Preset::Small.architecture())
    }

    fn changed(text: &str) -> Result<Config, ConfigError> {
        let mut config = config();
        config.set(&Settings::from_toml(Path::new("my.toml"), text)?)?;
        config.check()?;
        Ok(config)
    }

    #[test]
    fn a_file_of_some_settings_changes_only_these() {
        let found = changed("[training]\nbatch = 8\n[architecture]\ntime = [5]\n").unwrap();
        let mut expected = config();
        expected.training.batch = 8;
        expected.architecture.time = vec![5];
        assert_eq!(found, expected);
    }

    #[test]
    fn another_optimiser_comes_with_its_own_settings() {
        let found = changed("[training.optimiser]\nrate = 0.5\nname = \"adam\"").unwrap();
        let expected = OptimiserSettings::adam(0.5);
        assert_eq!(found.training.optimiser, expected);
        let found = changed("training.optimiser.rate = 0.5").unwrap();
        assert_eq!(found.training.optimiser.rate(), 0.5);
    }

    #[test]
    fn an_unknown_setting_is_named_with_its_file_its_line_and_those_that_are_known() {
        let error = changed("[training]\nbatch = 8\nbach = 1\n").unwrap_err().to_string();
        assert!(error.starts_with("my.toml, line 3: training.bach"), "{error}");
        assert!(error.contains("`batch`") && !error.contains('\n'), "{error}");
        let error = changed("\n\n[trainin]\nbatch = 8\n").unwrap_err().to_string();
        assert!(error.starts_with("my.toml, line 4: trainin.batch"), "{error}");
        assert!(error.contains("`training`"), "{error}");
        let error = changed("[trainin]\n").unwrap_err().to_string();
        assert!(error.starts_with("my.toml, line 1: trainin"), "{error}");
        let error = changed("training.optimiser.beta1 = 0.9").unwrap_err().to_string();
        assert!(error.contains("line 1: training.optimiser.beta1"), "{error}");
    }

    #[test]
    fn a_value_of_the_wrong_kind_or_beyond_its_range_is_named() {
        let error = changed("[training]\n\nbatch = \"5\"").unwrap_err().to_string();
        assert!(error.starts_with("my.toml, line 3: training.batch: invalid type"), "{error}");
        assert!(changed("training.batch = 0").unwrap_err().to_string().contains("batch must be"));
        let error = changed("corpus.validation = 1.0").unwrap_err().to_string();
        assert!(error.contains("validation must be 0 to under 1"), "{error}");
        let error = changed("training = 5").unwrap_err().to_string();
        assert!(error.starts_with("my.toml, line 1: training: "), "{error}");
        let error = changed("[training]\nbatch = \n").unwrap_err().to_string();
        assert!(error.starts_with("my.toml, line 2: "), "{error}");
    }
}
