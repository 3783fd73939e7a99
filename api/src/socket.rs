//! The socket door: takes the upgrade, and pumps frames between the wire and the engine of
//! `realtime`.
//!
//! Event streams are served beside the sockets, by the same engine: [`event_stream`].
//!
//! The upgrade is our own, since a socket that waits should cost little: the read buffer has half a
//! KiB, and a message that is too long is refused by its header, before its bytes arrive.

mod admission;
pub mod event_stream;
mod transport;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::account::Identity;
use domain::ports::Clock;
use hyper_util::rt::TokioIo;
use realtime::{
    Close, Connection, ConnectionConfig, EventStream, EventStreamConfig, Executor, Hub, Watermark,
    negotiate,
};
use schema::Client;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::http::Doors;
use crate::http::answer::Problem;
use crate::identity::Authenticator;
pub use admission::{Admission, MakeViewer};
use event_stream::{OpenStream, Streams, Texts};
use transport::{Frames, IncomingFrames, Socket};

/// Sockets that are open at once.
const SOCKETS: usize = 10_000;
/// The read buffer of a socket, allocated as long as it lives.
const READ_BUFFER: usize = 512;
/// A peer that neither reads nor closes is given this long once we are done.
const FAREWELL: Duration = Duration::from_secs(2);

/// Speaks a protocol over open sockets.
#[async_trait]
pub trait Speak: Send + Sync {
    /// The longest message of a client, in bytes.
    fn message_limit(&self) -> usize;

    /// Serves one socket to its end; what it was closed with, or none when the peer ended it.
    async fn speak(
        &self,
        client: &Client,
        incoming: IncomingFrames<'_>,
        outgoing: Frames<'_>,
    ) -> Option<Close>;

    /// The registry that revocations go to.
    fn registry(&self) -> &Arc<realtime::Sockets>;

    /// Opens an event stream for somebody who was authenticated after `since`; none when they were
    /// revoked meanwhile.
    fn stream(
        &self,
        since: Watermark,
        identity: Option<Identity>,
        client: Client,
        request: realtime::Request,
        outgoing: Texts,
    ) -> Option<OpenStream>;
}

/// Speaks graphql-transport-ws with the engine of `realtime`.
pub struct GraphqlSockets<E: Executor> {
    /// Where subscriptions live.
    pub hub: Hub<E>,
    /// Knows whose a key or ticket is.
    pub authenticator: Arc<dyn Authenticator>,
    /// For the ends of sessions.
    pub clock: Arc<dyn Clock>,
    /// Makes what the executor knows of who asks.
    pub viewer: MakeViewer<E::Viewer>,
    /// Sizes and times.
    pub config: ConnectionConfig,
}

#[async_trait]
impl<E: Executor> Speak for GraphqlSockets<E> {
    fn message_limit(&self) -> usize {
        self.config.limits.message_bytes
    }

    async fn speak(
        &self,
        client: &Client,
        incoming: IncomingFrames<'_>,
        outgoing: Frames<'_>,
    ) -> Option<Close> {
        let admission = Admission {
            authenticator: self.authenticator.clone(),
            clock: self.clock.clone(),
            viewer: self.viewer.clone(),
            client: client.clone(),
        };
        let connection = Connection {
            hub: self.hub.clone(),
            authenticator: Arc::new(admission),
            config: self.config,
        };
        connection.run(incoming, outgoing).await
    }

    fn registry(&self) -> &Arc<realtime::Sockets> {
        self.hub.sockets()
    }

    fn stream(
        &self,
        since: Watermark,
        identity: Option<Identity>,
        client: Client,
        request: realtime::Request,
        outgoing: Texts,
    ) -> Option<OpenStream> {
        let admitted = admission::admitted(identity, client, &*self.clock, &self.viewer);
        let config = EventStreamConfig {
            write_timeout: self.config.write_timeout,
            ..EventStreamConfig::default()
        };
        let stream = EventStream::open(self.hub.clone(), since, admitted, config)?;
        Some(OpenStream { seal: stream.seal(), run: Box::pin(stream.run(request, outgoing)) })
    }
}

/// Where subscriptions are served.
pub enum Subscriptions {
    /// Here: over sockets, and as event streams.
    Here(Sockets),
    /// Over the sockets at this address only: this process answers requests, and holds nothing open.
    Elsewhere(String),
}

impl Subscriptions {
    /// What serves them here, if anything does.
    pub fn here(&self) -> Option<&Sockets> {
        match self {
            Subscriptions::Here(sockets) => Some(sockets),
            Subscriptions::Elsewhere(_) => None,
        }
    }

    /// Says how to subscribe.
    pub fn need_a_socket(&self) -> Problem {
        let message = match self {
            Subscriptions::Here(_) => {
                "subscriptions are served as text/event-stream, and over WebSocket at /graphql/ws"
                    .to_owned()
            }
            Subscriptions::Elsewhere(address) => {
                format!("subscriptions are served over WebSocket at {address}")
            }
        };
        Problem::new(StatusCode::NOT_ACCEPTABLE, "SUBSCRIPTION_NEEDS_SOCKET", message)
    }
}

