//! Frames on the wire, and frames of the engine.

use std::pin::Pin;
use std::time::Duration;

use futures_util::{Sink, SinkExt, Stream, StreamExt, sink, stream};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use realtime::{Close, Incoming, Outgoing};
use schema::Client;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::Speak;

/// The stream below a socket.
pub(super) type Socket = TokioIo<Upgraded>;
type WebSocket = Box<WebSocketStream<Socket>>;
/// Frames of the peer.
pub type IncomingFrames<'a> = Pin<Box<dyn Stream<Item = Incoming> + Send + 'a>>;
/// Frames to the peer.
pub type Frames<'a> = Pin<Box<dyn Sink<Outgoing, Error = Error> + Send + 'a>>;

/// Bytes that are read and thrown away of a message that was refused.
const DISCARDED: u64 = 64 * 1024 * 1024;

/// What a reader saw last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Saw {
    /// Frames that can be read.
    #[default]
    Frames,
    /// A message that is too long; its bytes are still on their way.
    TooLarge,
    /// Bytes that are no WebSocket; the code to close with.
    Nonsense(u16),
}

/// Lets a speaker serve the socket, and ends it in good order.
pub(super) async fn speak(
    socket: WebSocket,
    speaker: &dyn Speak,
    client: &Client,
    farewell: Duration,
) -> Option<Close> {
    let saw = Mutex::new(Saw::default());
    let (mut writing, mut reading) = socket.split();
    let seen = &saw;
    let incoming = stream::unfold(&mut reading, move |reading| async move {
        // After a message that is too long there is nothing that could be read.
        if *seen.lock() != Saw::Frames {
            return None;
        }
        let (frame, saw) = read(reading).await;
        *seen.lock() = saw;
        frame.map(|frame| (frame, reading))
    });
    let outgoing = sink::unfold(&mut writing, |writing, frame| async move {
        writing.send(message(frame)).await.map(|()| writing)
    });
    let close = speaker.speak(client, Box::pin(incoming), Box::pin(outgoing)).await;
    let saw = *saw.lock();
    if let Ok(mut socket) = reading.reunite(writing) {
        let end = async {
            if let Saw::Nonsense(code) = saw {
                let _ = WebSocketStream::close(&mut socket, Some(frame(code, ""))).await;
            }
            // Boxed, since its buffer would be a part of every socket as long as it lives.
            Box::pin(finish(socket, saw == Saw::Frames)).await;
        };
        // Whether the peer says goodbye or not, the socket ends.
        let _ = tokio::time::timeout(farewell, end).await;
    }
    match saw {
        Saw::Nonsense(code) if close.is_none() => Some(Close { code, reason: "".into() }),
        _ => close,
    }
}

/// Closes a socket that was just opened.
pub(super) async fn refuse(mut socket: WebSocket, close: Close, farewell: Duration) {
    let end = async {
        if socket.send(message(Outgoing::Close(close))).await.is_ok() {
            Box::pin(finish(socket, true)).await;
        }
    };
    let _ = tokio::time::timeout(farewell, end).await;
}

/// Reads one frame; none at the end.
async fn read(
    reading: &mut (impl Stream<Item = Result<Message, Error>> + Unpin),
) -> (Option<Incoming>, Saw) {
    match reading.next().await {
        Some(Ok(Message::Text(text))) => (Some(Incoming::Text(text.to_string())), Saw::Frames),
        Some(Ok(Message::Binary(_))) => (Some(Incoming::Binary), Saw::Frames),
        Some(Ok(Message::Ping(_) | Message::Pong(_))) => (Some(Incoming::Alive), Saw::Frames),
        Some(Ok(Message::Close(_) | Message::Frame(_))) | None => (None, Saw::Frames),
        Some(Err(Error::Capacity(_))) => (Some(Incoming::TooLarge), Saw::TooLarge),
        Some(Err(Error::Utf8(_))) => (None, Saw::Nonsense(1007)),
        Some(Err(Error::Protocol(_))) => (None, Saw::Nonsense(1002)),
        Some(Err(_)) => (None, Saw::Frames),
    }
}

fn message(outgoing: Outgoing) -> Message {
    match outgoing {
        Outgoing::Text(text) => Message::text(text),
        Outgoing::Close(close) => Message::Close(Some(frame(close.code, &close.reason))),
    }
}

fn frame(code: u16, reason: &str) -> CloseFrame {
    CloseFrame { code: code.into(), reason: reason.into() }
}

/// Waits for the peer's goodbye when its frames can be read, else throws away what still comes: a
/// connection that is closed with unread bytes is reset, and the peer would never see our close.
async fn finish(mut socket: WebSocket, readable: bool) {
    if readable {
        while let Some(Ok(_)) = socket.next().await {}
        return;
    }
    let mut stream = (*socket).into_inner();
    if stream.shutdown().await.is_err() {
        return;
    }
    let mut rest = stream.take(DISCARDED);
    let mut buffer = [0; 4096];
    while rest.read(&mut buffer).await.is_ok_and(|n| n > 0) {}
}
