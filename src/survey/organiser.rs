//! What the organiser can ask for, and nobody else.

use super::{Desk, Listed, Report};
use crate::door::Failure;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use std::sync::Arc;

type Desks = State<Arc<Desk>>;

/// All surveys.
pub async fn surveys(State(desk): Desks, headers: HeaderMap) -> Result<Json<Vec<Listed>>, Failure> {
    admit(&desk, &headers)?;
    Ok(Json(desk.with(|store, _| store.surveys()).await?))
}

/// The report of one.
pub async fn report(
    State(desk): Desks,
    headers: HeaderMap,
    Path(name): Path<String>,
) -> Result<Json<Report>, Failure> {
    admit(&desk, &headers)?;
    Ok(Json(desk.with(move |store, _| store.report(&name)).await?))
}

/// Lets in who has the token.
fn admit(desk: &Desk, headers: &HeaderMap) -> Result<(), Failure> {
    let token = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = token.and_then(|value| value.strip_prefix("Bearer "));
    match token.is_some_and(|token| desk.is_organiser(token)) {
        true => Ok(()),
        false => Err(Failure::forbidden(
            "this is for the organiser; take the link with the token that survey serve has printed",
        )),
    }
}
