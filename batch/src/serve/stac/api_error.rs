//! Why a question to the API is not answered.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// An answer that is none: `{"code", "description"}` in JSON.
#[derive(Debug)]
pub(super) struct ApiError {
    status: StatusCode,
    code: &'static str,
    /// What is wrong and what would be right.
    pub(super) description: String,
}

impl ApiError {
    /// The question cannot be understood.
    pub(super) fn bad_request(description: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            code: "BadRequest",
            description: description.into(),
        }
    }

    /// What is requested is not there.
    pub(super) fn not_found(description: impl Into<String>) -> Self {
        Self { status: StatusCode::NOT_FOUND, code: "NotFound", description: description.into() }
    }

    /// No item belongs to that collection.
    pub(super) fn no_collection(id: &str) -> Self {
        Self::not_found(format!("there is no collection {id}: /stac/collections lists them"))
    }

    /// The question is longer than any that can be answered.
    pub(super) fn too_large(description: impl Into<String>) -> Self {
        Self {
            status: StatusCode::PAYLOAD_TOO_LARGE,
            code: "PayloadTooLarge",
            description: description.into(),
        }
    }

    /// The question did not arrive in time.
    pub(super) fn too_slow(description: impl Into<String>) -> Self {
        Self {
            status: StatusCode::REQUEST_TIMEOUT,
            code: "RequestTimeout",
            description: description.into(),
        }
    }

    /// Too many answers are under way.
    pub(super) fn busy() -> Self {
        let description = "too many answers are under way: try again in a minute".to_owned();
        Self { status: StatusCode::SERVICE_UNAVAILABLE, code: "ServiceUnavailable", description }
    }

    /// The fault is the server's.
    pub(super) fn failed() -> Self {
        let description = "the catalogue cannot be read at the moment".to_owned();
        Self { status: StatusCode::INTERNAL_SERVER_ERROR, code: "InternalServerError", description }
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        (self.status, Json(json!({ "code": self.code, "description": self.description })))
            .into_response()
    }
}
