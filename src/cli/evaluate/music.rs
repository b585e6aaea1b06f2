//! Which music is evaluated, and which the baselines are trained on.

use super::{Evaluate, LoadedModel};
use crate::cli::skipped::report_skipped;
use anyhow::{Context, bail};
use deep_jammer::corpus::{self, Failure, Piece, PublishedSplit};
use deep_jammer::dataset::{Dataset, Split};
use deep_jammer::evaluation::Exposure;
use deep_jammer::roll::Roll;
use deep_jammer::run::{Config, RunFolder};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The music of an evaluation.
pub struct Music {
    /// The pieces to evaluate: at least one, each of at least one step.
    pub evaluated: Vec<Piece>,
    /// What these are, in words.
    pub what: &'static str,
    /// Files that cannot be evaluated.
    pub skipped: Vec<Failure>,
    /// What the baselines are trained on, or why there are none.
    pub learned: Result<Learned, String>,
    /// Whether the network was trained on each piece.
    pub exposure: Vec<Exposure>,
    /// Whether the network that it is compared with was.
    pub exposure_of_others: Vec<Exposure>,
}

/// What baselines are trained on.
pub struct Learned {
    /// The pieces.
    pub pieces: Vec<Piece>,
    /// What they are, in words.
    pub what: &'static str,
    /// Which of the evaluated pieces are among them.
    pub exposure: Vec<Exposure>,
}

/// What a run knows about its music.
struct RunMusic {
    path: PathBuf,
    dataset: Dataset,
    /// The training pieces of the run, or why they can no longer be read.
    training: Result<Vec<Piece>, String>,
    /// Whether it started from the weights of a model, which may have been trained on anything.
    fine_tuned: bool,
}

/// Finds and reads the music.
pub fn find(
    command: &Evaluate,
    models: &[LoadedModel],
    against: &[LoadedModel],
) -> anyhow::Result<Music> {
    let runs = runs_of(models)?;
    let (mut evaluated, what, skipped) = evaluated(command, &runs)?;
    // Sets may have pieces without a step, for which there is no likelihood.
    evaluated.retain(|piece| !piece.roll().is_empty());
    if evaluated.is_empty() {
        bail!("none of the pieces {what} has a step to evaluate");
    }
    let exposure = exposure_of(models, &runs, &evaluated)?;
    let exposure_of_others = exposure_of(against, &runs_of(against)?, &evaluated)?;
    let learned = learned(command, runs.into_iter().flatten().collect(), &evaluated)?;
    Ok(Music { evaluated, what, skipped, learned, exposure, exposure_of_others })
}

/// The runs of networks, where the user named the folder of a run.
fn runs_of(networks: &[LoadedModel]) -> anyhow::Result<Vec<Option<RunMusic>>> {
    let run = |network: &LoadedModel| {
        network.path.is_dir().then(|| RunMusic::read(network.path)).transpose()
    };
    networks.iter().map(run).collect()
}

/// Whether any of some networks was trained on each piece.
fn exposure_of(
    networks: &[LoadedModel],
    runs: &[Option<RunMusic>],
    evaluated: &[Piece],
) -> anyhow::Result<Vec<Exposure>> {
    let each = networks.iter().zip(runs).map(|(network, run)| match run {
        Some(run) => Ok(run.exposure(evaluated)),
        None => exposure_of_file(network, evaluated),
    });
    let each: Vec<_> = each.collect::<anyhow::Result<_>>()?;
    let exposure = |piece: usize| {
        let mut each = each.iter().map(|exposure| exposure[piece]);
        if each.clone().any(|exposure| exposure == Exposure::TrainedOn) {
            Exposure::TrainedOn
        } else if each.all(|exposure| exposure == Exposure::HeldOut) {
            Exposure::HeldOut
        } else {
            Exposure::Unknown
        }
    };
    Ok((0..evaluated.len()).map(exposure).collect())
}

/// Whether the network was trained on each piece, by the training music that its model carries. A
/// piece that is not in it is unknown: earlier training music, or some of it, may have been left out.
fn exposure_of_file(network: &LoadedModel, evaluated: &[Piece]) -> anyhow::Result<Vec<Exposure>> {
    let Some(packed) = &network.model.training_music else {
        return Ok(vec![Exposure::Unknown; evaluated.len()]);
    };
    let training_music = packed.unpack().with_context(|| network.path.display().to_string())?;
    let rolls: Vec<_> = training_music.pieces.iter().map(|piece| &piece.roll).collect();
    let exposure = |same| if same { Exposure::TrainedOn } else { Exposure::Unknown };
    Ok(same_music(&rolls, evaluated).into_iter().map(exposure).collect())
}

fn evaluated(
    command: &Evaluate,
    runs: &[Option<RunMusic>],
) -> anyhow::Result<(Vec<Piece>, &'static str, Vec<Failure>)> {
    let runs: Vec<&RunMusic> = runs.iter().flatten().collect();
    let (part, split) = match command.test {
        true => (PublishedSplit::Test, Split::Test),
        false => (PublishedSplit::Validation, Split::Validation),
    };
    if !command.paths.is_empty() {
        let (pieces, failures) = read(&command.paths, part)?;
        report_skipped(&failures);
        return Ok((pieces, "given", failures));
    }
    let Some(run) = runs.first().filter(|_| runs.len() == command.model.len()) else {
        match command.model.iter().find(|model| !model.is_dir()) {
            Some(file) => bail!(
                "{} does not say which pieces were held out; name files to evaluate, or give the \
                 folder of the run as --model",
                file.display()
            ),
            None => bail!(
                "nothing to evaluate: give the folder of a run as --model, or MIDI files (before \
                 --learn, because all paths after it are training music)"
            ),
        }
    };
    let held_out = only(&run.dataset, split);
    if let Some(other) = differing(&runs, split) {
        bail!(
            "{} and {} have held out different pieces; name files to evaluate",
            command.model[0].display(),
            command.model[other].display()
        );
    }
    if held_out.files.is_empty() {
        let what = if command.test { "test piece" } else { "piece" };
        bail!("the run held out no {what}; name files to evaluate");
    }
    let pieces = held_out.read_pieces().context("cannot read the held-out pieces")?;
    Ok(match command.test {
        true => (pieces.test, "held out for a test", Vec::new()),
        false => (pieces.validation, "held out by the run", Vec::new()),
    })
}

