//! The server process: listens, serves connections, and stops in good order.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use crate::http::addresses::Peer;
use crate::line::{Guarded, Line};

/// Connections that are served at once, until they become sockets, which are counted by themselves; more
/// wait in the system's queue.
const CONNECTIONS: usize = 8_192;
/// A client may take no longer to send the head of a request.
const HEAD_TIME: Duration = Duration::from_secs(15);
/// Requests that are being answered when the server stops may take no longer.
const STOP_TIME: Duration = Duration::from_secs(4);

/// Why the server cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Somebody else listens there.
    #[error("{0} is in use by another program; choose another port with --listen")]
    InUse(SocketAddr),
    /// Anything else.
    #[error("cannot listen on {address}")]
    Refused {
        /// Where.
        address: SocketAddr,
        /// Why.
        #[source]
        source: std::io::Error,
    },
}

/// A server that listens, and does not answer yet.
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
}

impl Server {
    /// Listens on an address; port 0 picks a free one.
    ///
    /// # Errors
    /// [`ListenError`] - when the address cannot be had.
    pub async fn listen(address: SocketAddr) -> Result<Self, ListenError> {
        let refused = |source: std::io::Error| match source.kind() {
            std::io::ErrorKind::AddrInUse => ListenError::InUse(address),
            _ => ListenError::Refused { address, source },
        };
        let listener = TcpListener::bind(address).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        Ok(Server { listener, address })
    }

    /// Where the server listens, with the port that was picked.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop` is cancelled; then takes no new connection, lets the requests that are
    /// being answered end, and returns within five seconds. Sockets watch `stop` themselves; they
    /// are waited for when they run on `sockets`.
    pub async fn serve(self, router: Router, stop: CancellationToken, sockets: TaskTracker) {
        let connections = TaskTracker::new();
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        loop {
            let accepted = tokio::select! {
                () = stop.cancelled() => break,
                accepted = accept(&self.listener, &places) => accepted,
            };
            let Some((stream, peer, place)) = accepted else { continue };
            let (router, stop) = (router.clone(), stop.clone());
            connections.spawn(async move {
                serve_connection(stream, peer, router, stop).await;
                drop(place);
            });
        }
        drop(self.listener);
        connections.close();
        sockets.close();
        let all = async {
            connections.wait().await;
            sockets.wait().await;
        };
        if tokio::time::timeout(STOP_TIME, all).await.is_err() {
            tracing::warn!(
                connections = connections.len(),
                sockets = sockets.len(),
                "some clients did not finish in time and are cut off"
            );
        }
    }
}

type Place = tokio::sync::OwnedSemaphorePermit;

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, Place)> {
    let place = places.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => Some((stream, peer, place)),
        Err(error) => {
            // Mostly: no file descriptor is free. Some connection must end first.
            tracing::warn!(error = &error as &dyn std::error::Error, "cannot accept");
            tokio::time::sleep(Duration::from_millis(100)).await;
            None
        }
    }
}

async fn serve_connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    stop: CancellationToken,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(error = &error as &dyn std::error::Error, "cannot set nodelay");
    }
    let line = Line::default();
    let io = TokioIo::new(Guarded::new(stream, line.clone()));
    let below = line.clone();
    let service = router.map_request(move |request: hyper::Request<hyper::body::Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(Peer(peer));
        request.extensions_mut().insert(below.clone());
        request
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(64 * 1024)
        .serve_connection(io, TowerToHyperService::new(service))
        .with_upgrades();
    let mut connection = std::pin::pin!(connection);
    let served = async {
        tokio::select! {
            ended = connection.as_mut() => ended,
            () = stop.cancelled() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        }
    };
    let ended = tokio::select! {
        ended = served => ended,
        // What still waits to be written goes with it.
        () = line.was_cut() => return,
    };
    if let Err(error) = ended {
        tracing::debug!(error = &error as &dyn std::error::Error, "a connection broke");
    }
}

/// Completes when the process is asked to stop: SIGTERM or SIGINT.
///
/// # Errors
/// When the system refuses signal handlers.
pub async fn asked_to_stop() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let (mut terminate, mut interrupt) =
            (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        Ok(())
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
}
