//! The connection below a request, for handlers that must be able to end it.
//!
//! An HTTP server buffers what a response says, and does not ask for more while the peer does not read.
//! So who may hear no more has to be stopped below it, where bytes are written.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use realtime::Seal;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::Notify;

/// A handle of one connection; every request that comes over it has one among its extensions.
#[derive(Clone, Default)]
pub struct Line(Arc<Inner>);

#[derive(Default)]
struct Inner {
    seal: OnceLock<Seal>,
    cut: Notify,
}

impl Line {
    /// Has every byte pass the seal from now on. For the last response of a connection.
    pub fn seal(&self, seal: Seal) {
        // Only one response is the last.
        let _ = self.0.seal.set(seal);
    }

    /// Ends the connection at once, whatever waits in it.
    pub fn cut(&self) {
        self.0.cut.notify_one();
    }

    /// Waits until it is cut. For the one task that serves the connection.
    pub(crate) async fn was_cut(&self) {
        self.0.cut.notified().await;
    }

    fn pass<T>(&self, write: impl FnOnce() -> Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        match self.0.seal.get() {
            None => write(),
            Some(seal) => seal
                .pass(write)
                .unwrap_or_else(|| Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()))),
        }
    }
}

/// A stream whose writes pass the seal of its line.
pub(crate) struct Guarded<S> {
    stream: S,
    line: Line,
}

impl<S> Guarded<S> {
    pub(crate) fn new(stream: S, line: Line) -> Self {
        Guarded { stream, line }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Guarded<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Guarded<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let Guarded { stream, line } = self.get_mut();
        line.pass(|| Pin::new(stream).poll_write(context, bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let Guarded { stream, line } = self.get_mut();
        line.pass(|| Pin::new(stream).poll_write_vectored(context, bytes))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
