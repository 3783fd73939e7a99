//! The door for event streams: one subscription over the response to one request (graphql-sse, distinct
//! connections mode), served by the engine of `realtime`.
//!
//! A stream is a POST or a GET like any other, and says by the same means who asks: a bearer key, or the
//! browser's cookie. Other than a socket, which another site's page may open and read, its answer is
//! shown to our own pages only; and since it holds a place here, a cookie opens it for our own pages
//! only, by GET too.

use std::collections::HashMap;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use domain::account::Identity;
use futures_util::{Sink, SinkExt, stream};
use parking_lot::Mutex;
use realtime::{Close, Ended, Seal, Watermark};
use schema::{Client, Drawer};
use tokio::sync::mpsc;
use tokio_util::sync::PollSender;
use tracing::Instrument;

use super::Sockets;
use crate::http::answer::Problem;
use crate::http::media_types::EVENTS;
use crate::line::Line;

/// Streams that one client may have open; as many as operations on one socket.
pub const STREAMS_PER_CLIENT: usize = 100;

/// Text to the peer, whole events.
pub type Texts = Pin<Box<dyn Sink<String, Error = PeerGone> + Send>>;

/// Nobody reads any more.
#[derive(Debug, thiserror::Error)]
#[error("the peer went away")]
pub struct PeerGone;

/// An event stream that was let in.
pub struct OpenStream {
    /// What every byte of the response has to pass.
    pub seal: Seal,
    /// Serves it to its end.
    pub run: Pin<Box<dyn Future<Output = Ended> + Send>>,
}

/// How many streams each client has open.
#[derive(Clone, Default)]
pub(super) struct Streams(Arc<Mutex<HashMap<Drawer, usize>>>);

/// One of a client's streams.
struct Place {
    streams: Streams,
    drawer: Drawer,
}

impl Streams {
    fn take(&self, drawer: Drawer) -> Option<Place> {
        let mut open = self.0.lock();
        let count = open.entry(drawer.clone()).or_default();
        if *count >= STREAMS_PER_CLIENT {
            return None;
        }
        *count += 1;
        Some(Place { streams: self.clone(), drawer })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.streams.0.lock();
        if let Some(count) = open.get_mut(&self.drawer) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.drawer);
            }
        }
    }
}

/// Who asks for a stream, and by which connection.
pub struct Asker {
    /// Taken before they were authenticated.
    pub since: Watermark,
    /// Who they are; none for a guest.
    pub identity: Option<Identity>,
    /// The other end.
    pub client: Client,
    /// Below the request.
    pub line: Line,
}

impl Sockets {
    /// What has to be taken before somebody is authenticated who wants a stream.
    pub fn watermark(&self) -> Watermark {
        self.speaker.registry().watermark()
    }

    /// Answers with a stream, which is served in a task of its own.
    ///
    /// # Errors
    /// A problem when there is no room for it, or the key was revoked just now.
    pub fn stream(&self, asker: Asker, request: realtime::Request) -> Result<Response, Problem> {
        let Asker { since, identity, client, line } = asker;
        let place = self.place()?;
        let drawer = Drawer::of(&client, identity.as_ref());
        let own_place = self.streams.take(drawer).ok_or_else(|| {
            let message = format!("{STREAMS_PER_CLIENT} streams of yours are open already");
            Problem::new(StatusCode::TOO_MANY_REQUESTS, "TOO_MANY_SUBSCRIPTIONS", message)
        })?;
        // What the server below buffers comes on top.
        let (sender, mut receiver) = mpsc::channel::<Bytes>(1);
        let texts = PollSender::new(sender.clone())
            .sink_map_err(|_| PeerGone)
            .with(|text: String| std::future::ready(Ok::<_, PeerGone>(Bytes::from(text))));
        let span = tracing::info_span!("event_stream", request.id = %client.request_id);
        let opened = self.speaker.stream(since, identity, client, request, Box::pin(texts));
        let OpenStream { seal, run } = opened.ok_or_else(revoked)?;
        line.seal(seal);
        let serving = async move {
            let _places = (place, own_place);
            let ended = tokio::select! {
                ended = run => ended,
                () = sender.closed() => Ended::Gone,
            };
            let code = match &ended {
                Ended::Complete | Ended::Gone => None,
                Ended::Early(Close { code, .. }) | Ended::Cut(Close { code, .. }) => Some(*code),
            };
            tracing::info!(stream.close = code, "an event stream ended");
            if let Ended::Cut(_) = ended {
                line.cut();
            }
        };
        self.tasks.spawn(serving.instrument(span));

        let events = stream::poll_fn(move |context| {
            receiver.poll_recv(context).map(|event| event.map(Ok::<_, Infallible>))
        });
        let mut response = Response::new(Body::from_stream(events));
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(EVENTS));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        // The line stays sealed, so no other request may come over it.
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        // A proxy that knows this word hands each event on as it comes.
        let buffering = HeaderName::from_static("x-accel-buffering");
        headers.insert(buffering, HeaderValue::from_static("no"));
        Ok(response)
    }
}

fn revoked() -> Problem {
    let message = "the access token or session was revoked";
    Problem::new(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", message)
        .with(header::WWW_AUTHENTICATE, "Bearer")
}
