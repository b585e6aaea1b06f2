//! The options of `train`.

use super::defaults::with_default;
use deep_jammer::network::Preset;
use std::path::PathBuf;

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
    pub(super) config: Option<PathBuf>,
    /// Train as the article did: its attributes, optimiser, batches and epochs.
    ///
    /// This is Adadelta on batches of five segments of 128 steps, drawn from anywhere, for 5000
    /// epochs. The other options can still change each of these.
    #[arg(long)]
    pub(super) article: bool,

    /// The size of the network: large, medium, small or dropout.
    ///
    /// `large` has LSTM layers of 300,300 units along time and 100,50 along the keyboard, `medium`
    /// 150,150 and 50,25, `small` 75,75 and 25,13. `dropout` is `large` with a dropout of 0.5.
    #[arg(long, help_heading = "Network")]
    pub(super) preset: Option<Preset>,
    /// Units of the LSTM layers along time, such as 300,300.
    #[arg(long, value_name = "UNITS", value_delimiter = ',', help_heading = "Network")]
    pub(super) time: Option<Vec<u32>>,
    /// Units of the LSTM layers along the keyboard, such as 100,50.
    #[arg(long, value_name = "UNITS", value_delimiter = ',', help_heading = "Network")]
    pub(super) note: Option<Vec<u32>>,
    /// Units of hidden dense layers before the output layer.
    #[arg(long, value_name = "UNITS", value_delimiter = ',', help_heading = "Network")]
    pub(super) dense: Option<Vec<u32>>,
    /// Dropout: the share of each LSTM layer's outputs that is dropped in training.
    #[arg(long, value_name = "SHARE", help_heading = "Network")]
    pub(super) dropout: Option<f32>,
    /// What the network is told about each key: article, wide, memory, unmeasured or unmeasured-memory.
    ///
    /// This is the layout of the attributes, the input of the network. `article` has the article's
    /// 78 per key and step. `wide` has 78 more that a listener would know, such as harmony and what
    /// earlier measures did at this place. `memory` adds what followed where the last steps occurred
    /// before in the piece. `unmeasured` and `unmeasured-memory` are for music without known measures.
    #[arg(long, value_name = "NAME", help_heading = "Network")]
    pub(super) layout: Option<String>,
    /// Start from the weights of another model: a file, or the folder of a training run.
    ///
    /// "built-in" is the model that is part of the program. The sizes of the network are those of
    /// that model. Everything else is new.
    #[arg(long, value_name = "FILE-OR-RUN", help_heading = "Network")]
    pub(super) from: Option<PathBuf>,
    /// With --from: start the dense layers afresh, from random weights.
    #[arg(long, help_heading = "Network")]
    pub(super) reset_dense: bool,

    /// Stop after this many epochs (batches).
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=LARGEST), help_heading = "Goal")]
    pub(super) epochs: Option<u64>,
    /// Stop after this many hours of training, including those before a resume.
    #[arg(long, value_name = "HOURS", help_heading = "Goal")]
    pub(super) hours: Option<f64>,
    /// Stop after this many validations in a row without improvement (early stopping).
    #[arg(long, value_name = "VALIDATIONS", value_parser = clap::value_parser!(u64).range(1..=LARGEST),
          help_heading = "Goal")]
    pub(super) patience: Option<u64>,

    /// The seed of all random numbers.
    ///
    /// The same seed, files and settings give the same network, bit for bit.
    #[arg(long, value_parser = clap::value_parser!(u64).range(..=LARGEST), help_heading = "Learning")]
    pub(super) seed: Option<u64>,
    /// Steps (16ths) per segment.
    ///
    /// A segment is a passage of a piece that the network trains on in one go.
    #[arg(long, value_name = "STEPS", value_parser = clap::value_parser!(u32).range(2..=65_536),
          help_heading = "Learning")]
    pub(super) segment: Option<u32>,
    /// Segments per batch.
    #[arg(long, value_name = "SEGMENTS", value_parser = clap::value_parser!(u32).range(1..=65_536),
          help_heading = "Learning")]
    pub(super) batch: Option<u32>,
    /// Transpose segments at random by up to this many semitones, up or down.
    ///
    /// The notes stay within the keyboard. 0 never transposes.
    #[arg(long, value_name = "SEMITONES", help_heading = "Learning")]
    pub(super) transpose: Option<u8>,
    /// The share of segments in which what was said before is hidden from the network.
    ///
    /// The layouts with memory tell the network what followed earlier in the piece. If that is hidden
    /// now and then, it also learns to do without. For other layouts this has no effect.
    #[arg(long, value_name = "SHARE", help_heading = "Learning")]
    pub(super) hide: Option<f32>,
    /// Carry the LSTM state over through this many segments in a row (truncated BPTT).
    ///
    /// This is truncated backpropagation through time. Each batch continues the pieces of the batch
    /// before. The LSTM state is carried over from segment to segment, but no gradient flows back
    /// from one to the other. After this many segments, training goes on elsewhere with an empty
    /// state. 1 carries nothing over: each segment stands alone, as in the article. 0 carries the
    /// state over to the end of the piece.
    #[arg(long, value_name = "SEGMENTS", help_heading = "Learning")]
    pub(super) carry: Option<u32>,
    /// The optimiser: adam, or adadelta as in the article.
    #[arg(long, help_heading = "Learning")]
    pub(super) optimiser: Option<String>,
    /// The learning rate.
    #[arg(long, value_name = "RATE", help_heading = "Learning")]
    pub(super) rate: Option<f32>,
    /// Warm up: let the learning rate rise over this many epochs.
    #[arg(long, value_name = "EPOCHS", value_parser = clap::value_parser!(u64).range(..=LARGEST),
          help_heading = "Learning")]
    pub(super) warmup: Option<u64>,
    /// Let the learning rate decay after this many epochs; 0 for never.
    ///
    /// From then on it falls with one over the square root of the epoch.
    #[arg(long, value_name = "EPOCHS", value_parser = clap::value_parser!(u64).range(..=LARGEST),
          help_heading = "Learning")]
    pub(super) decay_after: Option<u64>,
    /// Clip the gradient of each tensor to this norm.
    #[arg(long, value_name = "NORM", help_heading = "Learning")]
    pub(super) clip: Option<f32>,
    /// The decay of the exponential moving average (EMA) of the weights; 0 for no EMA.
    ///
    /// The model is this average, not the weights of the last epoch. At each epoch the average keeps
    /// this share of itself, and the new weights make up the rest.
    #[arg(long, value_name = "DECAY", help_heading = "Learning")]
    pub(super) average: Option<f32>,

    /// The share of the pieces that is held out for validation; 0 for none.
    ///
    /// The network never trains on them. The split is by piece, and copies of a piece stay together.
    #[arg(long, value_name = "SHARE", help_heading = "Validation and checkpoints")]
    pub(super) validation: Option<f64>,
    /// Epochs from one validation to the next; 0 lets the program choose.
    ///
    /// It chooses an interval at which validation takes about a tenth of the time.
    #[arg(long, value_name = "EPOCHS", value_parser = clap::value_parser!(u64).range(..=LARGEST),
          help_heading = "Validation and checkpoints")]
    pub(super) validate_every: Option<u64>,
    /// Epochs from one sample of composed music to the next; 0 for no samples.
    #[arg(long, value_name = "EPOCHS", value_parser = clap::value_parser!(u64).range(..=LARGEST),
          help_heading = "Validation and checkpoints")]
    pub(super) sample_every: Option<u64>,
    /// Epochs from one checkpoint to the next.
    #[arg(long, value_name = "EPOCHS", value_parser = clap::value_parser!(u64).range(1..=LARGEST),
          help_heading = "Validation and checkpoints")]
    pub(super) checkpoint_every: Option<u64>,
    /// Leave the training music out of the model file.
    ///
    /// People who get the model then do not get that music. But the model alone cannot tell what it
    /// copies.
    #[arg(long, help_heading = "Validation and checkpoints")]
    pub(super) without_music: bool,

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
    pub(super) memory: Option<f64>,
}

/// The largest number that TOML can hold.
const LARGEST: u64 = i64::MAX as u64;
