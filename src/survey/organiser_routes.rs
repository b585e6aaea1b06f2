//! The organiser's requests. Each needs the organiser's token.

use super::{AppState, Report, SurveySummary};
use crate::http::ApiError;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use std::sync::Arc;

type Shared = State<Arc<AppState>>;

/// Lists all surveys.
pub async fn surveys(
    State(state): Shared,
    headers: HeaderMap,
) -> Result<Json<Vec<SurveySummary>>, ApiError> {
    require_organiser(&state, &headers)?;
    Ok(Json(state.with(|store, _| store.surveys()).await?))
}

/// The report of one survey.
pub async fn report(
    State(state): Shared,
    headers: HeaderMap,
    Path(name): Path<String>,
) -> Result<Json<Report>, ApiError> {
    require_organiser(&state, &headers)?;
    Ok(Json(state.with(move |store, _| store.report(&name)).await?))
}

/// Rejects a request without the organiser's token.
fn require_organiser(state: &AppState, headers: &HeaderMap) -> Result<(), ApiError> {
    let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = token.and_then(|value| value.strip_prefix("Bearer "));
    match token.is_some_and(|token| state.is_organiser(token)) {
        true => Ok(()),
        false => Err(ApiError::forbidden(
            "this is for the organiser; take the link with the token that survey serve has printed",
        )),
    }
}
