//! The studio: a page in the browser that plays new music without end, and lets a musician shape it.
//!
//! [`Studio`] is what all listeners share. Each has a seat in the [`Sessions`] with a
//! [`LivePiece`](crate::composing::LivePiece); `beginning` and `pieces` are the requests that
//! a page makes of it. Composing is done by a bounded number of workers, a measure at a time, and first
//! where the music will end first, so that nobody starves. [`routes`] is all that can be asked.

mod beginning;
mod sessions;
mod measures;
mod assets;
mod pieces;
mod sounds;
mod scheduler;

pub use sessions::Sessions;
pub use sounds::Sounds;

use crate::composing::Composer;
use crate::http::assets::page_not_found;
use crate::http::{ApiError, LoopbackOnly, enforce_policy};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use scheduler::DeadlineScheduler;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// What all listeners share.
pub struct Studio {
    composer: Arc<Composer>,
    sessions: Sessions,
    workers: DeadlineScheduler,
    /// Those who write files, which takes longer.
    writers: Arc<Semaphore>,
    sounds: Sounds,
    /// Where files are made before they are sent.
    folder: PathBuf,
    /// Whether only this machine can come in.
    loopback_only: bool,
}

/// What a studio is to be.
pub struct StudioSettings {
    /// Who composes. It has at least one excerpt to begin with.
    pub composer: Composer,
    /// How many listeners there may be at once.
    pub listeners: usize,
    /// How many measures are composed at once.
    pub workers: usize,
    /// A folder for files that are made to be sent.
    pub folder: PathBuf,
    /// Whether only this machine can come in: then pages of other names are refused.
    pub loopback_only: bool,
}

impl Studio {
    /// A studio without listeners.
    pub fn new(design: StudioSettings) -> Arc<Studio> {
        let StudioSettings { composer, listeners, workers, folder, loopback_only } = design;
        assert!(!composer.excerpts().is_empty(), "there is nothing to begin with");
        Arc::new(Studio {
            composer: Arc::new(composer),
            sessions: Sessions::new(listeners),
            workers: DeadlineScheduler::new(workers),
            writers: Arc::new(Semaphore::new(1)),
            sounds: Sounds::new(),
            folder,
            loopback_only,
        })
    }

    /// How many listeners there are.
    pub fn listeners(&self) -> usize {
        self.sessions.listeners()
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
    ) -> Result<T, ApiError> {
        let permit = self.workers.acquire(Instant::now() + within).await;
        // The turn is over when the work is, even if nobody waits for it any more.
        let work = move || (work(), drop(permit)).0;
        tokio::task::spawn_blocking(work).await.map_err(ApiError::internal)
    }
}

/// The greatest MIDI file that is taken, in bytes.
const LARGEST_FILE: usize = 1 << 20;

/// The greatest request of any other kind.
const LARGEST_REQUEST: usize = 1 << 18;

/// All that can be asked of a studio.
pub fn routes(studio: Arc<Studio>) -> Router {
    let small = DefaultBodyLimit::max(LARGEST_REQUEST);
    Router::new()
        .route("/", get(assets::index))
        .route("/page/{name}", get(assets::file))
        .route("/sounds/{name}", get(pieces::sound))
        .route("/api/studio", get(pieces::about))
        .route("/api/pieces", post(beginning::begin).layer(small))
        .route(
            "/api/pieces/midi",
            post(beginning::begin_after).layer(DefaultBodyLimit::max(LARGEST_FILE)),
        )
        .route("/api/pieces/{piece}", post(pieces::stay).delete(pieces::leave))
        .route("/api/pieces/{piece}/measures", post(pieces::go_on).layer(small))
        .route("/api/pieces/{piece}/changes", post(pieces::change).layer(small))
        .route("/api/pieces/{piece}/changes/last", post(pieces::undo).layer(small))
        .route("/api/pieces/{piece}/recipe", get(pieces::recipe))
        .route("/api/pieces/{piece}/{name}", get(pieces::file))
        .fallback(|| async { page_not_found() })
        .layer(axum::middleware::from_fn_with_state(
            LoopbackOnly(studio.loopback_only),
            enforce_policy,
        ))
        .with_state(studio)
}
