//! Who composes: a network that has been trained, or a Markov chain that learns on the spot.

use super::Compose;
use crate::cli;
use anyhow::{Context, bail};
use deep_jammer::baseline::{Baseline, Counts, Kind};
use deep_jammer::composing::{Composer, Criterion};
use deep_jammer::corpus::{self, Piece};
use deep_jammer::originality::{Packed, TrainingMusic};
use deep_jammer::primer::Primer;
use deep_jammer::training::Excerpts;
use std::path::{Path, PathBuf};

/// The name that stands for the Markov chain where a model is asked for.
pub const MARKOV: &str = "markov";

/// The seed by which the chain's primers are drawn from what it learns: that of every training, if
/// nothing else is said.
const PRIMER_SEED: u64 = 1;

/// Who composes, and what the recipe says of that.
pub struct Source {
    pub composer: Composer,
    /// Music to go on from; none in models that have kept none.
    pub primers: Vec<Primer>,
    /// The model and the fingerprint of what it has learned.
    pub model: String,
    /// What the chain has learned from.
    pub learn: Vec<String>,
    learned: Learned,
}

/// The music that was learned from.
enum Learned {
    /// By the chain, here.
    Pieces(TrainingMusic),
    /// By a network, whose model may carry it; the path is where the model was read.
    Network(Option<Packed>, PathBuf),
}

impl Source {
    /// Makes ready whoever the command asks for.
    pub fn new(command: &Compose) -> anyhow::Result<Source> {
        if command.model == Path::new(MARKOV) {
            return Source::chain(&command.learn);
        }
        if !command.learn.is_empty() {
            bail!(
                "--learn is for --model {MARKOV}; a network has to be trained:\n  deep-jammer train \
                 FOLDER-OF-MIDI --run my-run"
            );
        }
        Source::network(&command.model)
    }

    fn network(path: &Path) -> anyhow::Result<Source> {
        let model = cli::model(path)?;
        Ok(Source {
            composer: Composer::new(&model),
            model: format!("{} ({})", path.display(), model.fingerprint()),
            primers: model.primers,
            learn: Vec::new(),
            learned: Learned::Network(model.training_music, path.to_owned()),
        })
    }

    /// Whether the music that was learned from is there with whoever composes, wherever that is.
    pub fn carries_its_music(&self) -> bool {
        match &self.learned {
            Learned::Pieces(_) => true,
            Learned::Network(carried, _) => carried.is_some(),
        }
    }

    /// What pieces are judged by: the music that was learned from.
    pub fn criterion(&self) -> anyhow::Result<Criterion> {
        let training_music = match &self.learned {
            Learned::Pieces(pieces) => pieces.clone(),
            Learned::Network(carried, path) => cli::learned(carried.as_ref(), path)?,
        };
        let criterion = Criterion::new(training_music);
        criterion.with_context(|| format!("{} has learned from no music", self.model))
    }

    fn chain(paths: &[PathBuf]) -> anyhow::Result<Source> {
        if paths.is_empty() {
            bail!("the Markov chain learns on the spot: give it music with --learn FOLDER-OF-MIDI");
        }
        let corpus = corpus::read(paths)?;
        for failure in &corpus.failures {
            eprintln!("skipped {}", failure.reason);
        }
        if corpus.pieces.is_empty() {
            bail!("none of the {} files could be read", corpus.failures.len());
        }
        let counts = Counts::of(corpus.pieces.iter().map(Piece::roll));
        eprintln!("learned from {} pieces, {} steps", counts.pieces(), counts.steps());
        if counts.steps() == 0 {
            bail!("there is not a step of music to learn from");
        }
        let chain = Baseline::new(Kind::Markov, &counts);
        Ok(Source {
            model: format!("{MARKOV} ({})", chain.fingerprint()),
            composer: Composer::of_baseline(chain),
            // From anywhere in pieces of any length.
            primers: Excerpts::new(&corpus.pieces, 1).primers(PRIMER_SEED),
            learn: paths.iter().map(|path| path.display().to_string()).collect(),
            learned: Learned::Pieces(TrainingMusic::of(&corpus.pieces)),
        })
    }
}
