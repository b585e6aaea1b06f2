//! All that can be asked of the server of surveys.

use super::{Refusal, Store, StoreError, assets, organiser_routes, participant_routes};
use crate::http::assets::page_not_found;
use crate::http::{ApiError, LoopbackOnly, enforce_policy, unguessable_name};
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use sha2::{Digest, Sha256};
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

/// The greatest request.
const MAX_REQUEST_BYTES: usize = 4096;

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

/// All that can be asked.
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
