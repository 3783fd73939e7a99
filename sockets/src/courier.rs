//! The port through which frames get to who holds the sockets.

use async_trait::async_trait;
use domain::ports::PortError;

/// What became of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// It is on its way.
    Taken,
    /// The socket is closed.
    Gone,
}

/// Brings frames to sockets that somebody else holds.
///
/// Implementation: `ApiGatewaySockets` (AWS).
#[async_trait]
pub trait Courier: Send + Sync {
    /// Sends a text frame. Frames whose sending has been answered arrive in the order of their sending.
    ///
    /// # Errors
    /// `Unavailable` when the socket takes nothing more for now, or its holder does not answer: the frame
    /// may have arrived all the same. `Denied` when this is not allowed.
    async fn send(&self, socket: &str, frame: String) -> Result<Sent, PortError>;

    /// Closes a socket. That it is closed already is no error.
    ///
    /// # Errors
    /// As [`Courier::send`].
    async fn close(&self, socket: &str) -> Result<(), PortError>;
}
