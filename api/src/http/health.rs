//! Whether the process lives, and whether it can answer.

use std::sync::Arc;

use async_trait::async_trait;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::ports::Accounts;
use store::Blog;

use super::Doors;

/// Says whether requests can be answered now.
#[async_trait]
pub trait Readiness: Send + Sync {
    /// `Err` names what is not ready; it may be read by anybody.
    async fn check(&self) -> Result<(), &'static str>;
}

/// Ready while the table answers.
pub struct TableReadiness(pub Blog);

#[async_trait]
impl Readiness for TableReadiness {
    async fn check(&self) -> Result<(), &'static str> {
        self.0.has_owner().await.map(drop).map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "the table does not answer");
            "the table does not answer"
        })
    }
}

/// Answers `/healthz`: the process lives.
pub async fn healthz() -> Response {
    plain(StatusCode::OK, "ok\n".to_owned())
}

/// Answers `/readyz`: requests can be answered; while starting, stopping, or without its table, not.
pub async fn readyz(State(doors): State<Arc<Doors>>) -> Response {
    match doors.readiness.check().await {
        Ok(()) => plain(StatusCode::OK, "ready\n".to_owned()),
        Err(what) => plain(StatusCode::SERVICE_UNAVAILABLE, format!("{what}\n")),
    }
}

fn plain(status: StatusCode, text: String) -> Response {
    let mut response = (status, text).into_response();
    let no_store = HeaderValue::from_static("no-store");
    response.headers_mut().insert(header::CACHE_CONTROL, no_store);
    response
}
