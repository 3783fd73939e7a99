//! Pages of posts whose slug changed: they lead on.

use async_trait::async_trait;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use domain::Slug;
use domain::ports::PortError;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::Doors;

/// What stands in a path as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-');

/// Knows where posts were.
#[async_trait]
pub trait Moved: Send + Sync {
    /// The present slug of the post that `slug` led to before; none when it still leads there, and for
    /// a post that not everybody may see: nothing is told of it.
    async fn moved(&self, slug: &Slug) -> Result<Option<Slug>, PortError>;
}

/// Leads from a post's former address to its present one, for good. Browsers ask again each time: an
/// author may take the former slug back.
pub(super) async fn lead_on(doors: &Doors, uri: &Uri) -> Option<Response> {
    let path = uri.path().strip_prefix("/posts/")?;
    let slug = percent_decode_str(path.trim_end_matches('/')).decode_utf8().ok()?;
    let slug = Slug::parse(&slug).ok()?;
    let present = match doors.pages.moved()?.moved(&slug).await {
        Ok(present) => present?,
        Err(error) => {
            // The client finds it by itself.
            tracing::warn!(error = &error as &dyn std::error::Error, "no former slug was read");
            return None;
        }
    };
    let mut location = format!("/posts/{}", utf8_percent_encode(present.as_str(), PLAIN));
    if let Some(query) = uri.query() {
        location = format!("{location}?{query}");
    }
    let headers = [(header::LOCATION, location), (header::CACHE_CONTROL, "no-cache".to_owned())];
    Some((StatusCode::PERMANENT_REDIRECT, headers).into_response())
}
