//! Writing to a peer: flushed, in time, and never past a gate that is shut.

use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::task::Poll;
use std::time::Duration;

use futures_util::{Sink, SinkExt};

use crate::protocol::Close;
use crate::sockets::Gate;

/// How a connection to a peer ends.
pub(crate) enum End {
    /// With a last word of ours.
    Close(Close),
    /// Closed, but what was written before cannot be taken back except by cutting the line.
    Cut(Close),
    /// The peer went away.
    Gone,
}

/// Writes one frame and flushes it, unless the gate is shut.
pub(crate) async fn write<T: Unpin, O: Sink<T> + Unpin>(
    gate: &Gate,
    outgoing: &mut O,
    frame: T,
    timeout: Duration,
) -> Result<(), End> {
    let mut frame = Some(frame);
    let begun = AtomicBool::new(false);
    let written = poll_fn(|context| {
        if frame.is_some() {
            match outgoing.poll_ready_unpin(context) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Err(_)) => return Poll::Ready(Err(End::Gone)),
                Poll::Ready(Ok(())) => {}
            }
        }
        // Passing the gate includes the first flush, so that a frame that is let through is on its way
        // when a revocation returns.
        let passed = gate.pass(|| {
            if let Some(frame) = frame.take() {
                begun.store(true, Relaxed);
                if outgoing.start_send_unpin(frame).is_err() {
                    return Poll::Ready(Err(End::Gone));
                }
            }
            outgoing.poll_flush_unpin(context).map_err(|_| End::Gone)
        });
        match passed {
            Ok(poll) => poll,
            Err(close) if begun.load(Relaxed) => Poll::Ready(Err(End::Cut(close))),
            Err(close) => Poll::Ready(Err(End::Close(close))),
        }
    });
    tokio::select! {
        biased;
        written = written => written,
        close = gate.shut_for() => {
            Err(if begun.load(Relaxed) { End::Cut(close) } else { End::Close(close) })
        }
        () = tokio::time::sleep(timeout) => Err(End::Cut(Close::silent_peer())),
    }
}
