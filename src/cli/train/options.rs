//! The options of `train`.

use super::origin::{self, absolute};
use anyhow::{Context, bail};
use clap::Arg;
use deep_jammer::attribute::Layout;
use deep_jammer::model::Model;
use deep_jammer::network::{Architecture, Preset};
use deep_jammer::run::{ARTICLE_EPOCHS, Config, DEFAULT_EPOCHS, Settings};
use deep_jammer::training::OptimiserSettings;
use std::path::{Path, PathBuf};
use toml::Value;

/// Train a network on piano music.
#[derive(Debug, clap::Args)]
#[command(mut_args = with_default, after_help = "\
The network learns to predict the next step of a piece, a 16th, from the steps before it. The loss
says how badly it predicts: it is the negative log-likelihood (NLL) in nats per step, and less is
better. One piece in ten is held out: the network never trains on it. The loss on these pieces (the
validation loss) decides which model is kept. An epoch is one batch of segments, as in the article.

Settings come from the recipe (the standard one, or --article), then from --config FILE, then from
the options. The file config.toml of the run lists them all.

Ctrl-C stops early and keeps everything. With --resume the training continues as if nothing had
happened, even after a crash.

The folder of the run then contains
  model.safetensors       the best model so far, for `compose --model`
  README.md               a description of the model
  config.toml             every setting, for --config
  dataset.json            every file, and whether it was trained on or held out
  metrics.csv, times.csv  the losses, and how long everything took
  samples, plots          music composed on the way, and pictures of the training
  checkpoints             what --resume needs

Examples:
  Train on a folder of MIDI files:
    deep-jammer train my-midi-files --run my-run
  Train a small network for a night:
    deep-jammer train my-midi-files --run my-run --preset small --hours 8
  Continue after Ctrl-C or a crash:
    deep-jammer train --run my-run --resume
  Continue to a new goal:
    deep-jammer train --run my-run --resume --epochs 8000
  Teach a trained network your own music:
    deep-jammer train jazz --run my-jazz --from my-run")]
pub struct Train {
    /// MIDI files, and folders to search for them (with their subfolders).
    ///
    /// A file can also be a set of pieces with a published split (.json or .json.gz).
    #[arg(required_unless_present_any = ["resume", "config"], value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The folder for everything that the training writes; made if it does not exist.
    #[arg(long, value_name = "DIR")]
    pub run: PathBuf,
    /// Continue the training in the folder of the run.
    ///
    /// --epochs, --hours and --patience set a new goal. All other settings stay those that the run
    /// began with, so leave them out.
    #[arg(long, conflicts_with_all = ["force", "from", "reset_dense"])]
    pub resume: bool,
    /// Replace the training that is already in the folder of the run.
    #[arg(long)]
    pub force: bool,
    /// Read settings from a TOML file, such as the config.toml of another run.
    ///
    /// The file need not contain all settings. Options on the command line override it.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Train as the article did: its attributes, optimiser, batches and epochs.
    ///
    /// This is Adadelta on batches of five segments of 128 steps, drawn from anywhere, for 5000
    /// epochs. The other options can still change each of these.
    #[arg(long)]
    article: bool,

    /// The size of the network: large, medium, small or dropout.
    ///
    /// `large` has LSTM layers of 300,300 units along time and 100,50 along the keyboard, `medium`
    /// 150,150 and 50,25, `small` 75,75 and 25,13. `dropout` is `large` with a dropout of 0.5.
    #[arg(long, help_heading = "Network")]
    preset: Option<Preset>,
    /// Units of the LSTM layers along time, such as 300,300.
    #[arg(long, value_name = "UNITS", value_delimiter = ',', help_heading = "Network")]
    time: Option<Vec<u32>>,
    /// Units of the LSTM layers along the keyboard, such as 100,50.
    #[arg(long, value_name = "UNITS", value_delimiter = ',', help_heading = "Network")]
    note: Option<Vec<u32>>,
    /// Units of hidden dense layers before the output layer.
    #[arg(long, value_name = "UNITS", value_delimiter = ',', help_heading = "Network")]
    dense: Option<Vec<u32>>,
    /// Dropout: the share of each LSTM layer's outputs that is dropped in training.
    #[arg(long, value_name = "SHARE", help_heading = "Network")]
    dropout: Option<f32>,
    /// What the network is told about each key: article, wide or unmeasured.
    ///
    /// This is the layout of the attributes, the input of the network. `article` has the article's
    /// 78 per key and step. `wide` has 78 more that a listener would know, such as harmony and what
    /// earlier measures did at this place. `unmeasured` is for music without known measures.
    #[arg(long, value_name = "NAME", help_heading = "Network")]
    layout: Option<String>,
    /// Start from the weights of another model: a file, or the folder of a training run.
    ///
    /// "built-in" is the model that is part of the program. The sizes of the network are those of
    /// that model. Everything else is new.
    #[arg(long, value_name = "FILE-OR-RUN", help_heading = "Network")]
    from: Option<PathBuf>,
    /// With --from: start the dense layers afresh, from random weights.
    #[arg(long, help_heading = "Network")]
    reset_dense: bool,

