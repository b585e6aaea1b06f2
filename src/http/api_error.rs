//! What is said to a listener when something cannot be.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use std::time::Duration;

/// Why a request is not met: a status, and a sentence that says what would do.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    reason: String,
    wait: Option<Duration>,
}

impl ApiError {
    /// The request makes no sense.
    pub fn bad_request(reason: impl ToString) -> ApiError {
        ApiError { status: StatusCode::BAD_REQUEST, reason: reason.to_string(), wait: None }
    }

    /// The music cannot be used.
    pub fn unprocessable(reason: impl ToString) -> ApiError {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        ApiError { status, reason: reason.to_string(), wait: None }
    }

    /// It cannot be done as things are now.
    pub fn conflict(reason: impl ToString) -> ApiError {
        ApiError { status: StatusCode::CONFLICT, reason: reason.to_string(), wait: None }
    }

    /// There is no such thing (any more).
    pub fn not_found(reason: impl ToString) -> ApiError {
        ApiError { status: StatusCode::NOT_FOUND, reason: reason.to_string(), wait: None }
    }

    /// Who asks may not have it.
    pub fn forbidden(reason: impl ToString) -> ApiError {
        ApiError { status: StatusCode::FORBIDDEN, reason: reason.to_string(), wait: None }
    }

    /// Too many want something at once.
    pub fn unavailable(reason: impl ToString) -> ApiError {
        let wait = Some(Duration::from_secs(10));
        ApiError { status: StatusCode::SERVICE_UNAVAILABLE, reason: reason.to_string(), wait }
    }

    /// One listener wants too much at once.
    pub fn too_far_ahead(wait: Duration) -> ApiError {
        let reason = "this is far enough ahead for now".to_owned();
        ApiError { status: StatusCode::TOO_MANY_REQUESTS, reason, wait: Some(wait) }
    }

    /// Something has broken on our side.
    pub fn internal(reason: impl ToString) -> ApiError {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        ApiError { status, reason: reason.to_string(), wait: None }
    }

    /// It comes from a page that is not ours.
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
