//! The participants' requests. None of the responses reveals what an excerpt is: each is known
//! by its position in the participant's random order.

use super::{AppState, Progress, Store, SurveyInfo};
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

/// A rating, and whether the participant believes that a human could have composed the excerpt.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AnswerRequest {
    rating: i64,
    human: bool,
}

/// Describes a survey.
pub async fn about(
    State(state): Shared,
    Path(link): Path<String>,
) -> Result<Json<SurveyInfo>, ApiError> {
    Ok(Json(state.with(move |store, _| store.about(&link)).await?))
}

/// Joins a survey.
pub async fn join(
    State(state): Shared,
    Path(link): Path<String>,
) -> Result<(StatusCode, Json<Value>), ApiError> {
    let token = state.with(move |store, now| store.join(&link, now)).await?;
    Ok((StatusCode::CREATED, Json(json!({ "participant": token }))))
}

/// What a participant has done so far.
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

/// Records that an excerpt was listened to.
pub async fn heard(
    State(state): Shared,
    Path((token, place)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    let place = number(&place)?;
    state.with(move |store: &mut Store, now| store.heard(&token, place, now)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Records an answer. The response is sent when the answer is on the disk.
pub async fn answer(
    State(state): Shared,
    Path((token, place)): Path<(String, String)>,
    answered: Result<Json<AnswerRequest>, JsonRejection>,
) -> Result<StatusCode, ApiError> {
    let place = number(&place)?;
    let Json(AnswerRequest { rating, human }) =
        answered.map_err(|error| ApiError::bad_request(error.body_text()))?;
    state.with(move |store, now| store.answer(&token, place, (rating, human), now)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The position of an excerpt, from 0; in addresses positions count from 1.
fn number(place: &str) -> Result<usize, ApiError> {
    let number = place.parse().ok().filter(|&number: &usize| (1..=100_000).contains(&number));
    number
        .map(|number| number - 1)
        .ok_or_else(|| ApiError::bad_request("excerpts are counted from 1"))
}
