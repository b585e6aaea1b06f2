//! Which music is evaluated, and which the baselines learn from.

use super::Evaluate;
use anyhow::{Context, bail};
use deep_jammer::corpus::{self, Failure, Part, Piece};
use deep_jammer::evaluation::Heard;
use deep_jammer::run::{Config, Dataset, RunFolder, Side};
use std::path::Path;

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
    pub heard: Vec<Heard>,
}

/// What baselines learn from.
pub struct Learned {
    /// The pieces.
    pub pieces: Vec<Piece>,
    /// What they are, in words.
    pub what: &'static str,
    /// Which of the evaluated pieces are among them.
    pub heard: Vec<Heard>,
}

/// What a run says of its music.
struct Run {
    dataset: Dataset,
    /// What the run has learned from, or why that cannot be had any more.
    training: Result<Vec<Piece>, String>,
    /// Whether it began with the weights of a model that may have learned from anything.
    began_elsewhere: bool,
}

/// Finds and reads the music.
pub fn find(command: &Evaluate) -> anyhow::Result<Music> {
    let folder = command.model.as_deref().filter(|model| model.is_dir());
    let run = folder.map(Run::read).transpose()?;
    let (mut evaluated, what, skipped) = evaluated(command, run.as_ref())?;
    // In sets there may be pieces without a step, which nobody can be surprised by.
    evaluated.retain(|piece| !piece.roll().is_empty());
    if evaluated.is_empty() {
        bail!("there is no piece to evaluate among what is {what}");
    }
    let heard = match &run {
        Some(run) => run.heard(&evaluated),
        None => vec![Heard::Unknown; evaluated.len()],
    };
    let learned = learned(command, run, &evaluated)?;
    Ok(Music { evaluated, what, skipped, learned, heard })
}

fn evaluated(
    command: &Evaluate,
    run: Option<&Run>,
) -> anyhow::Result<(Vec<Piece>, &'static str, Vec<Failure>)> {
    let (part, side) = match command.test {
        true => (Part::Test, Side::Test),
        false => (Part::Validation, Side::Validation),
    };
    if !command.paths.is_empty() {
        let (pieces, failures) = read(&command.paths, part)?;
        say_skipped(&failures);
        return Ok((pieces, "given", failures));
    }
    let Some(run) = run else {
        match &command.model {
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
    run: Option<Run>,
    evaluated: &[Piece],
) -> anyhow::Result<Result<Learned, String>> {
    let learn = |pieces: Vec<Piece>, what| {
        let same = same_music(&pieces, evaluated);
        let heard = |same| if same { Heard::LearnedFrom } else { Heard::NotLearnedFrom };
        Learned { pieces, what, heard: same.into_iter().map(heard).collect() }
    };
    if !command.learn.is_empty() {
        let (pieces, failures) = read(&command.learn, Part::Training)?;
        say_skipped(&failures);
        return Ok(Ok(learn(pieces, "given by --learn")));
    }
    match (run, &command.model) {
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
fn read<P: AsRef<Path>>(paths: &[P], part: Part) -> anyhow::Result<(Vec<Piece>, Vec<Failure>)> {
    let mut corpus = corpus::read(paths)?;
    if corpus.pieces.is_empty() {
        let count = corpus.failures.len();
        let reason = corpus.failures.into_iter().next().map(|failure| failure.reason);
        return Err(anyhow::Error::from(reason.expect("a file that gives no piece"))
            .context(format!("none of the {count} files could be read")));
    }
    corpus.pieces.retain(|piece| piece.part.is_none_or(|of| of == part));
    if corpus.pieces.is_empty() {
        bail!("the given sets have no piece in their part \"{}\"", part.name());
    }
    Ok((corpus.pieces, corpus.failures))
}

/// A dataset without the files of other sides.
fn only(dataset: &Dataset, side: Side) -> Dataset {
    Dataset { files: dataset.of(side).cloned().collect() }
}

impl Run {
    fn read(path: &Path) -> anyhow::Result<Run> {
        let folder = RunFolder::new(path);
        let dataset = Dataset::read(&folder.dataset())?;
        let training = only(&dataset, Side::Training).read_again();
        Ok(Run {
            training: training.map(|pieces| pieces.training).map_err(|error| error.to_string()),
            began_elsewhere: Config::read(&folder.config())?.start.from.is_some(),
            dataset,
        })
    }

    /// Whether the network has learned from pieces: by the bytes of their files, and by their music.
    fn heard(&self, evaluated: &[Piece]) -> Vec<Heard> {
        let same = self.training.as_ref().ok().map(|training| same_music(training, evaluated));
        let heard = |(index, piece)| {
            let side = self.dataset.listed(piece).map(|file| file.split);
            let same = same.as_ref().map(|same| same[index]);
            match (side, same) {
                (Some(Side::Training), _) | (_, Some(true)) => Heard::LearnedFrom,
                _ if self.began_elsewhere => Heard::Unknown,
                (Some(Side::Validation | Side::Test), _) | (_, Some(false)) => {
                    Heard::NotLearnedFrom
                }
                (_, None) => Heard::Unknown,
            }
        };
        evaluated.iter().enumerate().map(heard).collect()
    }
}

/// For each piece whether its music is among that which is learned from, in any key, whole or
/// trimmed.
fn same_music(learned: &[Piece], evaluated: &[Piece]) -> Vec<bool> {
    let rolls: Vec<_> = learned.iter().chain(evaluated).map(Piece::roll).collect();
    let repeats = corpus::repeats(&rolls).split_off(learned.len());
    let same = |(piece, repeats): (&Piece, Option<usize>)| {
        repeats.is_some_and(|original| original < learned.len())
            || learned.iter().any(|learned| learned.roll() == piece.roll())
    };
    evaluated.iter().zip(repeats).map(same).collect()
}
