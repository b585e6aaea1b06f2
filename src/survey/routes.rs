//! All that can be asked of the server of surveys.

use super::{Refusal, Store, StoreError, organiser, page, participant};
use crate::door::page::nowhere;
use crate::door::{Failure, OnlyHere, hold};
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
pub struct Desk {
    store: Mutex<Store>,
    /// What the organiser's token is when it is hashed.
    organiser: [u8; 32],
    only_here: bool,
}

impl Desk {
    /// The surveys of a file, and the token that lets the organiser see reports; it is known to whoever
    /// has called this, and to nobody else. With `only_here` pages of other names are refused.
    pub fn new(store: Store, only_here: bool) -> (Arc<Desk>, String) {
        let token = super::store::name_of(16);
        let desk = Desk { store: Mutex::new(store), organiser: hashed(&token), only_here };
        (Arc::new(desk), token)
    }

    /// Whether somebody is the organiser. Hashes are compared, so that how long it takes says nothing.
    pub(super) fn is_organiser(&self, token: &str) -> bool {
        hashed(token) == self.organiser
    }

    /// Does something with the surveys, at a time in milliseconds since 1970; off the threads that
    /// serve, as it waits for the disk.
    pub(super) async fn with<T, E>(
        self: &Arc<Desk>,
        what: impl FnOnce(&mut Store, i64) -> Result<T, E> + Send + 'static,
    ) -> Result<T, Failure>
    where
        T: Send + 'static,
        E: Send + 'static,
        Failure: From<E>,
    {
        let desk = self.clone();
        let done = tokio::task::spawn_blocking(move || {
            // Whoever has panicked with it has left a transaction that was rolled back.
            let mut store = desk.store.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            what(&mut store, now())
        });
        Ok(done.await.map_err(Failure::broken)??)
    }
}

/// The time, in milliseconds since 1970.
fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}

fn hashed(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Failure {
        match refusal {
            Refusal::NoSurvey | Refusal::NoExcerpt(_) => Failure::gone(refusal),
            Refusal::Forged | Refusal::Stale | Refusal::Closed => Failure::forbidden(refusal),
            Refusal::Full => Failure::busy(refusal),
            Refusal::NotHeard | Refusal::Twice => Failure::conflict(refusal),
            Refusal::OutOfRange => Failure::unusable(refusal),
            Refusal::Database(_) => Failure::broken(refusal),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        match error {
            StoreError::Unknown { .. } => Failure::gone(error),
            error => Failure::broken(error),
        }
    }
}

/// All that can be asked.
pub fn routes(desk: Arc<Desk>) -> Router {
    let only_here = OnlyHere(desk.only_here);
    Router::new()
        .route("/s/{link}", get(page::survey))
        .route("/organiser", get(page::organiser))
        .route("/page/{*name}", get(page::file))
        .route("/api/surveys/{link}", get(participant::about))
        .route("/api/surveys/{link}/participants", post(participant::join))
        .route("/api/participants/{token}", get(participant::taking))
        .route("/api/participants/{token}/{place}/sound.wav", get(participant::sound))
        .route("/api/participants/{token}/{place}/heard", post(participant::heard))
        .route("/api/participants/{token}/{place}/answer", post(participant::answer))
        .route("/api/organiser/surveys", get(organiser::surveys))
        .route("/api/organiser/surveys/{name}", get(organiser::report))
        .fallback(|| async { nowhere() })
        .layer(DefaultBodyLimit::max(LARGEST_REQUEST))
        .layer(axum::middleware::from_fn_with_state(only_here, hold))
        .with_state(desk)
}
