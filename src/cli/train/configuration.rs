//! From the options of `train` to the configuration of a run.

use super::defaults::shape;
use super::options::Train;
use super::origin::{self, absolute};
use anyhow::{Context, bail};
use deep_jammer::model::Model;
use deep_jammer::network::{Architecture, Preset};
use deep_jammer::run::{ARTICLE_EPOCHS, Config, DEFAULT_EPOCHS, Settings};
use std::path::Path;
use toml::Value;

impl Train {
    /// The memory that the training may use, in bytes, if the user set it.
    pub fn memory(&self) -> anyhow::Result<Option<u64>> {
        match self.memory {
            Some(gigabytes) if !(gigabytes.is_finite() && gigabytes > 0.0) => {
                bail!("--memory must be more than 0")
            }
            gigabytes => Ok(gigabytes.map(|gigabytes| (1e9 * gigabytes) as u64)),
        }
    }

    /// The configuration of a new run, and the model that it starts from, if there is one.
    pub fn configuration(&self) -> anyhow::Result<(Config, Option<Model>)> {
        let file = self.config.as_deref().map(Settings::read).transpose()?.unwrap_or_default();
        let given = self.given()?;
        let preset: Architecture = shape(self.preset.unwrap_or(Preset::Large), self.article);
        let base = |architecture| match self.article {
            true => Config::article(architecture),
            false => Config::standard(architecture),
        };
        let configure = |architecture: Architecture| -> anyhow::Result<Config> {
            let mut sizes = base(architecture);
            sizes.set(&file)?;
            sizes.set(&given)?;
            // The recipe depends on the sizes, which are known only now.
            let mut config = base(sizes.architecture);
            config.set(&file)?;
            config.set(&given)?;
            Ok(config)
        };
        let mut config = configure(preset.clone())?;
        let mut origin = None;
        if let Some(from) = config.start.from.clone() {
            let (path, model) = origin::read(&from)?;
            let mut architecture = model.architecture.clone();
            // Dropout is not one of the sizes, so that of a given preset applies.
            if self.preset.is_some() {
                architecture.dropout = preset.dropout;
            }
            config = configure(architecture)?;
            origin::check_sizes(&config.architecture, self.preset, &model.architecture, &path)?;
            let fingerprint = model.fingerprint();
            if config.start.from_fingerprint.as_ref().is_some_and(|known| *known != fingerprint) {
                bail!(
                    "{} is not the model that the settings name; its fingerprint is {fingerprint}",
                    path.display()
                );
            }
            config.start.from = Some(path);
            config.start.from_fingerprint = Some(fingerprint);
            origin = Some(model);
        } else if config.start.reset_dense {
            bail!("--reset-dense needs a model to start from: --from FILE-OR-RUN");
        }
        for path in &mut config.corpus.paths {
            *path = absolute(path)?;
        }
        if config.corpus.paths.is_empty() {
            bail!("no music to train on; give files or folders, or corpus.paths in --config");
        }
        if config.goal.epochs.is_none() && config.goal.hours.is_none() {
            config.goal.epochs = Some(if self.article { ARTICLE_EPOCHS } else { DEFAULT_EPOCHS });
        }
        config.check()?;
        Ok((config, origin))
    }

