//! What a page may ask of a piece that has begun: to continue it, change it, or download it.

use super::Studio;
use super::measures::{Measures, begins_measure, measures};
use crate::atomic_file::Existing;
use crate::composing::{Change, LivePiece, Recipe};
use crate::http::ApiError;
use crate::output::{Kind, Output};
use axum::Json;
use axum::body::Body;
use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::Path as FilePath;
use std::sync::Arc;
use std::time::Duration;

/// How many measures are sent at once.
const MOST_MEASURES: usize = 8;

/// How soon measures are wanted, in seconds, if a page does not say; and the longest that it can say.
const WANTED_WITHIN: f64 = 2.0;
const LATEST: f64 = 10.0;

/// How many steps of a piece become one file: the last ones, half an hour at 120 quarters a minute.
const LONGEST_FILE: usize = 14_400;

/// Which measures.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct From {
    from: usize,
    count: usize,
    /// How soon, in seconds. What is wanted first is composed first.
    within: Option<f64>,
}

/// Up to which step.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Until {
    until: Option<usize>,
}

pub(super) type Studios = State<Arc<Studio>>;
pub(super) type Asked<T> = Result<Json<T>, JsonRejection>;

/// What the studio is made of.
pub async fn about(State(studio): Studios) -> Json<Value> {
    Json(json!({
        "version": env!("CARGO_PKG_VERSION"),
        "model": studio.composer.fingerprint(),
        "listeners": studio.listeners(),
        "room_for": studio.sessions.capacity(),
        "sounds": studio.sounds.pitches().collect::<Vec<_>>(),
    }))
}

/// Sends measures. Composes them first if need be.
pub async fn go_on(
    State(studio): Studios,
    Path(piece): Path<String>,
    asked: Asked<From>,
) -> Result<Json<Measures>, ApiError> {
    let asked = asked.map_err(|error| ApiError::bad_request(error.body_text()))?;
    let Json(From { from, count, within }) = asked;
    let within = within.filter(|seconds| !seconds.is_nan()).unwrap_or(WANTED_WITHIN);
    let within = Duration::from_secs_f64(within.clamp(0.0, LATEST));
    on(&studio, &piece, (from, count), within, |_| Ok(from)).await
}

/// Changes something from a measure on, and sends what comes now.
pub async fn change(
    State(studio): Studios,
    Path(piece): Path<String>,
    asked: Asked<Change>,
) -> Result<Json<Measures>, ApiError> {
    let Json(change) = asked.map_err(|error| ApiError::bad_request(error.body_text()))?;
    change.check().map_err(ApiError::unprocessable)?;
    let apply = move |live_piece: &mut LivePiece| {
        if live_piece.recipe().changes.len() >= Recipe::MOST_CHANGES {
            return Err(ApiError::unprocessable(
                "this piece has been changed too often; begin a new one",
            ));
        }
        live_piece.change(change).map_err(ApiError::conflict)?;
        Ok(change.step)
    };
    may_go_on(&studio, &piece)?;
    on(&studio, &piece, (change.step, 1), Duration::ZERO, apply).await
}

/// Undoes the last change, and sends what comes now.
pub async fn undo(
    State(studio): Studios,
    Path(piece): Path<String>,
) -> Result<Json<Measures>, ApiError> {
    let apply = |live_piece: &mut LivePiece| {
        live_piece.undo().ok_or_else(|| ApiError::conflict("there is nothing to undo"))
    };
    may_go_on(&studio, &piece)?;
    on(&studio, &piece, (0, 1), Duration::ZERO, apply).await
}

/// Whether more may be composed for a piece. If not, a change is refused, as it could not be heard.
fn may_go_on(studio: &Studio, piece: &str) -> Result<(), ApiError> {
    let session = studio.sessions.find(piece).ok_or_else(gone)?;
    session.may_compose().map_err(ApiError::too_far_ahead)
}

/// The recipe of a piece.
pub async fn recipe(
    State(studio): Studios,
    Path(piece): Path<String>,
    until: Result<Query<Until>, QueryRejection>,
) -> Result<String, ApiError> {
    let Query(Until { until }) = until.map_err(|error| ApiError::bad_request(error.body_text()))?;
    let session = studio.sessions.find(&piece).ok_or_else(gone)?;
    let live_piece = session.live_piece.lock().await;
    Ok(live_piece.recipe_until(until.unwrap_or(usize::MAX)).to_json())
}

/// A listener is still there, though asking for nothing.
pub async fn stay(
    State(studio): Studios,
    Path(piece): Path<String>,
) -> Result<StatusCode, ApiError> {
    studio.sessions.find(&piece).map(|_| StatusCode::NO_CONTENT).ok_or_else(gone)
}

/// A listener leaves.
pub async fn leave(State(studio): Studios, Path(piece): Path<String>) -> StatusCode {
    studio.sessions.close(&piece);
    StatusCode::NO_CONTENT
}

