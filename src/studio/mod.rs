//! The studio: a web page that plays new music without end and lets a musician shape it.
//!
//! [`Studio`] is the state that all requests share. Each listener has a session in [`Sessions`]
//! with a [`LivePiece`](crate::composing::LivePiece). `beginning` and `pieces` handle the
//! requests of a page. A fixed number of workers compose, one measure at a time; the listener
//! whose music ends first comes first, so everybody's music goes on. [`routes`] lists all
//! requests.

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

/// The state that all requests share.
pub struct Studio {
    composer: Arc<Composer>,
    sessions: Sessions,
    workers: DeadlineScheduler,
    /// Limits how many files are written at once, which takes longer than composing.
    writers: Arc<Semaphore>,
    sounds: Sounds,
    /// The folder for files that are written before they are sent.
    folder: PathBuf,
    /// Whether the server can be reached from this machine only.
    loopback_only: bool,
}

/// The settings of a studio.
pub struct StudioSettings {
    /// The composer. It has at least one excerpt to begin with.
    pub composer: Composer,
    /// The most listeners at once.
    pub listeners: usize,
    /// How many measures are composed at once.
    pub workers: usize,
    /// The folder for files that are written before they are sent.
    pub folder: PathBuf,
    /// Whether the server can be reached from this machine only. It then rejects requests
    /// for any other host name.
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

    /// Renders the sounds of the piano that every page asks for.
    pub fn prepare_sounds(&self) {
        for pitch in self.sounds.pitches() {
            self.sounds.wav(pitch);
        }
    }

    /// Waits for a permit and does some blocking work; `within` is how soon the result is
    /// wanted.
    async fn work<T: Send + 'static>(
        &self,
        within: Duration,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ApiError> {
        let permit = self.workers.acquire(Instant::now() + within).await;
        // The permit lasts as long as the work, even if the request has been dropped.
        let work = move || (work(), drop(permit)).0;
        tokio::task::spawn_blocking(work).await.map_err(ApiError::internal)
    }
}

/// The largest MIDI file that a listener can send, in bytes.
const LARGEST_FILE: usize = 1 << 20;

/// The largest other request, in bytes.
const LARGEST_REQUEST: usize = 1 << 18;

/// All routes of a studio.
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
