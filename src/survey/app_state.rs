//! The survey's web server: its state and its routes.

use super::{Refusal, Store, StoreError, assets, organiser_routes, participant_routes};
use crate::http::assets::page_not_found;
use crate::http::{ApiError, LoopbackOnly, enforce_policy, unguessable_name};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use sha2::{Digest, Sha256};
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

/// The largest request, in bytes.
const MAX_REQUEST_BYTES: usize = 4096;

/// The state that all requests share.
#[derive(Debug)]
pub struct AppState {
    store: Mutex<Store>,
    /// The SHA-256 of the organiser's token.
    organiser: [u8; 32],
    loopback_only: bool,
}

impl AppState {
    /// The state, and the token with which the organiser sees reports; only the caller
    /// knows it. With `loopback_only` the server rejects requests for any host name that is
    /// not this machine's.
    pub fn new(store: Store, loopback_only: bool) -> (Arc<AppState>, String) {
        let token = unguessable_name(16);
        let state = AppState { store: Mutex::new(store), organiser: hashed(&token), loopback_only };
        (Arc::new(state), token)
    }

    /// Whether a token is the organiser's. Comparing hashes keeps the time that it takes
    /// from revealing anything.
    pub(super) fn is_organiser(&self, token: &str) -> bool {
        hashed(token) == self.organiser
    }

    /// Runs `work` on the store, with the time in milliseconds since 1970. Runs it on a
    /// blocking thread, since it waits for the disk.
    pub(super) async fn with<T, E>(
        self: &Arc<AppState>,
        what: impl FnOnce(&mut Store, i64) -> Result<T, E> + Send + 'static,
    ) -> Result<T, ApiError>
    where
        T: Send + 'static,
        E: Send + 'static,
        ApiError: From<E>,
    {
        let state = self.clone();
        let done = tokio::task::spawn_blocking(move || {
            // A thread that panicked with the lock has left a transaction that was
            // rolled back.
            let mut store = state.store.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            what(&mut store, now())
        });
        Ok(done.await.map_err(ApiError::internal)??)
    }
}

/// The time, in milliseconds since 1970.
fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}

fn hashed(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> ApiError {
        match refusal {
            Refusal::NoSurvey | Refusal::NoExcerpt(_) => ApiError::not_found(refusal),
            Refusal::UnknownParticipant | Refusal::Expired | Refusal::Closed => {
                ApiError::forbidden(refusal)
            }
            Refusal::Full => ApiError::unavailable(refusal),
            Refusal::NotHeard | Refusal::AlreadyRated => ApiError::conflict(refusal),
            Refusal::OutOfRange => ApiError::unprocessable(refusal),
            Refusal::Database(_) => ApiError::internal(refusal),
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> ApiError {
        match error {
            StoreError::Unknown { .. } => ApiError::not_found(error),
            error => ApiError::internal(error),
        }
    }
}

/// All routes of the server.
pub fn routes(state: Arc<AppState>) -> Router {
    let loopback_only = LoopbackOnly(state.loopback_only);
    Router::new()
        .route("/s/{link}", get(assets::survey))
        .route("/organiser", get(assets::organiser))
        .route("/page/{*name}", get(assets::file))
        .route("/api/surveys/{link}", get(participant_routes::about))
        .route("/api/surveys/{link}/participants", post(participant_routes::join))
        .route("/api/participants/{token}", get(participant_routes::progress))
        .route("/api/participants/{token}/{place}/sound.wav", get(participant_routes::sound))
        .route("/api/participants/{token}/{place}/heard", post(participant_routes::heard))
        .route("/api/participants/{token}/{place}/answer", post(participant_routes::answer))
        .route("/api/organiser/surveys", get(organiser_routes::surveys))
        .route("/api/organiser/surveys/{name}", get(organiser_routes::report))
        .fallback(|| async { page_not_found() })
        .layer(DefaultBodyLimit::max(MAX_REQUEST_BYTES))
        .layer(axum::middleware::from_fn_with_state(loopback_only, enforce_policy))
        .with_state(state)
}
