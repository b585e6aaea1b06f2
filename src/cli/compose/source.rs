//! The model that composes: a trained network, or a Markov chain that learns on the spot.

use super::Compose;
use crate::cli::skipped::report_skipped;
use crate::cli::{self, quoted};
use anyhow::{Context, bail};
use deep_jammer::baseline::{Baseline, Counts, Kind};
use deep_jammer::composing::{Composer, Criterion, Recipe};
use deep_jammer::corpus::{self, Piece};
use deep_jammer::originality::{Packed, TrainingMusic};
use deep_jammer::primer;
use deep_jammer::roll::Transcription;
use std::path::{Path, PathBuf};

/// The name that stands for the Markov chain where a model is asked for.
pub const MARKOV: &str = "markov";

/// The seed by which the chain's primers are drawn from what it learns: that of every training, if
/// nothing else is said.
const PRIMER_SEED: u64 = 1;

/// The model that composes, and what a recipe says of it.
pub struct Source {
    pub composer: Composer,
    /// What the model is called.
    pub name: String,
    /// The paths that the chain has learned from.
    pub learn: Vec<String>,
    learned: Learned,
}

/// The training music.
enum Learned {
    /// Of the chain.
    Pieces(TrainingMusic),
    /// Of a network, whose model may carry it. The path is where the model was read.
    Network(Option<Packed>, PathBuf),
}

impl Source {
    /// The model that the command asks for.
    pub fn new(command: &Compose) -> anyhow::Result<Source> {
        let model = command.model.as_deref().unwrap_or(Path::new(cli::BUILT_IN));
        Source::named(model, &command.learn)
    }

    /// The model that replays a recipe: the one that the command asks for. If it asks for none, it is
    /// the Markov chain if the recipe is of one, or else the built-in model.
    pub fn of_recipe(command: &Compose, recipe: &Recipe) -> anyhow::Result<Source> {
        let is_chain = recipe.model_name.as_deref() == Some(MARKOV);
        let usual = Path::new(if is_chain { MARKOV } else { cli::BUILT_IN });
        let model = command.model.as_deref().unwrap_or(usual);
        let learn = match &command.learn[..] {
            [] if model == Path::new(MARKOV) => recipe.learn.iter().map(PathBuf::from).collect(),
            given => given.to_vec(),
        };
        let source = Source::named(model, &learn)?;
        let found = source.composer.fingerprint();
        match &recipe.model {
            Some(wanted) if wanted != found => bail!(
                "this recipe is for the model {}, and {} is {found}; give the one it is for with {}",
                match &recipe.model_name {
                    Some(name) => format!("{name} ({wanted})"),
                    None => wanted.clone(),
                },
                source.name,
                match &recipe.model_name {
                    Some(name) if name == MARKOV => format!("--model {MARKOV} --learn PATH"),
                    Some(name) => format!("--model {}", quoted(name)),
                    None => "--model".to_owned(),
                }
            ),
            _ => Ok(source),
        }
    }

    fn named(model: &Path, learn: &[PathBuf]) -> anyhow::Result<Source> {
        if model == Path::new(MARKOV) {
            return Source::chain(learn);
        }
        if !learn.is_empty() {
            bail!(
                "--learn is for --model {MARKOV}; a network has to be trained:\n  deep-jammer train \
                 FOLDER-OF-MIDI --run my-run"
            );
        }
        Source::network(model)
    }

    fn network(path: &Path) -> anyhow::Result<Source> {
        let model = cli::model(path)?;
        Ok(Source {
            composer: Composer::new(&model),
            name: path.display().to_string(),
            learn: Vec::new(),
            learned: Learned::Network(model.training_music, path.to_owned()),
        })
    }

    /// The model by its name and fingerprint.
    pub fn in_words(&self) -> String {
        format!("{} ({})", self.name, self.composer.fingerprint())
    }

    /// Whether the model carries its training music, wherever it is.
    pub fn carries_its_music(&self) -> bool {
        match &self.learned {
            Learned::Pieces(_) => true,
            Learned::Network(carried, _) => carried.is_some(),
        }
    }

    /// The criterion that pieces are judged by, from the training music.
    pub fn criterion(&self) -> anyhow::Result<Criterion> {
        let training_music = match &self.learned {
            Learned::Pieces(pieces) => pieces.clone(),
            Learned::Network(carried, path) => cli::learned(carried.as_ref(), path)?,
        };
        let criterion = Criterion::new(training_music);
        criterion.with_context(|| format!("{} has learned from no music", self.in_words()))
    }

    fn chain(paths: &[PathBuf]) -> anyhow::Result<Source> {
        if paths.is_empty() {
            bail!("the Markov chain learns on the spot: give it music with --learn FOLDER-OF-MIDI");
        }
        let mut corpus = corpus::read(paths)?;
        report_skipped(&corpus.failures);
        if corpus.pieces.is_empty() {
            bail!("none of the {} files could be read", corpus.failures.len());
        }
        // In one tempo each, so that recipes of before find the same excerpts.
        for Transcription { roll, mean_tempo, .. } in
            corpus.pieces.iter_mut().map(|piece| &mut piece.transcription)
        {
            roll.set_tempo(*mean_tempo);
        }
        let counts = Counts::of(corpus.pieces.iter().map(Piece::roll));
        eprintln!("learned from {} pieces, {} steps", counts.pieces(), counts.steps());
        if counts.steps() == 0 {
            bail!("there is not a step of music to learn from");
        }
        let chain = Composer::of_baseline(Baseline::new(Kind::Markov, &counts));
        Ok(Source {
            // From anywhere in pieces of any length.
            composer: chain.with_excerpts(primer::draw(&corpus.pieces, 1, PRIMER_SEED)),
            name: MARKOV.to_owned(),
            learn: paths.iter().map(|path| path.display().to_string()).collect(),
            learned: Learned::Pieces(TrainingMusic::of(&corpus.pieces)),
        })
    }
}
