//! The studio: a page in the browser that plays new music without end, and lets a musician shape it.
//!
//! [`Studio`] is what all listeners share. Each has a seat in the [`Hall`] with a
//! [`Sitting`](crate::composing::Sitting); `pieces` are the requests that a page makes of it. Composing
//! is done by a bounded number of workers, a measure at a time, and first where the music will end
//! first, so that nobody starves. `door` is who may come in, and `serve` the whole.

mod door;
mod failure;
mod hall;
mod measures;
mod page;
mod pieces;
mod rules;
mod sounds;
mod turns;

pub use door::{Stop, serve};
pub use hall::Hall;
pub use sounds::Sounds;

use crate::composing::Composer;
use crate::primer::Primer;
use failure::Failure;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;
use turns::Turns;

/// What all listeners share.
pub struct Studio {
    composer: Arc<Composer>,
    /// The excerpts that the model has kept.
    kept: Vec<Primer>,
    /// The fingerprint of the model.
    model: String,
    hall: Hall,
    workers: Turns,
    /// Those who write files, which takes longer.
    writers: Semaphore,
    sounds: Sounds,
    /// Where files are made before they are sent.
    folder: PathBuf,
    /// Whether only this machine can come in.
    only_here: bool,
}

/// What a studio is to be.
pub struct Design {
    /// Who composes.
    pub composer: Composer,
    /// The excerpts that the model has kept; at least one.
    pub kept: Vec<Primer>,
    /// The fingerprint of the model.
    pub model: String,
    /// How many listeners there may be at once.
    pub listeners: usize,
    /// How many measures are composed at once.
    pub workers: usize,
    /// A folder for files that are made to be sent.
    pub folder: PathBuf,
    /// Whether only this machine can come in: then pages of other names are refused.
    pub only_here: bool,
}

impl Studio {
    /// A studio without listeners.
    pub fn new(design: Design) -> Arc<Studio> {
        let Design { composer, kept, model, listeners, workers, folder, only_here } = design;
        assert!(!kept.is_empty(), "there is nothing to begin with");
        Arc::new(Studio {
            composer: Arc::new(composer),
            kept,
            model,
            hall: Hall::new(listeners),
            workers: Turns::new(workers),
            writers: Semaphore::new(1),
            sounds: Sounds::new(),
            folder,
            only_here,
        })
    }

    /// How many listeners there are.
    pub fn listeners(&self) -> usize {
        self.hall.listeners()
    }

    /// Makes the sounds that every page asks for.
    pub fn prepare_sounds(&self) {
        for pitch in self.sounds.pitches() {
            self.sounds.wav(pitch);
        }
    }

    /// Does work that takes a while and is wanted within a time, when it is its turn.
    async fn work<T: Send + 'static>(
        &self,
        within: Duration,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Failure> {
        let turn = self.workers.wait(Instant::now() + within).await;
        // The turn is over when the work is, even if nobody waits for it any more.
        let work = move || (work(), drop(turn)).0;
        tokio::task::spawn_blocking(work).await.map_err(Failure::broken)
    }
}
