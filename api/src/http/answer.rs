//! Writing answers in GraphQL's shape, also where GraphQL was never reached.

use std::any::Any;
use std::collections::BTreeMap;
use std::time::Duration;

use async_graphql::{ErrorExtensionValues, Pos, ServerError, Value};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use realtime::protocol::graphql_sse;
use schema::budget::Left;
use serde::Serialize;

use super::media_types::Format;

/// Errors that one answer tells; a document can be wrong in a thousand places.
const ERRORS: usize = 20;

/// Why a request is not executed.
#[derive(Debug)]
pub struct Problem {
    /// HTTP status, for both formats.
    pub status: StatusCode,
    /// In `extensions.code`.
    pub code: &'static str,
    /// For people.
    pub message: String,
    /// Where in the document.
    pub position: Option<Pos>,
    /// Headers that belong to the status.
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

impl Problem {
    /// Makes a problem without headers.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Problem { status, code, message: message.into(), position: None, headers: Vec::new() }
    }

    /// Adds a header.
    pub fn with(mut self, name: HeaderName, value: &'static str) -> Self {
        self.headers.push((name, HeaderValue::from_static(value)));
        self
    }

    fn error(&self) -> ServerError {
        let mut error = ServerError::new(self.message.clone(), self.position);
        code(&mut error, self.code);
        error
    }
}

/// Outside of `/graphql`, a problem is JSON of the same shape.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        Answer::from(self).write(Format::Json, None)
    }
}

/// What an operation cost, and what the client has left.
#[derive(Clone, Copy, Debug)]
pub struct Meter {
    /// Cost of this operation.
    pub requested: u64,
    /// What one operation may cost.
    pub maximum: u64,
    /// The client's bucket.
    pub left: Left,
}

/// An answer before it is written.
#[derive(Debug, Default)]
pub struct Answer {
    /// HTTP status.
    pub status: StatusCode,
    /// What went wrong.
    pub errors: Vec<ServerError>,
    /// Missing when nothing was executed.
    pub data: Option<Value>,
    /// What resolvers and extensions tell beside the data.
    pub extensions: BTreeMap<String, Value>,
    /// Additional headers.
    pub headers: HeaderMap,
}

impl From<Problem> for Answer {
    fn from(problem: Problem) -> Self {
        Answer {
            status: problem.status,
            errors: vec![problem.error()],
            headers: problem.headers.into_iter().collect(),
            ..Answer::default()
        }
    }
}

impl Answer {
    /// Writes the answer. Nobody may keep it: it depends on who asks.
    pub fn write(mut self, format: Format, meter: Option<Meter>) -> Response {
        #[derive(Serialize)]
        struct Body<'a> {
            #[serde(skip_serializing_if = "Option::is_none")]
            data: Option<&'a Value>,
            #[serde(skip_serializing_if = "<[_]>::is_empty")]
            errors: &'a [ServerError],
            #[serde(skip_serializing_if = "BTreeMap::is_empty")]
            extensions: &'a BTreeMap<String, Value>,
        }

        self.errors.truncate(ERRORS);
        if let Some(meter) = meter {
            let cost = [("requested", meter.requested), ("maximum", meter.maximum)];
            let cost = cost.map(|(name, n)| (async_graphql::Name::new(name), Value::from(n)));
            self.extensions.insert("cost".to_owned(), Value::Object(cost.into_iter().collect()));
        }
        let body =
            Body { data: self.data.as_ref(), errors: &self.errors, extensions: &self.extensions };
        let Ok(body) = serde_json::to_string(&body) else {
            tracing::error!("an answer cannot be written as JSON");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        let (format, body) = match format {
            Format::Events if self.status.is_success() => (format, graphql_sse::only(&body)),
            // Where nothing was asked there is no stream of results, but a status that says why.
            Format::Events => (Format::Json, body),
            _ => (format, body),
        };
        let mut response = (self.status, body).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.content_type()));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.extend(self.headers);
        if let Some(meter) = meter {
            write_left(headers, meter.left);
        }
        response
    }
}

/// Sets the code of an error that has none.
pub fn code(error: &mut ServerError, code: &str) {
    let extensions = error.extensions.get_or_insert_with(ErrorExtensionValues::default);
    if extensions.get("code").is_none() {
        extensions.set("code", code);
    }
}

/// A number of whole seconds, rounded up, as a header.
pub fn seconds(duration: Duration) -> HeaderValue {
    HeaderValue::from(duration.as_millis().div_ceil(1000) as u64)
}

fn write_left(headers: &mut HeaderMap, left: Left) {
    headers.insert("ratelimit-limit", HeaderValue::from(left.limit));
    headers.insert("ratelimit-remaining", HeaderValue::from(left.remaining));
    headers.insert("ratelimit-reset", seconds(left.reset));
    if let Ok(policy) = HeaderValue::from_str(&format!("{};w=60", left.limit)) {
        headers.insert("ratelimit-policy", policy);
    }
}

/// The answer to a request whose handler panicked.
pub fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let what = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message");
    tracing::error!(error = what, "a request panicked");
    let status = StatusCode::INTERNAL_SERVER_ERROR;
    Problem::new(status, "INTERNAL_ERROR", "something went wrong on our side").into_response()
}
