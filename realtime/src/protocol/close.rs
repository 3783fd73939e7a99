//! Why a socket is closed.

use std::borrow::Cow;

/// A WebSocket close frame holds at most so many bytes of reason.
const MAX_REASON_BYTES: usize = 123;

/// Code and reason of a close frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Close {
    /// 1000 to 4999.
    pub code: u16,
    /// At most 123 bytes.
    pub reason: Cow<'static, str>,
}

impl Close {
    const fn fixed(code: u16, reason: &'static str) -> Self {
        Close { code, reason: Cow::Borrowed(reason) }
    }

    fn told(code: u16, reason: String) -> Self {
        let mut end = reason.len().min(MAX_REASON_BYTES);
        while !reason.is_char_boundary(end) {
            end -= 1;
        }
        let mut reason = reason;
        reason.truncate(end);
        Close { code, reason: Cow::Owned(reason) }
    }

    /// 1001: the server stops.
    pub const fn going_away() -> Self {
        Close::fixed(1001, "Going away")
    }

    /// 1011: something of ours went wrong.
    pub const fn internal_error() -> Self {
        Close::fixed(1011, "Internal error")
    }

    /// 4400: the client's message is not one of the protocol.
    pub fn invalid_message(why: impl Into<String>) -> Self {
        Close::told(4400, why.into())
    }

    /// 4401: an operation before the acknowledgement.
    pub const fn unauthorized() -> Self {
        Close::fixed(4401, "Unauthorized")
    }

    /// 4403: the server does not talk to this client (any more).
    pub fn forbidden(why: impl Into<String>) -> Self {
        Close::told(4403, why.into())
    }

    /// 4406: no protocol in common.
    pub const fn subprotocol_not_acceptable() -> Self {
        Close::fixed(4406, "Subprotocol not acceptable")
    }

    /// 4408: no `connection_init` in time.
    pub const fn initialisation_timeout() -> Self {
        Close::fixed(4408, "Connection initialisation timeout")
    }

    /// 4408 too, but later: the peer has been silent although it was pinged.
    pub const fn silent_peer() -> Self {
        Close::fixed(4408, "Keep-alive timeout")
    }

    /// 4409: an id that is in use.
    pub fn subscriber_exists(id: &str) -> Self {
        Close::told(4409, format!("Subscriber for {id} already exists"))
    }

    /// 4429: a second `connection_init`.
    pub const fn too_many_initialisations() -> Self {
        Close::fixed(4429, "Too many initialisation requests")
    }
}
