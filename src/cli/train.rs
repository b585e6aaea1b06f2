//! `deep-jammer train`: learn from a folder of MIDI files.

mod options;
mod origin;

pub use options::Train;

use super::progress::{Progress, in_words};
use super::{Outcome, interruption, quoted, remedy};
use anyhow::{Context, anyhow, bail};
use deep_jammer::corpus::{self, Corpus, Piece};
use deep_jammer::dataset::{Dataset, Pieces, Split};
use deep_jammer::model::Model;
use deep_jammer::originality::{Packed, TrainingMusic};
use deep_jammer::run::{
    Config, Goal, Lock, Observer, Report, ResourceEstimate, RunFolder, Schedule, Session,
    SessionError, StopReason, carried, newest_checkpoint, newest_checkpoint_path,
};
use deep_jammer::training::Start;
use std::path::{Path, PathBuf};

/// A run that is ready to be trained.
struct Prepared {
    folder: RunFolder,
    config: Config,
    dataset: Dataset,
    pieces: Pieces,
    origin: Origin,
    estimate: ResourceEstimate,
    /// Held as long as the training goes on.
    lock: Lock,
}

/// Where a training begins.
enum Origin {
    /// With the music that its model is to carry.
    New(Start, Option<Packed>),
    Checkpoint(Box<deep_jammer::run::Checkpoint>),
}

/// Begins a training, or goes on with one.
pub fn run(command: &Train) -> anyhow::Result<Outcome> {
    if let Some(threads) = command.threads {
        rayon::ThreadPoolBuilder::new().num_threads(usize::from(threads)).build_global()?;
    }
    let prepared = match command.resume {
        true => prepare_resume(command)?,
        false => prepare(command)?,
    };
    introduce(&prepared);
    interruption::listen("Finishing this step and saving a checkpoint.")?;
    train(&command.run, prepared)
}

/// Checks all there is to check of a new run, and takes its folder; nothing else is written.
fn prepare(command: &Train) -> anyhow::Result<Prepared> {
    let folder = RunFolder::new(&command.run);
    let (mut config, model) = command.configuration()?;
    check_free(command, &folder)?;
    let corpus = read(&command.paths, &config.corpus.paths)?;
    let (segment, seed) = (config.training.segment, config.training.seed);
    let (dataset, pieces) = Dataset::new(corpus, segment, config.corpus.validation, seed)?;
    check_patience(&config, &dataset)?;
    if config.retention.validate_every == 0 {
        let steps = dataset.steps(Split::Validation);
        config.retention.validate_every = Schedule::automatic(steps, &config.training).interval;
    }
    let estimate = estimate(command, &config, &dataset, 0)?;
    let lock = folder.lock()?;
    // Somebody else may have begun a run here in the meantime.
    check_free(command, &folder)?;
    let before = before(&config, model.as_ref())?;
    warn_of_what_is_known(&config, &before, &pieces);
    let music = carried(&config, &pieces, before)?;
    folder.clear()?;
    let origin = Origin::New(start(&config, model), music);
    Ok(Prepared { folder, config, dataset, pieces, origin, estimate, lock })
}

/// Whether it can be seen on pieces that are held out that the network no longer gets better, where
/// that is to end the training.
fn check_patience(config: &Config, dataset: &Dataset) -> anyhow::Result<()> {
    if config.goal.patience.is_some() && dataset.count(Split::Validation) == 0 {
        bail!("--patience needs pieces that are held out: --validation more than 0");
    }
    Ok(())
}

/// What the model has been learned from whose weights are gone on from, if it says so.
fn before(config: &Config, model: Option<&Model>) -> anyhow::Result<TrainingMusic> {
    let packed = model.and_then(|model| model.training_music.as_ref());
    let from = config.start.from.as_deref().unwrap_or(Path::new("the model"));
    let unpack = |packed: &Packed| packed.unpack().with_context(|| from.display().to_string());
    Ok(packed.map(unpack).transpose()?.unwrap_or_default())
}

/// Says so where pieces are held out that the model has learned from whose weights are gone on from:
/// what is said of held-out pieces is too good then.
fn warn_of_what_is_known(config: &Config, before: &TrainingMusic, pieces: &Pieces) {
    let Some(from) = &config.start.from else { return };
    let known: Vec<_> = before.pieces.iter().map(|piece| &piece.roll).collect();
    let held_out = pieces.validation.iter().map(Piece::roll);
    let rolls: Vec<_> = known.iter().copied().chain(held_out).collect();
    let alike = corpus::all_duplicates(&rolls).split_off(known.len());
    let heard = alike.iter().filter(|alike| alike.iter().any(|&other| other < known.len())).count();
    if heard > 0 {
        eprintln!(
            "{heard} of the {} pieces held out are among what {} has learned from: what is measured on \
             them is too good; the --seed and the files of its training hold out the same pieces",
            pieces.validation.len(),
            from.display()
        );
    }
    if before.is_empty() {
        eprintln!(
            "{} does not carry the music that it has learned from: copies of that will not be told",
            from.display()
        );
    }
}

