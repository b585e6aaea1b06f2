//! `deep-jammer train`: train a network on MIDI files.

mod configuration;
mod defaults;
mod options;
mod origin;

pub use options::Train;

use super::progress::{Progress, in_words};
use super::{Outcome, interruption, quoted, remedy};
use crate::cli::skipped::report_skipped;
use anyhow::{Context, anyhow, bail};
use deep_jammer::corpus::{self, Corpus, Piece};
use deep_jammer::dataset::{Dataset, Pieces, Split};
use deep_jammer::model::Model;
use deep_jammer::network::Cpu;
use deep_jammer::originality::{Packed, TrainingMusic};
use deep_jammer::run::{
    Config, EpochReport, Goal, Lock, Observer, ResourceEstimate, RunFolder, Schedule, Session,
    SessionError, StopReason, music_to_carry, newest_checkpoint, newest_checkpoint_path,
};
use deep_jammer::training::Start;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// A run that is ready to train.
struct Prepared {
    folder: RunFolder,
    config: Config,
    dataset: Dataset,
    pieces: Pieces,
    origin: Origin,
    estimate: ResourceEstimate,
    /// Held while the training goes on.
    lock: Lock,
}

/// What a training starts from.
enum Origin {
    /// A new run, with the music that its model will carry.
    New(Start, Option<Packed>),
    Checkpoint(Box<deep_jammer::run::Checkpoint>),
}

/// Starts a training, or resumes one.
pub fn run(command: &Train) -> anyhow::Result<Outcome> {
    if let Some(threads) = command.threads {
        rayon::ThreadPoolBuilder::new().num_threads(usize::from(threads)).build_global()?;
    }
    let prepared = match command.resume {
        true => prepare_resume(command)?,
        false => prepare(command)?,
    };
    print_plan(&prepared);
    interruption::handle_ctrl_c("Finishing this epoch and saving a checkpoint.")?;
    train(&command.run, prepared)
}

/// Checks everything about a new run, and takes its folder. Writes nothing else.
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
    // Another process may have started a run here in the meantime.
    check_free(command, &folder)?;
    let earlier_music = earlier_music(&config, model.as_ref())?;
    warn_of_leaks(&config, &earlier_music, &pieces);
    let music = music_to_carry(&config, &pieces, earlier_music)?;
    folder.clear()?;
    let origin = Origin::New(start(&config, model), music);
    Ok(Prepared { folder, config, dataset, pieces, origin, estimate, lock })
}

/// Checks that there are held-out pieces if patience is to end the training.
fn check_patience(config: &Config, dataset: &Dataset) -> anyhow::Result<()> {
    if config.goal.patience.is_some() && dataset.count(Split::Validation) == 0 {
        bail!("--patience needs held-out pieces; set --validation to more than 0");
    }
    Ok(())
}

/// The music that the model was trained on from which this run starts, if that model carries it.
fn earlier_music(config: &Config, model: Option<&Model>) -> anyhow::Result<TrainingMusic> {
    let packed = model.and_then(|model| model.training_music.as_ref());
    let from = config.start.from.as_deref().unwrap_or(Path::new("the model"));
    let unpack = |packed: &Packed| packed.unpack().with_context(|| from.display().to_string());
    Ok(packed.map(unpack).transpose()?.unwrap_or_default())
}

/// Warns if the model from which this run starts was trained on pieces that this run holds out. Then
/// the held-out loss is too good.
fn warn_of_leaks(config: &Config, earlier_music: &TrainingMusic, pieces: &Pieces) {
    let Some(from) = &config.start.from else { return };
    let known: Vec<_> = earlier_music.pieces.iter().map(|piece| &piece.roll).collect();
    let held_out = pieces.validation.iter().map(Piece::roll);
    let rolls: Vec<_> = known.iter().copied().chain(held_out).collect();
    let alike = corpus::all_duplicates(&rolls).split_off(known.len());
    let leaked =
        alike.iter().filter(|alike| alike.iter().any(|&other| other < known.len())).count();
    if leaked > 0 {
        eprintln!(
            "{leaked} of the {} held-out pieces are in the training music of {}, so the held-out loss \
             will be too good; with the --seed and the files of that training, the same pieces are \
             held out",
            pieces.validation.len(),
            from.display()
        );
    }
    if earlier_music.is_empty() {
        eprintln!(
            "{} does not carry its training music, so copies of that music will not be found",
            from.display()
        );
    }
}

