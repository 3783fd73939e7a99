//! What every request gets before its route, and every answer after it.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use schema::Client;
use tracing::Instrument;

use super::addresses::Peer;
use super::agent;
use super::{Doors, REQUEST_ID};

/// Headers that every answer has unless its handler says otherwise.
const HEADERS: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    ),
];

/// Names the request, finds its client, opens its span, and sets the security headers.
pub async fn with_context(
    State(doors): State<Arc<Doors>>,
    mut request: Request,
    next: Next,
) -> Response {
    let request_id = given_id(request.headers())
        .map(str::to_owned)
        .unwrap_or_else(|| format!("{:032x}", doors.ids.fresh()));
    let peer = request.extensions().get::<Peer>().copied();
    let origin = doors.addresses.client(peer, request.headers());
    let client = Client {
        address: origin.address,
        may_sign_in: doors.addresses.may_sign_in(origin),
        agent: agent::described(request.headers()),
        request_id: request_id.clone(),
    };
    // The path itself may hold a secret: an upload ticket, an object's key.
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let span = tracing::info_span!(
        "http.request",
        request.id = %request_id,
        http.method = %request.method(),
        http.route = route.as_deref().unwrap_or("page"),
    );
    request.extensions_mut().insert(client);
    let began = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;

    let duration_ms = began.elapsed().as_secs_f64() * 1000.0;
    let status = response.status().as_u16();
    tracing::info!(parent: &span, http.status = status, duration_ms, "answered");
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    let policy = doors.pages.content_security_policy();
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert_with(|| policy.clone());
    if let Ok(id) = HeaderValue::from_str(&request_id) {
        headers.insert(REQUEST_ID, id);
    }
    response
}

/// The id that a client gives, when it is short and can stand in a log.
fn given_id(headers: &HeaderMap) -> Option<&str> {
    let id = headers.get(REQUEST_ID)?.to_str().ok()?;
    let sane = (8..=64).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    sane.then_some(id)
}