    /// The configuration of a resumed run: its own, with the goal that is given now. All other
    /// settings must be what they were.
    pub fn resumed(&self, run: &Config) -> anyhow::Result<Config> {
        let mut config = run.clone();
        if let Some(preset) = self.preset {
            let layout = run.architecture.layout.clone();
            config.architecture = Architecture { layout, ..preset.architecture() };
        }
        if self.article {
            config.training = Config::article(config.architecture.clone()).training;
        }
        if let Some(file) = &self.config {
            config.set(&Settings::read(file)?)?;
        }
        config.set(&self.given()?)?;
        for path in &mut config.corpus.paths {
            *path = absolute(path)?;
        }
        // The run recorded the path of the model file.
        if let Some(from) = &config.start.from {
            config.start.from = Some(origin::place(from).unwrap_or_else(|_| from.clone()));
        }
        if config.retention.validate_every == 0 {
            // 0 lets the program choose, and it has chosen.
            config.retention.validate_every = run.retention.validate_every;
        }
        config.check()?;
        let goal = ["goal.epochs", "goal.hours", "goal.patience"];
        let differences = run.differences(&config);
        let other: Vec<_> = differences
            .iter()
            .filter(|difference| !goal.contains(&difference.key.as_str()))
            .map(|difference| {
                format!("{} was {}, now {}", difference.key, difference.first, difference.second)
            })
            .collect();
        if !other.is_empty() {
            bail!(
                "{} began with other settings, and --resume cannot change them: {}; leave them out, \
                 or start a new run in another folder",
                self.run.display(),
                other.join("; ")
            );
        }
        Ok(config)
    }

    /// The given options as settings.
    fn given(&self) -> anyhow::Result<Settings> {
        let mut given = Settings::default();
        let units = |units: &Vec<u32>| -> Value {
            units.iter().map(|&units| i64::from(units)).collect::<Vec<_>>().into()
        };
        let mut set = |option: &str, key: &str, value: Option<Value>| {
            if let Some(value) = value {
                given.insert(option, key, value);
            }
        };
        let integer = |number: Option<u64>| number.map(|number| Value::Integer(number as i64));
        let float = |number: Option<f32>| number.map(|number| Value::Float(f64::from(number)));
        if !self.paths.is_empty() {
            let paths: Result<Vec<_>, _> = self.paths.iter().map(|path| text(path)).collect();
            set("PATH", "corpus.paths", Some(Value::Array(paths?)));
        }
        set("--validation", "corpus.validation", self.validation.map(Value::Float));
        set("--layout", "architecture.layout", self.layout.clone().map(Value::String));
        set("--time", "architecture.time", self.time.as_ref().map(units));
        set("--note", "architecture.note", self.note.as_ref().map(units));
        set("--dense", "architecture.dense", self.dense.as_ref().map(units));
        set("--dropout", "architecture.dropout", float(self.dropout));
        set("--seed", "training.seed", integer(self.seed));
        set("--segment", "training.segment", integer(self.segment.map(u64::from)));
        set("--batch", "training.batch", integer(self.batch.map(u64::from)));
        set("--transpose", "training.transpose", integer(self.transpose.map(u64::from)));
        set("--hide", "training.hide_matches", float(self.hide));
        set("--carry", "training.carry", integer(self.carry.map(u64::from)));
        set("--warmup", "training.warmup", integer(self.warmup));
        set("--decay-after", "training.decay_after", integer(self.decay_after));
        set("--clip", "training.clip", float(self.clip));
        set("--average", "training.average", float(self.average));
        let optimiser = self.optimiser.clone().map(Value::String);
        set("--optimiser", "training.optimiser.name", optimiser);
        set("--rate", "training.optimiser.rate", float(self.rate));
        set("--epochs", "goal.epochs", integer(self.epochs));
        set("--hours", "goal.hours", self.hours.map(Value::Float));
        set("--patience", "goal.patience", integer(self.patience));
        set("--validate-every", "keeping.validate_every", integer(self.validate_every));
        set("--sample-every", "keeping.sample_every", integer(self.sample_every));
        set("--checkpoint-every", "keeping.checkpoint_every", integer(self.checkpoint_every));
        let training_music = self.without_music.then_some(false.into());
        set("--without-music", "keeping.repertoire", training_music);
        let from = self.from.as_deref().map(text).transpose()?;
        set("--from", "start.from", from);
        set("--reset-dense", "start.reset_dense", self.reset_dense.then_some(true.into()));
        Ok(given)
    }
}

fn text(path: &Path) -> anyhow::Result<Value> {
    let text = path.to_str();
    let text = text
        .with_context(|| format!("{}: the path is not Unicode text; rename it", path.display()))?;
    Ok(Value::String(text.to_owned()))
}
