//! Error responses of the HTTP API.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use std::time::Duration;

/// Why a request fails: an HTTP status, and a sentence that says what would help.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    reason: String,
    wait: Option<Duration>,
}

impl ApiError {
    /// 400: the request makes no sense.
    pub fn bad_request(reason: impl ToString) -> ApiError {
        ApiError { status: StatusCode::BAD_REQUEST, reason: reason.to_string(), wait: None }
    }

    /// 422: the music, or the recipe, cannot be used.
    pub fn unprocessable(reason: impl ToString) -> ApiError {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        ApiError { status, reason: reason.to_string(), wait: None }
    }

    /// 409: not possible in the piece's present state.
    pub fn conflict(reason: impl ToString) -> ApiError {
        ApiError { status: StatusCode::CONFLICT, reason: reason.to_string(), wait: None }
    }

    /// 404: it does not exist, or no longer exists.
    pub fn not_found(reason: impl ToString) -> ApiError {
        ApiError { status: StatusCode::NOT_FOUND, reason: reason.to_string(), wait: None }
    }

    /// 403: the client may not have it.
    pub fn forbidden(reason: impl ToString) -> ApiError {
        ApiError { status: StatusCode::FORBIDDEN, reason: reason.to_string(), wait: None }
    }

    /// 503: too many clients want something at once.
    pub fn unavailable(reason: impl ToString) -> ApiError {
        let wait = Some(Duration::from_secs(10));
        ApiError { status: StatusCode::SERVICE_UNAVAILABLE, reason: reason.to_string(), wait }
    }

    /// 429: one listener wants too much music ahead of the clock.
    pub fn too_far_ahead(wait: Duration) -> ApiError {
        let reason = "this is far enough ahead for now".to_owned();
        ApiError { status: StatusCode::TOO_MANY_REQUESTS, reason, wait: Some(wait) }
    }

    /// 500: something failed on the server's side.
    pub fn internal(reason: impl ToString) -> ApiError {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        ApiError { status, reason: reason.to_string(), wait: None }
    }

    /// 403: the request comes from a page of another site.
    pub fn cross_origin() -> ApiError {
        ApiError::forbidden("this program answers only its own pages")
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(json!({ "error": self.reason }))).into_response();
        if let Some(wait) = self.wait {
            let seconds = HeaderValue::from(wait.as_secs().max(1));
            response.headers_mut().insert(header::RETRY_AFTER, seconds);
        }
        response
    }
}