fn learned(
    command: &Evaluate,
    runs: Vec<RunMusic>,
    evaluated: &[Piece],
) -> anyhow::Result<Result<Learned, String>> {
    let learn = |pieces: Vec<Piece>, what| {
        let same = same_music(&rolls(&pieces), evaluated);
        let exposure = |same| if same { Exposure::TrainedOn } else { Exposure::HeldOut };
        Learned { pieces, what, exposure: same.into_iter().map(exposure).collect() }
    };
    if !command.learn.is_empty() {
        let (pieces, failures) = read(&command.learn, PublishedSplit::Training)?;
        report_skipped(&failures);
        return Ok(Ok(learn(pieces, "given by --learn")));
    }
    if let Some(other) = differing(&runs.iter().collect::<Vec<_>>(), Split::Training) {
        return Ok(Err(format!(
            "{} and {} were trained on different pieces; name some with --learn",
            runs[0].path.display(),
            runs[other].path.display()
        )));
    }
    match (runs.into_iter().next(), command.model.first()) {
        (Some(run), _) => {
            Ok(run.training.map(|pieces| learn(pieces, "that the network was trained on")))
        }
        (None, Some(file)) => Ok(Err(format!(
            "{} does not say what it was trained on; name that music with --learn, or give the \
             folder of the run as --model",
            file.display()
        ))),
        (None, None) => bail!(
            "nothing to evaluate: give a network as --model, or name training music for the \
             baselines with --learn"
        ),
    }
}

/// The pieces of files and folders, of sets those of one part, and the files that have none.
fn read<P: AsRef<Path>>(
    paths: &[P],
    part: PublishedSplit,
) -> anyhow::Result<(Vec<Piece>, Vec<Failure>)> {
    let mut corpus = corpus::read(paths)?;
    if corpus.pieces.is_empty() {
        let count = corpus.failures.len();
        let Some(failure) = corpus.failures.into_iter().next() else {
            bail!("the given sets hold no piece; give files or sets with music in them");
        };
        return Err(anyhow::Error::from(failure.reason)
            .context(format!("none of the {count} files could be read")));
    }
    corpus.pieces.retain(|piece| piece.published_split.is_none_or(|of| of == part));
    if corpus.pieces.is_empty() {
        bail!("the given sets have no piece in their part \"{}\"", part.name());
    }
    Ok((corpus.pieces, corpus.failures))
}

/// The first of the runs whose pieces of a split differ from those of `runs[0]`, by index.
fn differing(runs: &[&RunMusic], split: Split) -> Option<usize> {
    // The pieces of a set share a file.
    let of = |run: &RunMusic| -> BTreeSet<(Option<String>, String)> {
        run.dataset.of(split).map(|file| (file.sha256.clone(), file.name.clone())).collect()
    };
    let first = of(runs.first()?);
    runs.iter().position(|run| of(run) != first)
}

/// A dataset with only the files of one split.
fn only(dataset: &Dataset, split: Split) -> Dataset {
    Dataset { files: dataset.of(split).cloned().collect() }
}

impl RunMusic {
    fn read(path: &Path) -> anyhow::Result<RunMusic> {
        let folder = RunFolder::new(path);
        let dataset = Dataset::read(&folder.dataset())?;
        let training = only(&dataset, Split::Training).read_pieces();
        Ok(RunMusic {
            path: path.to_owned(),
            training: training.map(|pieces| pieces.training).map_err(|error| error.to_string()),
            fine_tuned: Config::read(&folder.config())?.start.from.is_some(),
            dataset,
        })
    }

    /// Whether the network was trained on each piece, by the bytes of its file and by its music.
    fn exposure(&self, evaluated: &[Piece]) -> Vec<Exposure> {
        let same =
            self.training.as_ref().ok().map(|training| same_music(&rolls(training), evaluated));
        let exposure = |(index, piece)| {
            let split = self.dataset.find_by_content(piece).map(|file| file.split);
            let same = same.as_ref().map(|same| same[index]);
            match (split, same) {
                (Some(Split::Training), _) | (_, Some(true)) => Exposure::TrainedOn,
                _ if self.fine_tuned => Exposure::Unknown,
                (Some(Split::Validation | Split::Test), _) | (_, Some(false)) => Exposure::HeldOut,
                (_, None) => Exposure::Unknown,
            }
        };
        evaluated.iter().enumerate().map(exposure).collect()
    }
}

/// For each piece, whether its music is among the training music, in any key, whole or trimmed.
fn same_music(learned: &[&Roll], evaluated: &[Piece]) -> Vec<bool> {
    let rolls: Vec<_> = learned.iter().copied().chain(evaluated.iter().map(Piece::roll)).collect();
    let alike = corpus::all_duplicates(&rolls).split_off(learned.len());
    let same = |(piece, alike): (&Piece, Vec<usize>)| {
        alike.iter().any(|&other| other < learned.len())
            || learned.iter().any(|learned| *learned == piece.roll())
    };
    evaluated.iter().zip(alike).map(same).collect()
}

/// The rolls of pieces.
fn rolls(pieces: &[Piece]) -> Vec<&Roll> {
    pieces.iter().map(Piece::roll).collect()
}
