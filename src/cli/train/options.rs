//! What the command line of `train` says.

use super::origin::{self, absolute};
use anyhow::{Context, bail};
use deep_jammer::attribute::Layout;
use deep_jammer::model::Model;
use deep_jammer::network::{Architecture, Preset};
use deep_jammer::run::{ARTICLE_EPOCHS, Config, DEFAULT_EPOCHS, Settings};
use deep_jammer::training::OptimiserSettings;
use std::path::{Path, PathBuf};
use toml::Value;

/// Learn from piano music: a network that can compose afterwards.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
An epoch is one batch of segments. The loss is in nats a step (a 16th): how surprising the
music still is; less is better. One piece in ten is held out, and never learned from: by its loss
the best model is chosen. What is not given here is as the recipe has it; --config changes the
recipe, and the options change both. The run's config.toml spells out everything.

Ctrl-C ends the training early and keeps everything; with
  deep-jammer train --run my-run --resume
it goes on as if nothing had happened, also after a crash. --epochs, --hours and --patience with
--resume set a new goal.

The run's folder then holds model.safetensors, for `compose --model`, README.md, which tells what
the model is, config.toml, dataset.json, metrics.csv, times.csv, checkpoints, samples and plots.")]
pub struct Train {
    /// MIDI files, and folders to search for them at any depth.
    #[arg(required_unless_present_any = ["resume", "config"], value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The folder for everything; it is made if it is not there.
    #[arg(long, value_name = "DIR")]
    pub run: PathBuf,
    /// Go on with the training in the run's folder.
    #[arg(long, conflicts_with_all = ["force", "from", "reset_dense"])]
    pub resume: bool,
    /// Replace the training that the run's folder holds already.
    #[arg(long)]
    pub force: bool,
    /// A file of settings, as a run's config.toml; it need not have them all.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Train as the article did: its optimiser, batches and epochs.
    #[arg(long)]
    article: bool,

