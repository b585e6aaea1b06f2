//! A training session: runs epoch after epoch, and writes the results of each.
//!
//! All files of an epoch are written before its checkpoint. So everything before a checkpoint
//! exists if the checkpoint does, and a resume only has to remove what came after it.

use super::checkpoint::{self, Best, Checkpoint, Contents, RunState};
use super::kept_model::KeptModel;
use super::metrics::{self, Metrics};
use super::observer::{EpochReport, Observer, RunOutcome};
use super::plots::plots;
use super::samples;
use super::times::{self, Times};
use super::{Config, RunFolder, Schedule, SessionError, StopReason, card, music_to_carry};
use crate::atomic_file::{self, Existing};
use crate::corpus::Piece;
use crate::dataset::{Dataset, Pieces};
use crate::model::{self, Model, ModelWriteError};
use crate::network::{Nats, Parameters, TrainingEngine};
use crate::originality::{Packed, TrainingMusic};
use crate::primer::PrimerError;
use crate::roll::Roll;
use crate::training::{Progress, SegmentSampler, Start, Trainer};
use std::fs;
use std::time::Instant;

/// A training session.
pub struct Session<'a, E: TrainingEngine> {
    folder: RunFolder,
    config: Config,
    dataset: Dataset,
    fingerprint: String,
    schedule: Schedule,
    trainer: Trainer<'a, E>,
    held_out: Vec<&'a Roll>,
    /// The training music that the model carries.
    training_music: Option<Packed>,
    run_state: RunState,
    /// The content of the best model's file, if a model has been validated.
    best: Option<Vec<u8>>,
    metrics: Metrics,
    times: Times,
    /// The epoch of the newest checkpoint, if nothing has changed since.
    checkpointed: Option<u64>,
    /// When this session started, and how many seconds of training came before it.
    started: (Instant, f64),
}

