//! All that can be asked of the server of surveys.

use super::{Refusal, Store, StoreError, assets, organiser, participant};
use crate::http::assets::nowhere;
use crate::http::{ApiError, LoopbackOnly, enforce_policy, unguessable_name};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use sha2::{Digest, Sha256};
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

/// The greatest request.
const LARGEST_REQUEST: usize = 4096;

/// What all who take part share.
#[derive(Debug)]
pub struct AppState {
    store: Mutex<Store>,
    /// What the organiser's token is when it is hashed.
    organiser: [u8; 32],
    loopback_only: bool,
}

impl AppState {
    /// The surveys of a file, and the token that lets the organiser see reports; it is known to whoever
    /// has called this, and to nobody else. With `loopback_only` pages of other names are refused.
    pub fn new(store: Store, loopback_only: bool) -> (Arc<AppState>, String) {
        let token = unguessable_name(16);
        let state = AppState { store: Mutex::new(store), organiser: hashed(&token), loopback_only };
        (Arc::new(state), token)
    }

    /// Whether somebody is the organiser. Hashes are compared, so that how long it takes says nothing.
    pub(super) fn is_organiser(&self, token: &str) -> bool {
        hashed(token) == self.organiser
    }

    /// Does something with the surveys, at a time in milliseconds since 1970; off the threads that
    /// serve, as it waits for the disk.
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
            // Whoever has panicked with it has left a transaction that was rolled back.
            let mut store = state.store.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            what(&mut store, now())
        });
        Ok(done.await.map_err(ApiError::broken)??)
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
            Refusal::NoSurvey | Refusal::NoExcerpt(_) => ApiError::gone(refusal),
            Refusal::Forged | Refusal::Stale | Refusal::Closed => ApiError::forbidden(refusal),
            Refusal::Full => ApiError::busy(refusal),
            Refusal::NotHeard | Refusal::Twice => ApiError::conflict(refusal),
            Refusal::OutOfRange => ApiError::unusable(refusal),
            Refusal::Database(_) => ApiError::broken(refusal),
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> ApiError {
        match error {
            StoreError::Unknown { .. } => ApiError::gone(error),
            error => ApiError::broken(error),
        }
    }
}

/// All that can be asked.
pub fn routes(state: Arc<AppState>) -> Router {
    let loopback_only = LoopbackOnly(state.loopback_only);
    Router::new()
        .route("/s/{link}", get(assets::survey))
        .route("/organiser", get(assets::organiser))
        .route("/page/{*name}", get(assets::file))
        .route("/api/surveys/{link}", get(participant::about))
        .route("/api/surveys/{link}/participants", post(participant::join))
        .route("/api/participants/{token}", get(participant::progress))
        .route("/api/participants/{token}/{place}/sound.wav", get(participant::sound))
        .route("/api/participants/{token}/{place}/heard", post(participant::heard))
        .route("/api/participants/{token}/{place}/answer", post(participant::answer))
        .route("/api/organiser/surveys", get(organiser::surveys))
        .route("/api/organiser/surveys/{name}", get(organiser::report))
        .fallback(|| async { nowhere() })
        .layer(DefaultBodyLimit::max(LARGEST_REQUEST))
        .layer(axum::middleware::from_fn_with_state(loopback_only, enforce_policy))
        .with_state(state)
}