fn start(config: &Config, model: Option<Model>) -> Start {
    match model {
        None => Start::Anew,
        Some(model) if config.start.reset_dense => Start::WithNewDense(model.parameters),
        Some(model) => Start::From(model.parameters),
    }
}

fn check_free(command: &Train, folder: &RunFolder) -> anyhow::Result<()> {
    match folder.in_the_way() {
        Some(path) if !command.force => bail!(
            "{} is there already; go on with that training with --resume, replace it with --force, \
             or choose another --run",
            path.display()
        ),
        _ => Ok(()),
    }
}

/// Checks all there is to check of a run to be resumed, and takes its folder; nothing is changed.
fn prepare_resume(command: &Train) -> anyhow::Result<Prepared> {
    let folder = RunFolder::new(&command.run);
    let file = folder.config();
    if !file.exists() {
        bail!(
            "{} holds no training to go on with: it has no config.toml; begin one with\n  \
             deep-jammer train FOLDER-OF-MIDI --run {}",
            command.run.display(),
            quoted(&command.run.display().to_string())
        );
    }
    let lock = folder.lock()?;
    let recorded = Config::read(&file)?;
    let config = command.resumed(&recorded)?;
    let (checkpoint, damaged) = newest_checkpoint(&folder.checkpoints())?;
    for damaged in damaged {
        eprintln!("a checkpoint is damaged and not used: {damaged}");
    }
    let altered: Vec<_> = recorded
        .differences(&checkpoint.config)
        .into_iter()
        .filter(|difference| !difference.key.starts_with("goal."))
        .map(|difference| format!("{} was {}", difference.key, difference.second))
        .collect();
    if !altered.is_empty() {
        bail!(
            "{} is not what the run was begun with: {}; put it back as it was",
            file.display(),
            altered.join("; ")
        );
    }
    let list = folder.dataset();
    let dataset = Dataset::read(&list)?;
    if dataset.fingerprint() != checkpoint.dataset {
        bail!("{} is not what the run was begun with; put it back as it was", list.display());
    }
    check_patience(&config, &dataset)?;
    let pieces = dataset.read_again()?;
    let epochs = checkpoint.snapshot.state.epochs;
    let estimate = estimate(command, &config, &dataset, epochs)?;
    folder.sweep()?;
    let origin = Origin::Checkpoint(Box::new(checkpoint));
    Ok(Prepared { folder, config, dataset, pieces, origin, estimate, lock })
}

fn estimate(
    command: &Train,
    config: &Config,
    dataset: &Dataset,
    epochs: u64,
) -> anyhow::Result<ResourceEstimate> {
    let steps = dataset.steps(Split::Training) + dataset.steps(Split::Validation);
    let threads = rayon::current_num_threads();
    Ok(ResourceEstimate::find(config, &command.run, epochs, steps, threads, command.memory()?)?)
}

/// Says what will be done, with what, and what it takes.
fn introduce(prepared: &Prepared) {
    let Prepared { config, dataset, estimate, .. } = prepared;
    let settings = &config.training;
    let sides = |side| (dataset.count(side), dataset.steps(side));
    let ((training, steps), (validation, held_out)) =
        (sides(Split::Training), sides(Split::Validation));
    eprintln!(
        "learning from {training} pieces, {steps} steps; {validation} held out, {held_out} steps; {} \
         too short for a segment of {}",
        dataset.count(Split::TooShort),
        settings.segment
    );
    let (test, steps) = sides(Split::Test);
    if test > 0 {
        eprintln!(
            "{test} pieces, {steps} steps, are kept for a test; training does not look at them"
        );
    }
    if validation == 0 && config.corpus.validation > 0.0 {
        match dataset.files.iter().any(|file| corpus::is_set(&file.path)) {
            true => eprintln!("the set holds out no piece for validation"),
            false => eprintln!("all pieces are the same music, so that none can be held out"),
        }
    }
    eprintln!(
        "a network of {} units; seed {}; {}; {} threads",
        config.architecture,
        settings.seed,
        settings.optimiser,
        rayon::current_num_threads()
    );
    eprintln!("{estimate}");
    if estimate.slice < settings.batch {
        eprintln!(
            "there is too little memory for a whole batch: it is worked through by {} of {} \
             segments at once, with the same result",
            estimate.slice, settings.batch
        );
    }
}

