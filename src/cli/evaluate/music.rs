//! Which music is evaluated, and which the baselines learn from.

use super::{Evaluate, Named};
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
    /// What is evaluated; at least one piece, each of at least one step.
    pub evaluated: Vec<Piece>,
    /// What that is, in words.
    pub what: &'static str,
    /// Files that cannot be evaluated.
    pub skipped: Vec<Failure>,
    /// What the baselines learn from, or why there are none.
    pub learned: Result<Learned, String>,
    /// Whether the network has learned from each piece.
    pub heard: Vec<Exposure>,
    /// Whether the network that it is compared with has.
    pub heard_by_others: Vec<Exposure>,
}

/// What baselines learn from.
pub struct Learned {
    /// The pieces.
    pub pieces: Vec<Piece>,
    /// What they are, in words.
    pub what: &'static str,
    /// Which of the evaluated pieces are among them.
    pub heard: Vec<Exposure>,
}

/// What a run says of its music.
struct Run {
    path: PathBuf,
    dataset: Dataset,
    /// What the run has learned from, or why that cannot be had any more.
    training: Result<Vec<Piece>, String>,
    /// Whether it began with the weights of a model that may have learned from anything.
    began_elsewhere: bool,
}

/// Finds and reads the music.
pub fn find(command: &Evaluate, models: &[Named], against: &[Named]) -> anyhow::Result<Music> {
    let runs = runs_of(models)?;
    let (mut evaluated, what, skipped) = evaluated(command, &runs)?;
    // In sets there may be pieces without a step, which nobody can be surprised by.
    evaluated.retain(|piece| !piece.roll().is_empty());
    if evaluated.is_empty() {
        bail!("there is no piece to evaluate among what is {what}");
    }
    let heard = heard_by(models, &runs, &evaluated)?;
    let heard_by_others = heard_by(against, &runs_of(against)?, &evaluated)?;
    let learned = learned(command, runs.into_iter().flatten().collect(), &evaluated)?;
    Ok(Music { evaluated, what, skipped, learned, heard, heard_by_others })
}

/// The runs of those networks that are named by the folder of one.
fn runs_of(networks: &[Named]) -> anyhow::Result<Vec<Option<Run>>> {
    let run = |named: &Named| named.path.is_dir().then(|| Run::read(named.path)).transpose();
    networks.iter().map(run).collect()
}

/// Whether any of some networks, whose runs are at hand or not, has learned from pieces.
fn heard_by(
    networks: &[Named],
    runs: &[Option<Run>],
    evaluated: &[Piece],
) -> anyhow::Result<Vec<Exposure>> {
    let each = networks.iter().zip(runs).map(|(named, run)| match run {
        Some(run) => Ok(run.heard(evaluated)),
        None => heard_by_file(named, evaluated),
    });
    let each: Vec<_> = each.collect::<anyhow::Result<_>>()?;
    let heard = |piece: usize| {
        let mut each = each.iter().map(|heard| heard[piece]);
        if each.clone().any(|heard| heard == Exposure::LearnedFrom) {
            Exposure::LearnedFrom
        } else if each.all(|heard| heard == Exposure::NotLearnedFrom) {
            Exposure::NotLearnedFrom
        } else {
            Exposure::Unknown
        }
    };
    Ok((0..evaluated.len()).map(heard).collect())
}

/// What the music tells that a model carries: what is not in it may have been learned from before,
/// or left out.
fn heard_by_file(named: &Named, evaluated: &[Piece]) -> anyhow::Result<Vec<Exposure>> {
    let Some(packed) = &named.model.training_music else {
        return Ok(vec![Exposure::Unknown; evaluated.len()]);
    };
    let training_music = packed.unpack().with_context(|| named.path.display().to_string())?;
    let rolls: Vec<_> = training_music.pieces.iter().map(|piece| &piece.roll).collect();
    let heard = |same| if same { Exposure::LearnedFrom } else { Exposure::Unknown };
    Ok(same_music(&rolls, evaluated).into_iter().map(heard).collect())
}

