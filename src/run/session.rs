//! A run under way: epoch after epoch, and all that is kept of it.
//!
//! Whatever an epoch leaves behind is written before the checkpoint of that epoch: so where there
//! is a checkpoint, everything before it is there as well, and a resume has only to cut off what
//! came after it.

use super::checkpoint::{self, Best, Checkpoint, Contents, RunState};
use super::kept_model::KeptModel;
use super::metrics::{self, Metrics};
use super::observer::{Observer, Outcome, Report};
use super::plots::{PlotsError, plots};
use super::samples::{self, SampleError};
use super::table::TableError;
use super::times::{self, Times};
use super::{Config, FolderError, RunFolder, Schedule, StopReason, card, carried};
use crate::atomic_file::{self, AtomicFileError, Existing};
use crate::corpus::Piece;
use crate::dataset::{Dataset, Pieces};
use crate::model::{self, Model};
use crate::network::{Nats, Parameters, TrainingEngine};
use crate::originality::{Packed, TooMuchMusic, TrainingMusic};
use crate::roll::Roll;
use crate::training::{Progress, SegmentSampler, SnapshotError, Start, Trainer};
use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::Instant;

/// A run under way.
pub struct Session<'a, E: TrainingEngine> {
    folder: RunFolder,
    config: Config,
    dataset: Dataset,
    fingerprint: String,
    schedule: Schedule,
    trainer: Trainer<'a, E>,
    held_out: Vec<&'a Roll>,
    /// The music that the model is to carry.
    training_music: Option<Packed>,
    run_state: RunState,
    /// The file of the best model, where one has been validated.
    best: Option<Vec<u8>>,
    metrics: Metrics,
    times: Times,
    /// The epoch of the newest checkpoint, if nothing has happened since.
    saved: Option<u64>,
    /// When this session began, and how many seconds had been trained before.
    begun: (Instant, f64),
}