    /// Stop after this many epochs (batches).
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=LARGEST), help_heading = "Goal")]
    epochs: Option<u64>,
    /// Stop after this many hours of training, including those before a resume.
    #[arg(long, value_name = "HOURS", help_heading = "Goal")]
    hours: Option<f64>,
    /// Stop after this many validations in a row without improvement (early stopping).
    #[arg(long, value_name = "VALIDATIONS", value_parser = clap::value_parser!(u64).range(1..=LARGEST),
          help_heading = "Goal")]
    patience: Option<u64>,

    /// The seed of all random numbers.
    ///
    /// The same seed, files and settings give the same network, bit for bit.
    #[arg(long, value_parser = clap::value_parser!(u64).range(..=LARGEST), help_heading = "Learning")]
    seed: Option<u64>,
    /// Steps (16ths) per segment.
    ///
    /// A segment is a passage of a piece that the network trains on in one go.
    #[arg(long, value_name = "STEPS", value_parser = clap::value_parser!(u32).range(2..=65_536),
          help_heading = "Learning")]
    segment: Option<u32>,
    /// Segments per batch.
    #[arg(long, value_name = "SEGMENTS", value_parser = clap::value_parser!(u32).range(1..=65_536),
          help_heading = "Learning")]
    batch: Option<u32>,
    /// Transpose segments at random by up to this many semitones, up or down.
    ///
    /// The notes stay within the keyboard. 0 never transposes.
    #[arg(long, value_name = "SEMITONES", help_heading = "Learning")]
    transpose: Option<u8>,
    /// Carry the LSTM state over through this many segments in a row (truncated BPTT).
    ///
    /// This is truncated backpropagation through time. Each batch continues the pieces of the batch
    /// before. The LSTM state is carried over from segment to segment, but no gradient flows back
    /// from one to the other. After this many segments, training goes on elsewhere with an empty
    /// state. 1 carries nothing over: each segment stands alone, as in the article. 0 carries the
    /// state over to the end of the piece.
    #[arg(long, value_name = "SEGMENTS", help_heading = "Learning")]
    carry: Option<u32>,
    /// The optimiser: adam, or adadelta as in the article.
    #[arg(long, help_heading = "Learning")]
    optimiser: Option<String>,
    /// The learning rate.
    #[arg(long, value_name = "RATE", help_heading = "Learning")]
    rate: Option<f32>,
    /// Warm up: let the learning rate rise over this many epochs.
    #[arg(long, value_name = "EPOCHS", value_parser = clap::value_parser!(u64).range(..=LARGEST),
          help_heading = "Learning")]
    warmup: Option<u64>,
    /// Let the learning rate decay after this many epochs; 0 for never.
    ///
    /// From then on it falls with one over the square root of the epoch.
    #[arg(long, value_name = "EPOCHS", value_parser = clap::value_parser!(u64).range(..=LARGEST),
          help_heading = "Learning")]
    decay_after: Option<u64>,
    /// Clip the gradient of each tensor to this norm.
    #[arg(long, value_name = "NORM", help_heading = "Learning")]
    clip: Option<f32>,
    /// The decay of the exponential moving average (EMA) of the weights; 0 for no EMA.
    ///
    /// The model is this average, not the weights of the last epoch. At each epoch the average keeps
    /// this share of itself, and the new weights make up the rest.
    #[arg(long, value_name = "DECAY", help_heading = "Learning")]
    average: Option<f32>,

    /// The share of the pieces that is held out for validation; 0 for none.
    ///
    /// The network never trains on them. The split is by piece, and copies of a piece stay together.
    #[arg(long, value_name = "SHARE", help_heading = "Validation and checkpoints")]
    validation: Option<f64>,
    /// Epochs from one validation to the next; 0 lets the program choose.
    ///
    /// It chooses an interval at which validation takes about a tenth of the time.
    #[arg(long, value_name = "EPOCHS", value_parser = clap::value_parser!(u64).range(..=LARGEST),
          help_heading = "Validation and checkpoints")]
    validate_every: Option<u64>,
    /// Epochs from one sample of composed music to the next; 0 for no samples.
    #[arg(long, value_name = "EPOCHS", value_parser = clap::value_parser!(u64).range(..=LARGEST),
          help_heading = "Validation and checkpoints")]
    sample_every: Option<u64>,
    /// Epochs from one checkpoint to the next.
    #[arg(long, value_name = "EPOCHS", value_parser = clap::value_parser!(u64).range(1..=LARGEST),
          help_heading = "Validation and checkpoints")]
    checkpoint_every: Option<u64>,
    /// Leave the training music out of the model file.
    ///
    /// People who get the model then do not get that music. But the model alone cannot tell what it
    /// copies.
    #[arg(long, help_heading = "Validation and checkpoints")]
    without_music: bool,

    /// How many threads to use.
    ///
    /// The result is the same with any number.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024), help_heading = "Machine")]
    pub threads: Option<u16>,
    /// How much memory the training may use, in gigabytes.
    ///
    /// If that is too little for a whole batch, batches are processed in slices. The result is the
    /// same.
    #[arg(long, value_name = "GB", help_heading = "Machine")]
    memory: Option<f64>,
}