fn evaluated(
    command: &Evaluate,
    runs: &[Option<Run>],
) -> anyhow::Result<(Vec<Piece>, &'static str, Vec<Failure>)> {
    let runs: Vec<&Run> = runs.iter().flatten().collect();
    let (part, side) = match command.test {
        true => (PublishedSplit::Test, Split::Test),
        false => (PublishedSplit::Validation, Split::Validation),
    };
    if !command.paths.is_empty() {
        let (pieces, failures) = read(&command.paths, part)?;
        say_skipped(&failures);
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
                 --learn, all that follows which is learned from)"
            ),
        }
    };
    let held_out = only(&run.dataset, side);
    if let Some(other) = differing(&runs, side) {
        bail!(
            "{} and {} have held out different pieces; name files to evaluate",
            command.model[0].display(),
            command.model[other].display()
        );
    }
    if held_out.files.is_empty() {
        let what = if command.test { "test piece" } else { "piece" };
        bail!("the run has held out no {what}; name files to evaluate");
    }
    let pieces = held_out.read_again().context("the held-out pieces cannot be evaluated")?;
    Ok(match command.test {
        true => (pieces.test, "held out for a test", Vec::new()),
        false => (pieces.validation, "held out by the run", Vec::new()),
    })
}

fn learned(
    command: &Evaluate,
    runs: Vec<Run>,
    evaluated: &[Piece],
) -> anyhow::Result<Result<Learned, String>> {
    let learn = |pieces: Vec<Piece>, what| {
        let same = same_music(&rolls(&pieces), evaluated);
        let heard = |same| if same { Exposure::LearnedFrom } else { Exposure::NotLearnedFrom };
        Learned { pieces, what, heard: same.into_iter().map(heard).collect() }
    };
    if !command.learn.is_empty() {
        let (pieces, failures) = read(&command.learn, PublishedSplit::Training)?;
        say_skipped(&failures);
        return Ok(Ok(learn(pieces, "given by --learn")));
    }
    if let Some(other) = differing(&runs.iter().collect::<Vec<_>>(), Split::Training) {
        return Ok(Err(format!(
            "{} and {} have learned from different pieces; name some with --learn",
            runs[0].path.display(),
            runs[other].path.display()
        )));
    }
    match (runs.into_iter().next(), command.model.first()) {
        (Some(run), _) => {
            Ok(run.training.map(|pieces| learn(pieces, "that the network has learned from")))
        }
        (None, Some(file)) => Ok(Err(format!(
            "{} does not say what it has learned from; name it with --learn, or give the folder of \
             the run as --model",
            file.display()
        ))),
        (None, None) => bail!(
            "nobody to evaluate: give a network as --model, or name music for the baselines to \
             learn from with --learn"
        ),
    }
}

fn say_skipped(failures: &[Failure]) {
    failures.iter().for_each(|failure| eprintln!("skipped {}", failure.reason));
}

/// The pieces among and under some paths, of sets those of one part, and the files that give none.
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

/// Which of some runs has other pieces on a side than the first, if there is one.
fn differing(runs: &[&Run], side: Split) -> Option<usize> {
    // The pieces of a set share a file.
    let of = |run: &Run| -> BTreeSet<(Option<String>, String)> {
        run.dataset.of(side).map(|file| (file.sha256.clone(), file.name.clone())).collect()
    };
    let first = of(runs.first()?);
    runs.iter().position(|run| of(run) != first)
}

/// A dataset without the files of other sides.
fn only(dataset: &Dataset, side: Split) -> Dataset {
    Dataset { files: dataset.of(side).cloned().collect() }
}

impl Run {
    fn read(path: &Path) -> anyhow::Result<Run> {
        let folder = RunFolder::new(path);
        let dataset = Dataset::read(&folder.dataset())?;
        let training = only(&dataset, Split::Training).read_again();
        Ok(Run {
            path: path.to_owned(),
            training: training.map(|pieces| pieces.training).map_err(|error| error.to_string()),
            began_elsewhere: Config::read(&folder.config())?.start.from.is_some(),
            dataset,
        })
    }

    /// Whether the network has learned from pieces: by the bytes of their files, and by their music.
    fn heard(&self, evaluated: &[Piece]) -> Vec<Exposure> {
        let same =
            self.training.as_ref().ok().map(|training| same_music(&rolls(training), evaluated));
        let heard = |(index, piece)| {
            let side = self.dataset.listed(piece).map(|file| file.split);
            let same = same.as_ref().map(|same| same[index]);
            match (side, same) {
                (Some(Split::Training), _) | (_, Some(true)) => Exposure::LearnedFrom,
                _ if self.began_elsewhere => Exposure::Unknown,
                (Some(Split::Validation | Split::Test), _) | (_, Some(false)) => {
                    Exposure::NotLearnedFrom
                }
                (_, None) => Exposure::Unknown,
            }
        };
        evaluated.iter().enumerate().map(heard).collect()
    }
}

/// For each piece whether its music is among that which is learned from, in any key, whole or
/// trimmed.
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