/// Why a run cannot go on. All that was saved before is there still.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// Loss, gradient or weights are no numbers.
    #[error(
        "the training has diverged: in epoch {0} {1} no finite number any more; start a new run \
         with a smaller learning rate or a smaller gradient norm"
    )]
    Diverged(u64, &'static str),
    /// A file cannot be written.
    #[error(transparent)]
    Writing(#[from] AtomicFileError),
    /// A table cannot be gone on with.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The model cannot carry what it is to carry.
    #[error(transparent)]
    Music(#[from] TooMuchMusic),
    /// What a resume undoes cannot be removed.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A composition cannot be kept.
    #[error(transparent)]
    Sample(#[from] SampleError),
    /// The plots cannot be drawn.
    #[error(transparent)]
    Plots(#[from] PlotsError),
    /// The checkpoint is not of this network or music.
    #[error("{}: {reason}", path.display())]
    Snapshot {
        /// The checkpoint.
        path: PathBuf,
        /// What does not fit.
        reason: SnapshotError,
    },
    /// The system refused.
    #[error("cannot read {}: {reason}", path.display())]
    System {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: io::Error,
    },
}

impl<'a, E: TrainingEngine> Session<'a, E> {
    /// Begins a run in a folder that holds none. Its configuration is written when all else is
    /// there. `training_music` is the music that its model carries ([`carried`](super::carried));
    /// `engine` makes the engine, such as [`Cpu::for_training`](crate::network::Cpu::for_training).
    pub fn begin(
        folder: &RunFolder,
        config: Config,
        dataset: Dataset,
        pieces: &'a Pieces,
        start: Start,
        training_music: Option<Packed>,
        engine: impl FnOnce(&Parameters) -> E,
    ) -> Result<Session<'a, E>, SessionError> {
        let excerpts = SegmentSampler::new(&pieces.training, config.training.segment);
        let architecture = config.architecture.clone();
        let trainer = Trainer::new(architecture, config.training, excerpts, start, engine);
        atomic_file::write(&folder.dataset(), &dataset.to_json(), Existing::Replace)?;
        let mut session = Session {
            training_music,
            metrics: Metrics::create(&folder.metrics())?,
            times: Times::create(&folder.times())?,
            schedule: Schedule { interval: config.retention.validate_every },
            fingerprint: dataset.fingerprint(),
            folder: folder.clone(),
            held_out: pieces.validation.iter().map(Piece::roll).collect(),
            run_state: RunState::default(),
            best: None,
            saved: None,
            begun: (Instant::now(), 0.0),
            config,
            dataset,
            trainer,
        };
        session.save()?;
        session.write_config()?;
        Ok(session)
    }

    /// Goes on from a checkpoint as if the run had never stopped. The goal may be another one.
    pub fn resume(
        folder: &RunFolder,
        config: Config,
        dataset: Dataset,
        pieces: &'a Pieces,
        checkpoint: Checkpoint,
        engine: impl FnOnce(&Parameters) -> E,
    ) -> Result<Session<'a, E>, SessionError> {
        let Checkpoint { path, run_state, snapshot, model, .. } = checkpoint;
        let excerpts = SegmentSampler::new(&pieces.training, config.training.segment);
        let architecture = config.architecture.clone();
        let trainer = Trainer::resume(architecture, config.training, excerpts, snapshot, engine)
            .map_err(|reason| SessionError::Snapshot { path, reason })?;
        let epoch = trainer.epochs();
        let schedule = Schedule { interval: config.retention.validate_every };
        // What was heard before this run is known to the model only.
        let training_music = match model::read(&model).ok().and_then(|model| model.training_music) {
            Some(packed) => Some(packed).filter(|_| config.retention.training_music),
            None => carried(&config, pieces, TrainingMusic::default())?,
        };
        let kept = fs::read(&model)
            .map_err(|reason| SessionError::System { path: model.clone(), reason })?;
        // An epoch whose validation was broken off has left nothing behind yet.
        let written = epoch - u64::from(run_state.unfinished.is_some());
        metrics::cut(&folder.metrics(), written, |epoch| schedule.includes(epoch))?;
        times::cut(&folder.times(), written)?;
        folder.cut_samples(written)?;
        atomic_file::write(&folder.model(), &kept, Existing::Replace)?;
        let session = Session {
            training_music,
            metrics: Metrics::open(&folder.metrics())?,
            times: Times::open(&folder.times())?,
            schedule,
            fingerprint: dataset.fingerprint(),
            folder: folder.clone(),
            held_out: pieces.validation.iter().map(Piece::roll).collect(),
            saved: Some(epoch),
            begun: (Instant::now(), run_state.seconds),
            best: run_state.best.map(|_| kept),
            run_state,
            config,
            dataset,
            trainer,
        };
        session.write_config()?;
        Ok(session)
    }

    /// How many values the network learns.
    pub fn size(&self) -> usize {
        self.trainer.size()
    }

    /// Batches worked on so far.
    pub fn epochs(&self) -> u64 {
        self.trainer.epochs()
    }

    /// Seconds of training so far, those before a resume included.
    pub fn seconds(&self) -> f64 {
        let (start, before) = self.begun;
        before + start.elapsed().as_secs_f64()
    }

    /// Whether the goal is reached already.
    pub fn is_done(&self) -> Option<StopReason> {
        let RunState { seconds, without_improvement, unfinished, .. } = self.run_state;
        if unfinished.is_some() {
            return None;
        }
        self.config.goal.reached(self.epochs(), seconds, without_improvement)
    }

    /// So many segments of a batch are worked on at once; it has no influence on the result.
    pub fn set_slice(&mut self, segments: usize) {
        self.trainer.set_slice(segments);
    }

    /// Trains until the goal is reached, or until the watcher wants it to stop; a checkpoint is
    /// saved then. At the goal the model is validated once more, and plots and model card are
    /// written.
    pub fn learn(&mut self, observer: &mut impl Observer) -> Result<Outcome, SessionError> {
        let ending = loop {
            if let Some(ending) = self.is_done() {
                break ending;
            }
            if observer.wants_to_stop() {
                break StopReason::Interrupted;
            }
            let progress = match self.run_state.unfinished {
                Some(progress) => progress,
                None => self.epoch()?,
            };
            if !self.finish(progress, &|| observer.wants_to_stop())? {
                break StopReason::Interrupted;
            }
            let (epoch, validation) = (self.epochs(), self.run_state.last);
            observer.see(&Report { epoch, mean: progress.mean, validation });
        };
        if self.saved.is_none() {
            self.save()?;
        }
        let concluded = match ending {
            StopReason::Interrupted => None,
            _ => self.conclude(&|| observer.wants_to_stop())?,
        };
        let ending = if concluded.is_some() { ending } else { StopReason::Interrupted };
        let best = concluded.unwrap_or(self.run_state.best);
        Ok(Outcome { ending, epochs: self.epochs(), seconds: self.run_state.seconds, best })
    }

    /// The learning of one epoch.
    fn epoch(&mut self) -> Result<Progress, SessionError> {
        let progress = self.trainer.epoch();
        if !progress.is_finite() {
            return Err(SessionError::Diverged(progress.epoch, "loss or gradient are"));
        }
        self.saved = None;
        self.run_state.unfinished = Some(progress);
        Ok(progress)
    }

    /// All that an epoch leaves behind: validation, sample, rows, checkpoint. False if the
    /// validation was broken off; then a checkpoint knows that the rest is still to be done.
    fn finish(
        &mut self,
        progress: Progress,
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<bool, SessionError> {
        let epoch = progress.epoch;
        let validation = match self.schedule.includes(epoch) && !self.held_out.is_empty() {
            true => match self.validate(stop)? {
                None => return Ok(false),
                validated => validated,
            },
            false => None,
        };
        self.saved = None;
        self.run_state.unfinished = None;
        if let Some(nats) = validation {
            self.judge(nats.total())?;
        }
        if self.config.retention.sample_every > 0
            && epoch.is_multiple_of(self.config.retention.sample_every)
        {
            let seed = self.config.training.seed;
            if let Some(sample) = samples::compose(&self.trainer.model(), epoch, seed) {
                samples::write(self.folder.path(), &sample)?;
            }
        }
        self.metrics.write(&metrics::Row { epoch, nats: progress.nats, validation })?;
        self.run_state.seconds = self.seconds();
        self.times.write(&times::Row { epoch, seconds: self.run_state.seconds })?;
        if epoch.is_multiple_of(self.config.retention.checkpoint_every) {
            self.save()?;
        }
        Ok(true)
    }

    /// The held-out pieces' surprise to the model as it is now; none if it is broken off.
    fn validate(&mut self, stop: &(dyn Fn() -> bool + Sync)) -> Result<Option<Nats>, SessionError> {
        let Some(nats) = self.trainer.validate(&self.held_out, stop) else { return Ok(None) };
        if !nats.total().is_finite() {
            return Err(SessionError::Diverged(self.epochs(), "the validation is"));
        }
        Ok(Some(nats))
    }

    /// Keeps the model if it is the best so far.
    fn judge(&mut self, nats: f64) -> Result<(), SessionError> {
        self.run_state.last = Some(nats);
        if is_better(nats, self.run_state.best) {
            self.run_state.best = Some(Best { epoch: self.epochs(), nats });
            self.run_state.without_improvement = 0;
            let bytes = model::to_bytes(&self.model(Some(nats)));
            atomic_file::write(&self.folder.model(), &bytes, Existing::Replace)?;
            self.best = Some(bytes);
        } else {
            self.run_state.without_improvement += 1;
        }
        Ok(())
    }

    /// Saves a checkpoint. Where no model has been validated yet, the last one is that to compose
    /// with.
    fn save(&mut self) -> Result<(), SessionError> {
        let epoch = self.epochs();
        let snapshot = self.trainer.snapshot();
        if !snapshot.tensors.values().flatten().all(|value| value.is_finite()) {
            return Err(SessionError::Diverged(epoch, "weights are"));
        }
        // A loss of power must not take rows that the checkpoint counts on.
        self.metrics.sync()?;
        self.times.sync()?;
        let validated =
            self.run_state.best.filter(|best| best.epoch == epoch).map(|best| best.nats);
        let model = self.model(validated);
        let contents = Contents {
            config: &self.config,
            dataset: &self.fingerprint,
            run_state: &self.run_state,
            snapshot: &snapshot,
            model: &model,
            best: self.best.as_deref(),
        };
        checkpoint::save(&self.folder.checkpoints(), contents, self.config.retention.checkpoints)?;
        self.saved = Some(epoch);
        if self.run_state.best.is_none() {
            model::write(&self.folder.model(), &model, Existing::Replace)?;
        }
        Ok(())
    }

    /// What is left to do at the goal; it may be done any number of times. The validation of the
    /// model that is kept comes back, if it has one; nothing if it is broken off.
    fn conclude(
        &mut self,
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<Option<Option<Best>>, SessionError> {
        let epoch = self.epochs();
        let mut best = self.run_state.best;
        // A validation that the schedule does not know: it leaves no trace in the checkpoint, so
        // that a goal that is raised later finds everything as if this one had never been.
        if !self.schedule.includes(epoch) && epoch > 0 && !self.held_out.is_empty() {
            let Some(nats) = self.validate(stop)? else { return Ok(None) };
            metrics::amend(&self.folder.metrics(), epoch, nats)?;
            if is_better(nats.total(), best) {
                best = Some(Best { epoch, nats: nats.total() });
                let model = self.model(Some(nats.total()));
                model::write(&self.folder.model(), &model, Existing::Replace)?;
            }
        }
        if epoch > 0 {
            plots(self.folder.path(), None)?;
        }
        let kept = KeptModel { epochs: epoch, best };
        let card = card::write(self.folder.path(), &self.config, &self.dataset, self.size(), kept);
        atomic_file::write(&self.folder.card(), card.as_bytes(), Existing::Replace)?;
        Ok(Some(best))
    }

    fn model(&self, held_out: Option<f64>) -> Model {
        let mut model = self.trainer.model();
        model.training.held_out = held_out;
        model.training_music = self.training_music.clone();
        model
    }

    fn write_config(&self) -> Result<(), AtomicFileError> {
        let text = self.config.to_toml();
        atomic_file::write(&self.folder.config(), text.as_bytes(), Existing::Replace)
    }
}

fn is_better(nats: f64, best: Option<Best>) -> bool {
    best.is_none_or(|best| nats < best.nats)
}