/// What was heard, as a file: `name` is `music.` and the extension of a [`Kind`].
pub async fn file(
    State(studio): Studios,
    Path((piece, name)): Path<(String, String)>,
    until: Result<Query<Until>, QueryRejection>,
) -> Result<Response, ApiError> {
    let Query(Until { until }) = until.map_err(|error| ApiError::bad_request(error.body_text()))?;
    let kind = Kind::ALL.into_iter().find(|kind| name == file_name(*kind));
    let kind = kind.ok_or_else(|| {
        let names = Kind::ALL.map(file_name).join(", ");
        ApiError::bad_request(format!("the files of a piece are {names}"))
    })?;
    let session = studio.sessions.find(&piece).ok_or_else(gone)?;
    let Ok(writer) = studio.writers.clone().acquire_owned().await else {
        return Err(ApiError::unavailable("another file is being written"));
    };
    let live_piece = session.live_piece.clone().lock_owned().await;
    let until = until.unwrap_or(usize::MAX).min(live_piece.len());
    if until <= live_piece.remembered_from() {
        return Err(ApiError::conflict("nothing has been heard yet"));
    }
    let title = live_piece.recipe().title();
    let score = live_piece.score_between(until.saturating_sub(LONGEST_FILE), until);
    drop(live_piece);
    let folder = studio.folder.clone();
    // If the page goes away, the file is not written to its end.
    let wanted = Arc::new(());
    let asked = Arc::downgrade(&wanted);
    let written = tokio::task::spawn_blocking(move || {
        // One file after the other.
        let _writer = writer;
        let folder = tempfile::tempdir_in(folder).map_err(ApiError::internal)?;
        let output = Output::new(folder.path().join(&name)).map_err(ApiError::internal)?;
        let written = output
            .write(&score, &title, None, Existing::Replace, &mut |_| asked.strong_count() > 0);
        written.map_err(ApiError::internal)?;
        // The open file remains when its folder is removed.
        std::fs::File::open(output.path()).map_err(ApiError::internal)
    });
    let file = written.await.map_err(ApiError::internal)??;
    drop(wanted);
    let length = file.metadata().map_err(ApiError::internal)?.len();
    let stream = tokio_util::io::ReaderStream::new(tokio::fs::File::from_std(file));
    let mut response = Body::from_stream(stream).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind.media_type()));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    Ok(response)
}

/// What the page calls a piece as a file of a kind.
fn file_name(kind: Kind) -> String {
    format!("music.{}", kind.extension())
}

/// A sound of the piano: `name` is a pitch and `.wav`.
pub async fn sound(State(studio): Studios, Path(name): Path<String>) -> Result<Response, ApiError> {
    let file = FilePath::new(&name);
    let pitch = file.file_stem().filter(|_| Kind::of(file) == Some(Kind::Wav));
    let pitch = pitch.and_then(|pitch| pitch.to_str()?.parse().ok());
    let studio = &studio;
    let there = pitch.filter(|pitch| studio.sounds.pitches().any(|other| other == *pitch));
    let pitch: u8 = there.ok_or_else(|| ApiError::bad_request("there is no such sound"))?;
    let shared = studio.clone();
    let bytes = studio
        .work(Duration::ZERO, move || shared.sounds.wav(pitch).unwrap_or_default().to_vec())
        .await?;
    let headers =
        [(header::CONTENT_TYPE, Kind::Wav.media_type()), (header::CACHE_CONTROL, "max-age=86400")];
    Ok((headers, bytes).into_response())
}

/// Does something to a piece and sends `count` measures from the step that it returns. Measures that
/// are missing are composed, to be there `within` a time.
async fn on(
    studio: &Arc<Studio>,
    piece: &str,
    (from, count): (usize, usize),
    within: Duration,
    first: impl FnOnce(&mut LivePiece) -> Result<usize, ApiError>,
) -> Result<Json<Measures>, ApiError> {
    if !(1..=MOST_MEASURES).contains(&count) {
        return Err(ApiError::bad_request(format!(
            "the studio sends 1 to {MOST_MEASURES} measures at once"
        )));
    }
    let session = studio.sessions.find(piece).ok_or_else(gone)?;
    let mut live_piece = session.live_piece.clone().lock_owned().await;
    if from > live_piece.len() {
        return Err(ApiError::conflict("the piece is not that long yet"));
    }
    let from = first(&mut live_piece)?;
    if from < live_piece.remembered_from() {
        return Err(ApiError::conflict("that was too long ago to be remembered"));
    }
    if !begins_measure(&live_piece, from) {
        return Err(ApiError::bad_request(format!("no measure begins with step {from}")));
    }
    loop {
        let found = measures(&live_piece, from, count);
        if found.measures.len() == count && (live_piece.is_at_bar_line() || !ends_with(&found)) {
            return Ok(Json(found));
        }
        if let Err(wait) = session.may_compose() {
            // A few measures are better than none.
            let whole = live_piece.is_at_bar_line() && !found.measures.is_empty();
            return if whole { Ok(Json(found)) } else { Err(ApiError::too_far_ahead(wait)) };
        }
        // A measure at a time, so that other listeners have their turn.
        let (composer, before) = (studio.composer.clone(), live_piece.len());
        live_piece = studio
            .work(within, move || {
                live_piece.compose_measure(&composer, &mut composer.workspace());
                live_piece
            })
            .await?;
        session.add_composed(live_piece.seconds(before, live_piece.len()));
    }
}

/// Whether the last measure that was found is the last one of the piece.
fn ends_with(found: &Measures) -> bool {
    found.measures.last().is_none_or(|last| last.step + last.steps == found.end)
}

fn gone() -> ApiError {
    ApiError::not_found("this piece has been left; its recipe plays it again")
}