impl<'a, E: TrainingEngine> Session<'a, E> {
    /// Begins a run in a folder without one, and writes the configuration last.
    ///
    /// Whatever the run will write is written here for the first time, and read back: if that fails,
    /// it does so now, and not after a night of training.
    ///
    /// `training_music` is the music that the model carries
    /// ([`music_to_carry`](super::music_to_carry)); `engine` makes the engine, such as
    /// [`Cpu::for_training`](crate::network::Cpu::for_training).
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
        if let ([], Some(reason)) = (trainer.primers(), trainer.unreadable_primers().first()) {
            return Err(SessionError::Primers { path: folder.model(), reason: reason.clone() });
        }
        let list = dataset.to_json();
        match Dataset::from_json(&list) {
            Ok(read) if read == dataset => {}
            read => return Err(SessionError::unreadable(folder.dataset(), read)),
        }
        atomic_file::write(&folder.dataset(), &list, Existing::Replace)?;
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
            checkpointed: None,
            started: (Instant::now(), 0.0),
            config,
            dataset,
            trainer,
        };
        session.save()?;
        session.write_config()?;
        Ok(session)
    }

    /// Continues from a checkpoint as if the run had never stopped. The goal may differ.
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
        // Only the model knows the music that its weights were trained on before this
        // run.
        let training_music = match model::read(&model).ok().and_then(|model| model.training_music) {
            Some(packed) => Some(packed).filter(|_| config.retention.training_music),
            None => music_to_carry(&config, pieces, TrainingMusic::default())?,
        };
        let kept = fs::read(&model)
            .map_err(|reason| SessionError::System { path: model.clone(), reason })?;
        // An epoch whose validation was interrupted has not written any files yet.
        let written = epoch - u64::from(run_state.unfinished.is_some());
        metrics::truncate(&folder.metrics(), written, |epoch| schedule.includes(epoch))?;
        times::truncate(&folder.times(), written)?;
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
            checkpointed: Some(epoch),
            started: (Instant::now(), run_state.seconds),
            best: run_state.best.map(|_| kept),
            run_state,
            config,
            dataset,
            trainer,
        };
        session.write_config()?;
        Ok(session)
    }

    /// The number of weights.
    pub fn size(&self) -> usize {
        self.trainer.size()
    }

    /// Why primers that were drawn from the music are left out of the run's model: no model file
    /// could give them back.
    pub fn unreadable_primers(&self) -> &[PrimerError] {
        self.trainer.unreadable_primers()
    }

    /// How many epochs (batches) have been trained.
    pub fn epochs(&self) -> u64 {
        self.trainer.epochs()
    }

    /// Seconds of training so far, including those before a resume.
    pub fn seconds(&self) -> f64 {
        let (start, before) = self.started;
        before + start.elapsed().as_secs_f64()
    }

    /// The reason why the goal is reached already, if it is.
    pub fn is_done(&self) -> Option<StopReason> {
        let RunState { seconds, without_improvement, unfinished, .. } = self.run_state;
        if unfinished.is_some() {
            return None;
        }
        self.config.goal.reached(self.epochs(), seconds, without_improvement)
    }

    /// Sets how many segments of a batch are processed at once. This does not change the
    /// result.
    pub fn set_slice(&mut self, segments: usize) {
        self.trainer.set_slice(segments);
    }

    /// Trains until the goal is reached or the observer stops the run, and then saves a
    /// checkpoint. At the goal, validates the model once more and writes the plots and the
    /// model card.
    pub fn train(&mut self, observer: &mut impl Observer) -> Result<RunOutcome, SessionError> {
        let stop_reason = loop {
            if let Some(stop_reason) = self.is_done() {
                break stop_reason;
            }
            if observer.should_stop() {
                break StopReason::Interrupted;
            }
            let progress = match self.run_state.unfinished {
                Some(progress) => progress,
                None => self.epoch()?,
            };
            if !self.complete_epoch(progress, &|| observer.should_stop())? {
                break StopReason::Interrupted;
            }
            let (epoch, validation) = (self.epochs(), self.run_state.last);
            observer.epoch_done(&EpochReport { epoch, mean: progress.mean, validation });
        };
        if self.checkpointed.is_none() {
            self.save()?;
        }
        let finalized = match stop_reason {
            StopReason::Interrupted => None,
            _ => self.finalize(&|| observer.should_stop())?,
        };
        let stop_reason = if finalized.is_some() { stop_reason } else { StopReason::Interrupted };
        let best = finalized.unwrap_or(self.run_state.best);
        Ok(RunOutcome { stop_reason, epochs: self.epochs(), seconds: self.run_state.seconds, best })
    }

    /// Trains one epoch.
    fn epoch(&mut self) -> Result<Progress, SessionError> {
        let progress = self.trainer.epoch();
        if !progress.is_finite() {
            return Err(SessionError::Diverged(progress.epoch, "the loss or the gradient is"));
        }
        self.checkpointed = None;
        self.run_state.unfinished = Some(progress);
        Ok(progress)
    }

    /// Completes an epoch: validation, sample, rows, checkpoint. Returns false if the
    /// validation was interrupted; a checkpoint then records that the rest is still to be
    /// done.
    fn complete_epoch(
        &mut self,
        progress: Progress,
        should_stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<bool, SessionError> {
        let epoch = progress.epoch;
        let validation = match self.schedule.includes(epoch) && !self.held_out.is_empty() {
            true => match self.validate(should_stop)? {
                None => return Ok(false),
                validated => validated,
            },
            false => None,
        };
        self.checkpointed = None;
        self.run_state.unfinished = None;
        if let Some(nats) = validation {
            self.keep_if_best(nats.total())?;
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

    /// The validation loss of the present model; `None` if interrupted.
    fn validate(
        &mut self,
        should_stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<Option<Nats>, SessionError> {
        let Some(nats) = self.trainer.validate(&self.held_out, should_stop) else {
            return Ok(None);
        };
        if !nats.total().is_finite() {
            return Err(SessionError::Diverged(self.epochs(), "the validation loss is"));
        }
        Ok(Some(nats))
    }

    /// Keeps the model if it is the best so far.
    fn keep_if_best(&mut self, nats: f64) -> Result<(), SessionError> {
        self.run_state.last = Some(nats);
        if is_better(nats, self.run_state.best) {
            self.run_state.best = Some(Best { epoch: self.epochs(), nats });
            self.run_state.without_improvement = 0;
            let bytes = self.model_bytes(Some(nats))?;
            atomic_file::write(&self.folder.model(), &bytes, Existing::Replace)?;
            self.best = Some(bytes);
        } else {
            self.run_state.without_improvement += 1;
        }
        Ok(())
    }

    /// Saves a checkpoint. Until a model has been validated, the last one also becomes the
    /// run's model.
    fn save(&mut self) -> Result<(), SessionError> {
        let epoch = self.epochs();
        let snapshot = self.trainer.snapshot();
        if !snapshot.tensors.values().flatten().all(|value| value.is_finite()) {
            return Err(SessionError::Diverged(epoch, "the weights are"));
        }
        // A power failure must not lose rows that come before the checkpoint.
        self.metrics.sync()?;
        self.times.sync()?;
        let validated =
            self.run_state.best.filter(|best| best.epoch == epoch).map(|best| best.nats);
        let model = self.model_bytes(validated)?;
        let contents = Contents {
            config: &self.config,
            dataset: &self.fingerprint,
            run_state: &self.run_state,
            snapshot: &snapshot,
            model: &model,
            best: self.best.as_deref(),
        };
        checkpoint::save(&self.folder.checkpoints(), contents, self.config.retention.checkpoints)?;
        self.checkpointed = Some(epoch);
        if self.run_state.best.is_none() {
            atomic_file::write(&self.folder.model(), &model, Existing::Replace)?;
        }
        Ok(())
    }

    /// Does what is left at the goal; repeating it does no harm. Returns the validation of
    /// the run's model, if it has one; the outer `None` means that it was interrupted.
    fn finalize(
        &mut self,
        should_stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<Option<Option<Best>>, SessionError> {
        let epoch = self.epochs();
        let mut best = self.run_state.best;
        // This validation is not on the schedule. It leaves no trace in the checkpoint,
        // so that a run whose goal is raised later continues as if it had never
        // happened.
        if !self.schedule.includes(epoch) && epoch > 0 && !self.held_out.is_empty() {
            let Some(nats) = self.validate(should_stop)? else { return Ok(None) };
            metrics::set_last_validation(&self.folder.metrics(), epoch, nats)?;
            if is_better(nats.total(), best) {
                best = Some(Best { epoch, nats: nats.total() });
                let model = self.model_bytes(Some(nats.total()))?;
                atomic_file::write(&self.folder.model(), &model, Existing::Replace)?;
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

    /// The content of a file of the present model, which has been read back. The training music in
    /// it has been read back [before](music_to_carry).
    fn model_bytes(&self, held_out: Option<f64>) -> Result<Vec<u8>, SessionError> {
        let path = || self.folder.model();
        model::to_readable_bytes(&self.model(held_out))
            .map_err(|fault| ModelWriteError::Unreadable { path: path(), fault }.into())
    }

    fn write_config(&self) -> Result<(), SessionError> {
        let (path, text) = (self.folder.config(), self.config.to_toml());
        match Config::from_toml(&path, &text) {
            Ok(read) if read == self.config => {}
            read => return Err(SessionError::unreadable(path, read)),
        }
        Ok(atomic_file::write(&path, text.as_bytes(), Existing::Replace)?)
    }
}

fn is_better(nats: f64, best: Option<Best>) -> bool {
    best.is_none_or(|best| nats < best.nats)
}
