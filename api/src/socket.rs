//! The socket door.

use std::sync::Arc;

use async_trait::async_trait;
use axum::extract::Request;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schema::Client;

use crate::http::Doors;
use crate::http::answer::Problem;

/// Whether a request asks for a WebSocket.
pub fn is_upgrade(request: &Request) -> bool {
    let asks = request.headers().get(header::UPGRADE);
    request.method() == Method::GET
        && asks.and_then(|value| value.to_str().ok()).is_some_and(|value| {
            value.split(',').any(|protocol| protocol.trim().eq_ignore_ascii_case("websocket"))
        })
}

/// Serves sockets once they are open.
#[async_trait]
pub trait Sockets: Send + Sync {
    /// Serves one socket to its end.
    async fn serve(&self, client: Client);
}

/// Answers a request for a WebSocket.
pub async fn upgrade(_doors: &Arc<Doors>, _client: Client, _request: Request) -> Response {
    let message = "sockets are not served yet";
    Problem::new(StatusCode::NOT_IMPLEMENTED, "NOT_IMPLEMENTED", message).into_response()
}