/// All sockets and event streams of this process.
pub struct Sockets {
    speaker: Arc<dyn Speak>,
    places: Arc<Semaphore>,
    streams: Streams,
    tasks: TaskTracker,
    stop: CancellationToken,
}

impl Sockets {
    /// Makes the door. Sockets run on `tasks`; no new one is opened once `stop` is cancelled.
    pub fn new(speaker: Arc<dyn Speak>, tasks: TaskTracker, stop: CancellationToken) -> Self {
        let places = Arc::new(Semaphore::new(SOCKETS));
        Sockets { speaker, places, streams: Streams::default(), tasks, stop }
    }

    /// A place for one more, while there is room and the server does not stop.
    fn place(&self) -> Result<OwnedSemaphorePermit, Problem> {
        match self.places.clone().try_acquire_owned() {
            Ok(place) if !self.stop.is_cancelled() => Ok(place),
            _ => {
                let message = "no more sockets can be opened now; try again";
                Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", message))
            }
        }
    }
}

/// Whether a request asks for a WebSocket.
pub fn is_upgrade(request: &Request) -> bool {
    request.method() == Method::GET && has_token(request, header::UPGRADE, "websocket")
}

/// Answers a request for a WebSocket, and serves the socket in a task of its own.
pub async fn upgrade(doors: &Arc<Doors>, client: Client, mut request: Request) -> Response {
    let Some(sockets) = doors.subscriptions.here() else {
        return doors.subscriptions.need_a_socket().into_response();
    };
    let accept = match accept_key(&request) {
        Ok(accept) => accept,
        Err(problem) => return problem.into_response(),
    };
    let place = match sockets.place() {
        Ok(place) => place,
        Err(problem) => return problem.into_response(),
    };
    let offered = request.headers().get_all(header::SEC_WEBSOCKET_PROTOCOL);
    let protocol = negotiate(offered.iter().filter_map(|offer| offer.to_str().ok()));

    let chosen = protocol.as_ref().ok().copied();
    let (speaker, tasks) = (sockets.speaker.clone(), sockets.tasks.clone());
    let upgraded = hyper::upgrade::on(&mut request);
    let serving = async move {
        let _place = place;
        match upgraded.await {
            Ok(stream) => serve(TokioIo::new(stream), &*speaker, &client, protocol).await,
            Err(error) => {
                tracing::debug!(error = &error as &dyn std::error::Error, "no upgrade came");
            }
        }
    };
    tasks.spawn(serving);

    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    if let Some(chosen) = chosen {
        headers.insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(chosen));
    }
    response
}

async fn serve(
    stream: Socket,
    speaker: &dyn Speak,
    client: &Client,
    protocol: Result<&'static str, Close>,
) {
    let limit = speaker.message_limit();
    let config = WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        .max_write_buffer_size(1024 * 1024)
        .max_message_size(Some(limit))
        .max_frame_size(Some(limit));
    // Boxed, since what is moved from function to function is kept in each of them.
    let socket = WebSocketStream::from_raw_socket(stream, Role::Server, Some(config));
    let socket = Box::new(socket.await);
    // Told with each line, since a span costs as much as all else that a socket keeps of its request.
    let id = client.request_id.as_str();
    tracing::debug!(request.id = id, "a socket is open");
    let close = match protocol {
        Ok(_) => transport::speak(socket, speaker, client, FAREWELL).await,
        Err(close) => {
            transport::refuse(socket, close.clone(), FAREWELL).await;
            Some(close)
        }
    };
    let code = close.map(|close| close.code);
    tracing::info!(request.id = id, socket.close = code, "a socket ended");
}

/// The answer to the client's key; a problem when the request is no handshake.
fn accept_key(request: &Request) -> Result<HeaderValue, Problem> {
    let version = request.headers().get(header::SEC_WEBSOCKET_VERSION);
    if version.is_none_or(|version| version != "13") {
        let message = "only version 13 of WebSocket is spoken";
        let version = HeaderName::from_static("sec-websocket-version");
        return Err(Problem::new(StatusCode::UPGRADE_REQUIRED, "BAD_HANDSHAKE", message)
            .with(version, "13"));
    }
    let bad = |message: &str| Problem::new(StatusCode::BAD_REQUEST, "BAD_HANDSHAKE", message);
    if !has_token(request, header::CONNECTION, "upgrade") {
        return Err(bad("the header `Connection` does not ask for an upgrade"));
    }
    let key = request.headers().get(header::SEC_WEBSOCKET_KEY);
    let key = key.ok_or_else(|| bad("the header `Sec-WebSocket-Key` is missing"))?;
    HeaderValue::from_str(&derive_accept_key(key.as_bytes()))
        .map_err(|_| bad("the header `Sec-WebSocket-Key` is no key"))
}

fn has_token(request: &Request, name: HeaderName, token: &str) -> bool {
    request
        .headers()
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|given| given.trim().eq_ignore_ascii_case(token))
}