fn start(config: &Config, model: Option<Model>) -> Start {
    match model {
        None => Start::FromScratch,
        Some(model) if config.start.reset_dense => Start::FineTuned(model.parameters),
        Some(model) => Start::Extended(model.parameters),
    }
}

fn check_free(command: &Train, folder: &RunFolder) -> anyhow::Result<()> {
    match folder.existing_file() {
        Some(path) if !command.force => bail!(
            "{} already exists; continue that training with --resume, replace it with --force, or \
             choose another --run",
            path.display()
        ),
        _ => Ok(()),
    }
}

/// Checks everything about a run to be resumed, and takes its folder. Changes nothing.
fn prepare_resume(command: &Train) -> anyhow::Result<Prepared> {
    let folder = RunFolder::new(&command.run);
    let file = folder.config();
    if !file.exists() {
        bail!(
            "{} holds no training to resume: it has no config.toml; start one with\n  \
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
        eprintln!("skipped a damaged checkpoint: {damaged}");
    }
    let altered: Vec<_> = recorded
        .differences(&checkpoint.config)
        .into_iter()
        .filter(|difference| !difference.key.starts_with("goal."))
        .map(|difference| format!("{} was {}", difference.key, difference.second))
        .collect();
    if !altered.is_empty() {
        bail!(
            "{} has changed since the run began: {}; put it back as it was",
            file.display(),
            altered.join("; ")
        );
    }
    let list = folder.dataset();
    let dataset = Dataset::read(&list)?;
    if dataset.fingerprint() != checkpoint.dataset {
        bail!("{} has changed since the run began; put it back as it was", list.display());
    }
    check_patience(&config, &dataset)?;
    let pieces = dataset.read_pieces()?;
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
    Ok(ResourceEstimate::find::<Cpu>(
        config,
        &command.run,
        epochs,
        steps,
        threads,
        command.memory()?,
    )?)
}

/// Prints what the training will do, with which music, and what it needs.
fn print_plan(prepared: &Prepared) {
    let Prepared { config, dataset, estimate, .. } = prepared;
    let settings = &config.training;
    let amount = |split| (dataset.count(split), dataset.steps(split));
    let ((training, steps), (validation, held_out)) =
        (amount(Split::Training), amount(Split::Validation));
    eprintln!(
        "training on {training} pieces, {steps} steps; {validation} held out, {held_out} steps; {} \
         too short for a segment of {} steps",
        dataset.count(Split::TooShort),
        settings.segment
    );
    let (test, steps) = amount(Split::Test);
    if test > 0 {
        eprintln!("{test} pieces, {steps} steps, are kept for a test; training never reads them");
    }
    if validation == 0 && config.corpus.validation > 0.0 {
        match dataset.files.iter().any(|file| corpus::is_set(&file.path)) {
            true => eprintln!("the set has no pieces for validation"),
            false => eprintln!("all pieces are the same music, so none can be held out"),
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
            "there is too little memory for a whole batch; it is processed in slices of {} of its {} \
             segments, with the same result",
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
            let session =
                Session::begin(&folder, config, dataset, &pieces, start, music, Cpu::for_training);
            if session.is_err() {
                // Half a beginning is useless, and would be in the way of the next one.
                let _ = folder.clear();
            }
            session?
        }
        Origin::Checkpoint(checkpoint) => {
            Session::resume(&folder, config, dataset, &pieces, *checkpoint, Cpu::for_training)?
        }
    };
    // Several may be from one piece.
    let unreadable: BTreeSet<_> =
        session.unreadable_primers().iter().map(ToString::to_string).collect();
    for error in unreadable {
        eprintln!("{}: {error}; it is left out", folder.model().display());
    }
    session.set_slice(estimate.slice);
    let done = session.is_done();
    if resumed {
        match done {
            None => eprintln!("resuming after epoch {}", session.epochs()),
            Some(ending) => eprintln!("{}", goal_reached(ending, &goal, session.epochs(), run)),
        }
    }
    let mut display = ProgressDisplay::new(&session, &goal);
    let outcome = session.train(&mut display);
    display.progress.finish();
    drop(lock);
    let outcome = outcome.map_err(|error| with_remedy(error, run))?;
    let speed = display.progress.speed(outcome.epochs);
    if done.is_none() {
        eprintln!(
            "{} epochs in {}{}; {speed:.2} epochs a second",
            outcome.epochs,
            in_words(outcome.seconds),
            match outcome.stop_reason {
                StopReason::Patience => ": validation stopped improving",
                StopReason::Hours => ": the time is up",
                StopReason::Epochs | StopReason::Interrupted => "",
            }
        );
    }
    if let Some(best) = outcome.best {
        eprintln!(
            "the best model is that of epoch {}, with a held-out loss of {:.3} nats per step",
            best.epoch, best.nats
        );
    }
    if outcome.stop_reason == StopReason::Interrupted {
        eprintln!("saved; resume with\n  {}", resume_command(run));
    }
    println!("{}", folder.model().display());
    if outcome.stop_reason == StopReason::Interrupted {
        return Ok(Outcome::Interrupted);
    }
    eprintln!(
        "compose with it: deep-jammer compose --model {}",
        quoted(&run.display().to_string())
    );
    Ok(Outcome::Done)
}

/// The message about a run that has reached its goal already.
fn goal_reached(ending: StopReason, goal: &Goal, epochs: u64, run: &Path) -> String {
    let resume = resume_command(run);
    let (why, how) = match ending {
        StopReason::Patience => {
            let patience = goal.patience.unwrap_or_default();
            ("validation stopped improving", format!("--patience {}", 2 * patience))
        }
        StopReason::Hours => {
            ("the time is up", format!("--hours {}", 2.0 * goal.hours.unwrap_or_default()))
        }
        _ => ("its epochs are done", format!("--epochs {}", 2 * epochs)),
    };
    format!(
        "this training reached its goal after {epochs} epochs ({why}); to train longer:\n  {resume} {how}"
    )
}

/// Adds to an error what the user can do about it. Nothing that was saved is lost.
fn with_remedy(error: SessionError, run: &Path) -> anyhow::Error {
    let diverged = matches!(error, SessionError::Diverged(..));
    let remedy = remedy::remedy(&error).unwrap_or_default();
    match newest_checkpoint_path(&RunFolder::new(run).checkpoints()) {
        // A training that diverged would diverge again.
        Some(checkpoint) if diverged => {
            anyhow!("{error}{remedy}\nthe last good checkpoint is {}", checkpoint.display())
        }
        Some(checkpoint) => anyhow!(
            "{error}{remedy}\nthe last good checkpoint is {}; resume from it with\n  {}",
            checkpoint.display(),
            resume_command(run)
        ),
        None => error.into(),
    }
}

fn resume_command(run: &Path) -> String {
    format!("deep-jammer train --run {} --resume", quoted(&run.display().to_string()))
}

/// Shows the progress of a training.
struct ProgressDisplay {
    progress: Progress,
}

impl ProgressDisplay {
    fn new(session: &Session<'_, Cpu>, goal: &Goal) -> ProgressDisplay {
        let left = goal.hours.map(|hours| 3600.0 * hours - session.seconds());
        ProgressDisplay { progress: Progress::from(session.epochs(), goal.epochs, left, "epochs") }
    }
}

impl Observer for ProgressDisplay {
    fn epoch_done(&mut self, report: &EpochReport) {
        let EpochReport { epoch, mean, validation } = *report;
        let validation = match validation {
            Some(nats) => format!(", {nats:.3} held out"),
            None => String::new(),
        };
        let speed = self.progress.speed(epoch);
        let message = format!("{mean:.3} nats per step{validation}  {speed:.2} epochs a second");
        self.progress.show(epoch, &message);
    }

    fn should_stop(&self) -> bool {
        interruption::requested()
    }
}

/// Reads the music, and prints which files have no piece to train on. Messages name paths as the user
/// gave them.
fn read(given: &[PathBuf], paths: &[PathBuf]) -> anyhow::Result<Corpus> {
    let paths = if given.is_empty() { paths } else { given };
    let corpus = corpus::read(paths)?;
    report_skipped(&corpus.failures);
    if corpus.pieces.is_empty() {
        bail!("none of the {} files could be read", corpus.failures.len());
    }
    Ok(corpus)
}
