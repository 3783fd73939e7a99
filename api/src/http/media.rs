//! Images and audio.

use std::io::SeekFrom;
use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use axum::body::{Body, BodyDataStream};
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use domain::media::ObjectKey;
use domain::ports::{ObjectInfo, PortError};

use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;

use super::Doors;
use super::answer::Problem;

/// Bytes that are read from a file at once.
const PIECE: usize = 64 * 1024;

/// An object that may be read.
#[derive(Debug)]
pub struct Opened {
    /// Length, type and checksum.
    pub info: ObjectInfo,
    /// The bytes.
    pub content: Content,
}

/// Where an object's bytes are.
#[derive(Debug)]
pub enum Content {
    /// In memory.
    Memory(Bytes),
    /// In a file, at its beginning.
    File(std::fs::File),
}

impl Content {
    /// Reads a part, or the whole, piece by piece.
    async fn part(self, part: Range<u64>) -> std::io::Result<Body> {
        match self {
            Content::Memory(bytes) => {
                let end = part.end.min(bytes.len() as u64);
                Ok(Body::from(bytes.slice(part.start.min(end) as usize..end as usize)))
            }
            Content::File(file) => {
                let mut file = tokio::fs::File::from_std(file);
                if part.start > 0 {
                    file.seek(SeekFrom::Start(part.start)).await?;
                }
                let length = part.end - part.start;
                Ok(Body::from_stream(ReaderStream::with_capacity(file.take(length), PIECE)))
            }
        }
    }
}

/// What a client says about the bytes that it uploads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Declared {
    /// `content-length`.
    pub length: Option<u64>,
    /// `content-type`.
    pub content_type: Option<String>,
}

/// Why an upload is not taken.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// The ticket is none, was altered, was used, or is past its end.
    #[error("the upload ticket is unknown, used or past its end")]
    Ticket,
    /// The bytes are not those that the ticket is for; the text says how they differ.
    #[error("{0}")]
    Mismatch(String),
    /// The client went away.
    #[error("the upload ended too early")]
    Interrupted,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] PortError),
}

/// Keeps objects, as this door needs it.
#[async_trait]
pub trait Media: Send + Sync {
    /// Reads an object that may be read under this address: a public one by its key alone, another
    /// with the signed query string that the store made. `None` for all others.
    async fn open(&self, key: &ObjectKey, query: Option<&str>)
    -> Result<Option<Opened>, PortError>;

    /// Takes an upload. Atomic: after an error nothing was stored, and unless the ticket is used up
    /// the client may try again.
    async fn receive(
        &self,
        ticket: &str,
        declared: Declared,
        body: BodyDataStream,
    ) -> Result<(), UploadError>;
}

/// Answers `/media/{key}`, whole or a range of it.
pub async fn media(
    State(doors): State<Arc<Doors>>,
    Path(key): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let Ok(key) = ObjectKey::parse(&key) else { return not_found() };
    match doors.media.open(&key, query.as_deref()).await {
        Ok(Some(opened)) => answer(opened, query.is_some(), &headers).await,
        Ok(None) => not_found(),
        Err(error) => unavailable(&error),
    }
}

/// The answer to a failing store.
pub(super) fn unavailable(error: &PortError) -> Response {
    tracing::error!(error = error as &dyn std::error::Error, "the object store failed");
    let message = "the object store cannot answer now; try again";
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", message).into_response()
}

fn not_found() -> Response {
    Problem::new(StatusCode::NOT_FOUND, "NOT_FOUND", "there is no such object").into_response()
}

async fn answer(opened: Opened, signed: bool, headers: &HeaderMap) -> Response {
    let Opened { info, content } = opened;
    let etag = info.sha256.iter().take(16).map(|b| format!("{b:02x}")).collect::<String>();
    let etag = format!("\"{etag}\"");
    let length = info.length;
    let asked = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());

    let known = asked(header::IF_NONE_MATCH)
        .is_some_and(|known| known.split(',').any(|k| k.trim().trim_start_matches("W/") == etag));
    let range = asked(header::RANGE).filter(|_| match asked(header::IF_RANGE) {
        Some(validator) => validator == etag,
        None => true,
    });
    let (part, status) = match range.map(|range| parse_range(range, length)) {
        Some(Wanted::Part(part)) => (part, StatusCode::PARTIAL_CONTENT),
        Some(Wanted::Nothing) => (0..0, StatusCode::RANGE_NOT_SATISFIABLE),
        Some(Wanted::Whole) | None => (0..length, StatusCode::OK),
    };
    let mut response = match status {
        _ if known => StatusCode::NOT_MODIFIED.into_response(),
        StatusCode::RANGE_NOT_SATISFIABLE => {
            (status, [(header::CONTENT_RANGE, format!("bytes */{length}"))]).into_response()
        }
        _ => match content.part(part.clone()).await {
            Ok(body) => {
                (status, [(header::CONTENT_LENGTH, part.end - part.start)], body).into_response()
            }
            Err(error) => return unavailable(&PortError::backend("the object store", error)),
        },
    };
    if response.status() == StatusCode::PARTIAL_CONTENT {
        let content_range = format!("bytes {}-{}/{length}", part.start, part.end - 1);
        if let Ok(content_range) = HeaderValue::from_str(&content_range) {
            response.headers_mut().insert(header::CONTENT_RANGE, content_range);
        }
    }
    let headers = response.headers_mut();
    let mut set = |name, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set(header::CONTENT_TYPE, &info.content_type);
    set(header::ETAG, &etag);
    set(header::ACCEPT_RANGES, "bytes");
    // A key names its content; a signed address ends after ten minutes.
    let (public, signed_for) = ("public, max-age=31536000, immutable", "private, max-age=600");
    set(header::CACHE_CONTROL, if signed { signed_for } else { public });
    set(header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox");
    set(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    response
}

#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    Whole,
    Part(Range<u64>),
    Nothing,
}

/// Reads one range; several at once are answered with the whole, as a server may.
fn parse_range(text: &str, length: u64) -> Wanted {
    let Some(range) = text.strip_prefix("bytes=").filter(|range| !range.contains(',')) else {
        return Wanted::Whole;
    };
    let Some((first, last)) = range.trim().split_once('-') else { return Wanted::Whole };
    let part = match (first.parse::<u64>(), last.parse::<u64>()) {
        (Ok(first), Ok(last)) if first <= last => first..last.saturating_add(1).min(length),
        (Ok(first), Err(_)) if last.is_empty() => first..length,
        (Err(_), Ok(last)) if first.is_empty() => length.saturating_sub(last)..length,
        _ => return Wanted::Whole,
    };
    if part.start < part.end { Wanted::Part(part) } else { Wanted::Nothing }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_cut_to_the_object() {
        for (text, wanted) in [
            ("bytes=0-3", Wanted::Part(0..4)),
            ("bytes=4-", Wanted::Part(4..10)),
            ("bytes=-4", Wanted::Part(6..10)),
            ("bytes=-40", Wanted::Part(0..10)),
            ("bytes=8-100", Wanted::Part(8..10)),
            ("bytes=9-18446744073709551615", Wanted::Part(9..10)),
            ("bytes=10-", Wanted::Nothing),
            ("bytes=-0", Wanted::Nothing),
            ("bytes=5-2", Wanted::Whole),
            ("bytes=0-1,3-4", Wanted::Whole),
            ("bytes=a-b", Wanted::Whole),
            ("items=0-1", Wanted::Whole),
        ] {
            assert_eq!(parse_range(text, 10), wanted, "{text}");
        }
        assert_eq!(parse_range("bytes=0-", 0), Wanted::Nothing);
    }
}