    /// The size of the network: large, medium, small, or dropout (large, with dropout of one half)
    /// [default: large].
    #[arg(long, help_heading = "Network")]
    preset: Option<Preset>,
    /// Units of the time layers, instead of the preset's, as 300,300.
    #[arg(long, value_name = "UNITS", value_delimiter = ',', help_heading = "Network")]
    time: Option<Vec<u32>>,
    /// Units of the note layers, instead of the preset's, as 100,50.
    #[arg(long, value_name = "UNITS", value_delimiter = ',', help_heading = "Network")]
    note: Option<Vec<u32>>,
    /// Units of hidden dense layers, which the presets do not have.
    #[arg(long, value_name = "UNITS", value_delimiter = ',', help_heading = "Network")]
    dense: Option<Vec<u32>>,
    /// The share of each LSTM layer's outputs that is dropped in training, instead of the preset's.
    #[arg(long, value_name = "SHARE", help_heading = "Network")]
    dropout: Option<f32>,
    #[arg(long, value_name = "NAME", help_heading = "Network",
          help = with_default("What each key is told, a layout of attributes: article for the \
                               article's 78, wide for twice as many, unmeasured for music without known measures.",
                              standard().architecture.layout))]
    layout: Option<String>,
    /// Go on from the weights of another model, a file or a run, or "built-in" for the one that is
    /// part of the program: its sizes are taken over, and all else is new.
    #[arg(long, value_name = "FILE-OR-RUN", help_heading = "Network")]
    from: Option<PathBuf>,
    /// With --from: draw the dense layers anew.
    #[arg(long, help_heading = "Network")]
    reset_dense: bool,

    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=LARGEST), help_heading = "Goal",
          help = format!("How many batches to learn from [default: {DEFAULT_EPOCHS}, unless --hours \
                          is given]"))]
    epochs: Option<u64>,
    /// How many hours to train at most, those before a resume included.
    #[arg(long, value_name = "HOURS", help_heading = "Goal")]
    hours: Option<f64>,
    /// End when so many validations in a row have brought nothing better.
    #[arg(long, value_name = "VALIDATIONS", value_parser = clap::value_parser!(u64).range(1..=LARGEST),
          help_heading = "Goal")]
    patience: Option<u64>,

    #[arg(long, value_parser = clap::value_parser!(u64).range(..=LARGEST), help_heading = "Learning",
          help = with_default("The seed of all random numbers: the same seed and the same files give \
                               the same network.", recipe().seed))]
    seed: Option<u64>,
    #[arg(long, value_name = "STEPS", value_parser = clap::value_parser!(u32).range(2..=65_536),
          help_heading = "Learning",
          help = with_default("16ths to a segment.", recipe().segment))]
    segment: Option<u32>,
    #[arg(long, value_name = "SEGMENTS", value_parser = clap::value_parser!(u32).range(1..=65_536),
          help_heading = "Learning", help = with_default("Segments to a batch.", recipe().batch))]
    batch: Option<u32>,
    #[arg(long, value_name = "SEMITONES", help_heading = "Learning",
          help = with_default("Transpose segments by up to so many semitones, within the keyboard.",
                              recipe().transpose))]
    transpose: Option<u8>,
    #[arg(long, value_name = "SEGMENTS", help_heading = "Learning",
          help = with_default("Let so many segments of a piece follow each other from batch to batch, \
                               with the memory of all before; 1 for none, 0 for as many as there are.",
                              recipe().carry))]
    carry: Option<u32>,
    #[arg(long, help_heading = "Learning",
          help = with_default("How to follow the gradient: adadelta, as the article, or adam.",
                              name_of(recipe().optimiser)))]
    optimiser: Option<String>,
    /// The optimiser's rate [default: 1 for adadelta; for adam 0.6 by the units of the widest layer,
    /// with --article 0.001]
    #[arg(long, value_name = "RATE", help_heading = "Learning")]
    rate: Option<f32>,
    #[arg(long, value_name = "EPOCHS", value_parser = clap::value_parser!(u64).range(..=LARGEST),
          help_heading = "Learning",
          help = with_default("Let the rate rise for so many epochs.", recipe().warmup))]
    warmup: Option<u64>,
    #[arg(long, value_name = "EPOCHS", value_parser = clap::value_parser!(u64).range(..=LARGEST),
          help_heading = "Learning",
          help = with_default("Let the rate fall after so many epochs, with the root; 0 for never.",
                              recipe().decay_after))]
    decay_after: Option<u64>,
    #[arg(long, value_name = "NORM", help_heading = "Learning",
          help = with_default("The greatest norm that a tensor's gradient may have.", recipe().clip))]
    clip: Option<f32>,
    #[arg(long, value_name = "DECAY", help_heading = "Learning",
          help = with_default("Keep the mean of the weights, with this decay; 0 for the weights \
                               themselves.", recipe().average))]
    average: Option<f32>,

    #[arg(long, value_name = "SHARE", help_heading = "Validation and keeping",
          help = with_default("The share of the pieces that is held out; 0 for none.",
                              standard().corpus.validation))]
    validation: Option<f64>,
    /// How many epochs pass from one validation to the next; 0 for so many that it takes about a
    /// tenth of the time [default: 0].
    #[arg(long, value_name = "EPOCHS", value_parser = clap::value_parser!(u64).range(..=LARGEST),
          help_heading = "Validation and keeping")]
    validate_every: Option<u64>,
    #[arg(long, value_name = "EPOCHS", value_parser = clap::value_parser!(u64).range(..=LARGEST),
          help_heading = "Validation and keeping",
          help = with_default("How many epochs pass from one composition to the next; 0 for none.",
                              standard().retention.sample_every))]
    sample_every: Option<u64>,
    #[arg(long, value_name = "EPOCHS", value_parser = clap::value_parser!(u64).range(1..=LARGEST),
          help_heading = "Validation and keeping",
          help = with_default("How many epochs pass from one checkpoint to the next.",
                              standard().retention.checkpoint_every))]
    checkpoint_every: Option<u64>,
    /// Leave the music out of the model file: others who are given the model are not given the
    /// music then, and it cannot tell by itself what is copied.
    #[arg(long, help_heading = "Validation and keeping")]
    without_music: bool,

    /// How many threads to use, instead of all processors. It changes nothing in the result.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024), help_heading = "Machine")]
    pub threads: Option<u16>,
    /// How much memory the training may take, in gigabytes, instead of what is free. With less, a
    /// batch is worked through in slices. It changes nothing in the result.
    #[arg(long, value_name = "GB", help_heading = "Machine")]
    memory: Option<f64>,
}