fn train(run: &Path, prepared: Prepared) -> anyhow::Result<Outcome> {
    let Prepared { folder, config, dataset, pieces, origin, estimate, lock } = prepared;
    let goal = config.goal.clone();
    let resumed = matches!(origin, Origin::Checkpoint(_));
    let mut session = match origin {
        Origin::New(start, music) => {
            let session = Session::begin(&folder, config, dataset, &pieces, start, music);
            if session.is_err() {
                // Half a beginning is of no use, and in the way of the next one.
                let _ = folder.clear();
            }
            session?
        }
        Origin::Checkpoint(checkpoint) => {
            Session::resume(&folder, config, dataset, &pieces, *checkpoint)?
        }
    };
    session.set_slice(estimate.slice);
    let done = session.is_done();
    if resumed {
        match done {
            None => eprintln!("going on after epoch {}", session.epochs()),
            Some(ending) => eprintln!("{}", finished(ending, &goal, session.epochs(), run)),
        }
    }
    let mut viewer = Viewer::new(&session, &goal);
    let outcome = session.learn(&mut viewer);
    viewer.progress.finish();
    drop(lock);
    let outcome = outcome.map_err(|error| with_remedy(error, run))?;
    let speed = viewer.progress.speed(outcome.epochs);
    if done.is_none() {
        eprintln!(
            "{} epochs in {}{}; {speed:.2} epochs a second",
            outcome.epochs,
            in_words(outcome.seconds),
            match outcome.ending {
                StopReason::Patience => ": validation brings nothing better any more",
                StopReason::Hours => ": the hours are over",
                StopReason::Epochs | StopReason::Interrupted => "",
            }
        );
    }
    if let Some(best) = outcome.best {
        eprintln!("the best model is that of epoch {}, {:.3} nats a step", best.epoch, best.nats);
    }
    if outcome.ending == StopReason::Interrupted {
        eprintln!("saved; go on with\n  {}", resume_command(run));
    }
    println!("{}", folder.model().display());
    if outcome.ending == StopReason::Interrupted {
        return Ok(Outcome::Interrupted);
    }
    eprintln!(
        "compose with it: deep-jammer compose --model {}",
        quoted(&run.display().to_string())
    );
    Ok(Outcome::Done)
}

/// What is said of a run that has nothing left to do.
fn finished(ending: StopReason, goal: &Goal, epochs: u64, run: &Path) -> String {
    let resume = resume_command(run);
    let (why, how) = match ending {
        StopReason::Patience => {
            let patience = goal.patience.unwrap_or_default();
            ("validation brought nothing better", format!("--patience {}", 2 * patience))
        }
        StopReason::Hours => {
            ("the hours are over", format!("--hours {}", 2.0 * goal.hours.unwrap_or_default()))
        }
        _ => ("its epochs are done", format!("--epochs {}", 2 * epochs)),
    };
    format!(
        "this training has reached its goal after {epochs} epochs ({why}); to go further:\n  {resume} {how}"
    )
}

/// An error on the way, and what to do: nothing that was saved is lost.
fn with_remedy(error: SessionError, run: &Path) -> anyhow::Error {
    let diverged = matches!(error, SessionError::Diverged(..));
    let remedy = remedy::remedy(&error).unwrap_or_default();
    match newest_checkpoint_path(&RunFolder::new(run).checkpoints()) {
        // What has diverged would diverge again.
        Some(checkpoint) if diverged => {
            anyhow!("{error}{remedy}\nthe last good checkpoint is {}", checkpoint.display())
        }
        Some(checkpoint) => anyhow!(
            "{error}{remedy}\nthe last good checkpoint is {}; go on from it with\n  {}",
            checkpoint.display(),
            resume_command(run)
        ),
        None => error.into(),
    }
}

fn resume_command(run: &Path) -> String {
    format!("deep-jammer train --run {} --resume", quoted(&run.display().to_string()))
}

/// Shows how a training goes on.
struct Viewer {
    progress: Progress,
}

impl Viewer {
    fn new(session: &Session<'_>, goal: &Goal) -> Viewer {
        let left = goal.hours.map(|hours| 3600.0 * hours - session.seconds());
        Viewer { progress: Progress::from(session.epochs(), goal.epochs, left, "epochs") }
    }
}

impl Observer for Viewer {
    fn see(&mut self, report: &Report) {
        let Report { epoch, mean, validation } = *report;
        let validation = match validation {
            Some(nats) => format!(", {nats:.3} held out"),
            None => String::new(),
        };
        let speed = self.progress.speed(epoch);
        let message = format!("{mean:.3} nats a step{validation}  {speed:.2} epochs a second");
        self.progress.show(epoch, &message);
    }

    fn wants_to_stop(&self) -> bool {
        interruption::asked()
    }
}

/// Reads the corpus, and says which files give no piece. Messages name paths as they were given.
fn read(given: &[PathBuf], paths: &[PathBuf]) -> anyhow::Result<Corpus> {
    let paths = if given.is_empty() { paths } else { given };
    let corpus = corpus::read(paths)?;
    for failure in &corpus.failures {
        eprintln!("skipped {}", failure.reason);
    }
    if corpus.pieces.is_empty() {
        bail!("none of the {} files could be read", corpus.failures.len());
    }
    Ok(corpus)
}