/// The largest number that TOML can hold.
const LARGEST: u64 = i64::MAX as u64;

fn standard() -> Config {
    Config::standard(shape(Preset::Large, false))
}

/// The network of a preset, with the article's attributes if training is to follow the article.
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

/// Adds its default to the help of an option. The defaults are those of the standard recipe, which
/// only the program knows.
fn with_default(option: Arg) -> Arg {
    let Some(default) = default_of(option.get_id().as_str()) else { return option };
    let short = option.get_help().map(ToString::to_string).unwrap_or_default();
    let long = option.get_long_help().map_or_else(|| short.clone(), ToString::to_string);
    option
        .help(format!("{short} [default: {default}]"))
        .long_help(format!("{long}\n\n[default: {default}]"))
}

fn default_of(option: &str) -> Option<String> {
    let default = match option {
        "preset" => "large".to_owned(),
        "time" | "note" | "dropout" => "that of the preset".to_owned(),
        "dense" => "none".to_owned(),
        "layout" => standard().architecture.layout,
        "epochs" => format!("{DEFAULT_EPOCHS}, unless --hours is given"),
        "seed" => recipe().seed.to_string(),
        "segment" => recipe().segment.to_string(),
        "batch" => recipe().batch.to_string(),
        "transpose" => recipe().transpose.to_string(),
        "carry" => recipe().consecutive_segments.to_string(),
        "optimiser" => name_of(recipe().optimiser).to_owned(),
        "rate" => {
            "for adam, 0.6 divided by the units of the widest layer, or 0.001 with --article; \
                   for adadelta, 1"
                .to_owned()
        }
        "warmup" => recipe().warmup.to_string(),
        "decay_after" => recipe().decay_after.to_string(),
        "clip" => recipe().clip.to_string(),
        "average" => recipe().ema_decay.to_string(),
        "validation" => standard().corpus.validation.to_string(),
        "validate_every" => "0".to_owned(),
        "sample_every" => standard().retention.sample_every.to_string(),
        "checkpoint_every" => standard().retention.checkpoint_every.to_string(),
        "threads" => "all processors".to_owned(),
        "memory" => "what is free".to_owned(),
        _ => return None,
    };
    Some(default)
}

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
    let text = text.with_context(|| format!("{}: the path is not Unicode text", path.display()))?;
    Ok(Value::String(text.to_owned()))
}