/// The largest number that TOML can hold.
const LARGEST: u64 = i64::MAX as u64;

fn standard() -> Config {
    Config::standard(shape(Preset::Large, false))
}

/// The network of a preset: on the article's attributes where all is to be as in the article.
fn shape(preset: Preset, article: bool) -> Architecture {
    let layout = if article { Layout::ARTICLE } else { Layout::WIDE };
    Architecture { layout: layout.name.to_owned(), ..preset.architecture() }
}

fn recipe() -> deep_jammer::training::TrainingSettings {
    standard().training
}

fn name_of(optimiser: OptimiserSettings) -> &'static str {
    match optimiser {
        OptimiserSettings::Adadelta { .. } => "adadelta",
        OptimiserSettings::Adam { .. } => "adam",
    }
}

fn with_default(what: &str, default: impl std::fmt::Display) -> String {
    format!("{} [default: {default}]", what.trim_end_matches('.'))
}

impl Train {
    /// The bytes of memory that may be taken, if that is said.
    pub fn memory(&self) -> anyhow::Result<Option<u64>> {
        match self.memory {
            Some(gigabytes) if !(gigabytes.is_finite() && gigabytes > 0.0) => {
                bail!("--memory must be more than 0")
            }
            gigabytes => Ok(gigabytes.map(|gigabytes| (1e9 * gigabytes) as u64)),
        }
    }

    /// The configuration of a new run, and the model that it goes on from, if there is one.
    pub fn configuration(&self) -> anyhow::Result<(Config, Option<Model>)> {
        let file = self.config.as_deref().map(Settings::read).transpose()?.unwrap_or_default();
        let said = self.said()?;
        let preset: Architecture = shape(self.preset.unwrap_or(Preset::Large), self.article);
        let base = |architecture| match self.article {
            true => Config::article(architecture),
            false => Config::standard(architecture),
        };
        let configure = |architecture: Architecture| -> anyhow::Result<Config> {
            let mut sizes = base(architecture);
            sizes.set(&file)?;
            sizes.set(&said)?;
            // The recipe depends on the sizes, which are known only now.
            let mut config = base(sizes.architecture);
            config.set(&file)?;
            config.set(&said)?;
            Ok(config)
        };
        let mut config = configure(preset.clone())?;
        let mut origin = None;
        if let Some(from) = config.start.from.clone() {
            let (path, model) = origin::read(&from)?;
            let mut architecture = model.architecture.clone();
            // Dropout is none of the sizes: what is asked for with a preset holds.
            if self.preset.is_some() {
                architecture.dropout = preset.dropout;
            }
            config = configure(architecture)?;
            origin::check_sizes(&config.architecture, self.preset, &model.architecture, &path)?;
            let fingerprint = model.fingerprint();
            if config.start.from_fingerprint.as_ref().is_some_and(|known| *known != fingerprint) {
                bail!(
                    "{} is not the model that the settings name: its fingerprint is {fingerprint}",
                    path.display()
                );
            }
            config.start.from = Some(path);
            config.start.from_fingerprint = Some(fingerprint);
            origin = Some(model);
        } else if config.start.reset_dense {
            bail!("--reset-dense needs a model to go on from: --from FILE-OR-RUN");
        }
        for path in &mut config.corpus.paths {
            *path = absolute(path)?;
        }
        if config.corpus.paths.is_empty() {
            bail!("no music is named: give folders or files, or corpus.paths in --config");
        }
        if config.goal.epochs.is_none() && config.goal.hours.is_none() {
            config.goal.epochs = Some(if self.article { ARTICLE_EPOCHS } else { DEFAULT_EPOCHS });
        }
        config.check()?;
        Ok((config, origin))
    }

