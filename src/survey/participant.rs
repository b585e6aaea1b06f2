//! What a participant can ask for. Nothing of it says what an excerpt is: they go by their place in an
//! order that was drawn.

use super::{About, AppState, Progress, Store};
use crate::http::{ApiError, whole_or_range};
use crate::output::Kind;
use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;

type Shared = State<Arc<AppState>>;

/// A rating, and whether a human could have composed it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answered {
    rating: i64,
    human: bool,
}

/// What a survey is.
pub async fn about(
    State(state): Shared,
    Path(link): Path<String>,
) -> Result<Json<About>, ApiError> {
    Ok(Json(state.with(move |store, _| store.about(&link)).await?))
}

/// Begins to take part.
pub async fn join(
    State(state): Shared,
    Path(link): Path<String>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let token = state.with(move |store, now| store.join(&link, now)).await?;
    Ok((StatusCode::CREATED, Json(json!({ "participant": token }))))
}

/// Where somebody stands.
pub async fn progress(
    State(state): Shared,
    Path(token): Path<String>,
) -> Result<Json<Progress>, ApiError> {
    Ok(Json(state.with(move |store, now| store.progress(&token, now)).await?))
}

/// The sound of an excerpt.
pub async fn sound(
    State(state): Shared,
    Path((token, place)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let place = number(&place)?;
    let sound = state.with(move |store, now| store.sound(&token, place, now)).await?;
    Ok(whole_or_range(&headers, Kind::Wav.media_type(), sound))
}

/// An excerpt has been listened to.
pub async fn heard(
    State(state): Shared,
    Path((token, place)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let place = number(&place)?;
    state.with(move |store: &mut Store, now| store.heard(&token, place, now)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// An answer; when it is acknowledged, it is on the disk.
pub async fn answer(
    State(state): Shared,
    Path((token, place)): Path<(String, String)>,
    answered: Result<Json<Answered>, JsonRejection>,
) -> Result<StatusCode, ApiError> {
    let place = number(&place)?;
    let Json(Answered { rating, human }) =
        answered.map_err(|error| ApiError::bad(error.body_text()))?;
    state.with(move |store, now| store.answer(&token, place, (rating, human), now)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The place of an excerpt; participants count from 1.
fn number(place: &str) -> Result<usize, ApiError> {
    let number = place.parse().ok().filter(|&number: &usize| (1..=100_000).contains(&number));
    number.map(|number| number - 1).ok_or_else(|| ApiError::bad("excerpts are counted from 1"))
}
