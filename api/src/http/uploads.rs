//! Uploads by ticket: the embedded home's counterpart of a presigned request to S3.
//!
//! The address is the whole authority: it works once, for one length, type and checksum. So no
//! cookie is looked at, and every origin may send here.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::Doors;
use super::answer::Problem;
use super::media::{Declared, UploadError, unavailable};

/// A whole upload may take no longer.
const UPLOAD_TIME: Duration = Duration::from_secs(600);

/// Answers PUT `/uploads/{ticket}`.
pub async fn upload(
    State(doors): State<Arc<Doors>>,
    Path(ticket): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let asked = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let declared = Declared {
        length: asked(header::CONTENT_LENGTH).and_then(|length| length.parse().ok()),
        content_type: asked(header::CONTENT_TYPE).map(str::to_owned),
    };
    let receiving = doors.media.receive(&ticket, declared, body.into_data_stream());
    let received = match tokio::time::timeout(UPLOAD_TIME, receiving).await {
        Ok(received) => received,
        Err(_) => Err(UploadError::Interrupted),
    };
    let mut response = match received {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => refused(error),
    };
    let any = HeaderValue::from_static("*");
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, any);
    response
}

/// Answers a browser that asks whether a page of another origin may upload.
pub async fn preflight() -> Response {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_ALLOW_METHODS, "PUT"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type, x-amz-checksum-sha256"),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

fn refused(error: UploadError) -> Response {
    let message = error.to_string();
    let problem = match &error {
        UploadError::Store(error) => return unavailable(error),
        UploadError::Ticket => Problem::new(StatusCode::FORBIDDEN, "UPLOAD_TICKET", message),
        UploadError::Mismatch(_) => {
            Problem::new(StatusCode::BAD_REQUEST, "UPLOAD_MISMATCH", message)
        }
        UploadError::Interrupted => {
            Problem::new(StatusCode::REQUEST_TIMEOUT, "UPLOAD_INTERRUPTED", message)
        }
    };
    // What is still on its way of a refused body is not read.
    problem.with(header::CONNECTION, "close").into_response()
}