    /// The configuration of a run that is resumed: its own, with the goal that is given now. Any
    /// other setting must be what it was.
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
        config.set(&self.said()?)?;
        for path in &mut config.corpus.paths {
            *path = absolute(path)?;
        }
        // What was recorded is where the model lies.
        if let Some(from) = &config.start.from {
            config.start.from = Some(origin::place(from).unwrap_or_else(|_| from.clone()));
        }
        if config.retention.validate_every == 0 {
            // Left to the program, which has decided.
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
                "{} was begun with other settings, which a resume cannot change: {}; leave them out, \
                 or start a new run in another folder",
                self.run.display(),
                other.join("; ")
            );
        }
        Ok(config)
    }

    /// What the options say, as settings.
    fn said(&self) -> anyhow::Result<Settings> {
        let mut said = Settings::default();
        let units = |units: &Vec<u32>| -> Value {
            units.iter().map(|&units| i64::from(units)).collect::<Vec<_>>().into()
        };
        let mut say = |option: &str, key: &str, value: Option<Value>| {
            if let Some(value) = value {
                said.say(option, key, value);
            }
        };
        let whole = |number: Option<u64>| number.map(|number| Value::Integer(number as i64));
        let number = |number: Option<f32>| number.map(|number| Value::Float(f64::from(number)));
        if !self.paths.is_empty() {
            let paths: Result<Vec<_>, _> = self.paths.iter().map(|path| text(path)).collect();
            say("PATH", "corpus.paths", Some(Value::Array(paths?)));
        }
        say("--validation", "corpus.validation", self.validation.map(Value::Float));
        say("--layout", "architecture.layout", self.layout.clone().map(Value::String));
        say("--time", "architecture.time", self.time.as_ref().map(units));
        say("--note", "architecture.note", self.note.as_ref().map(units));
        say("--dense", "architecture.dense", self.dense.as_ref().map(units));
        say("--dropout", "architecture.dropout", number(self.dropout));
        say("--seed", "training.seed", whole(self.seed));
        say("--segment", "training.segment", whole(self.segment.map(u64::from)));
        say("--batch", "training.batch", whole(self.batch.map(u64::from)));
        say("--transpose", "training.transpose", whole(self.transpose.map(u64::from)));
        say("--carry", "training.carry", whole(self.carry.map(u64::from)));
        say("--warmup", "training.warmup", whole(self.warmup));
        say("--decay-after", "training.decay_after", whole(self.decay_after));
        say("--clip", "training.clip", number(self.clip));
        say("--average", "training.average", number(self.average));
        let optimiser = self.optimiser.clone().map(Value::String);
        say("--optimiser", "training.optimiser.name", optimiser);
        say("--rate", "training.optimiser.rate", number(self.rate));
        say("--epochs", "goal.epochs", whole(self.epochs));
        say("--hours", "goal.hours", self.hours.map(Value::Float));
        say("--patience", "goal.patience", whole(self.patience));
        say("--validate-every", "keeping.validate_every", whole(self.validate_every));
        say("--sample-every", "keeping.sample_every", whole(self.sample_every));
        say("--checkpoint-every", "keeping.checkpoint_every", whole(self.checkpoint_every));
        let training_music = self.without_music.then_some(false.into());
        say("--without-music", "keeping.repertoire", training_music);
        let from = self.from.as_deref().map(text).transpose()?;
        say("--from", "start.from", from);
        say("--reset-dense", "start.reset_dense", self.reset_dense.then_some(true.into()));
        Ok(said)
    }
}

fn text(path: &Path) -> anyhow::Result<Value> {
    let text = path.to_str();
    let text = text.with_context(|| format!("{}: its path is not Unicode text", path.display()))?;
    Ok(Value::String(text.to_owned()))
}
