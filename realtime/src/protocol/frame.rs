//! Frames of graphql-transport-ws, for who tells a socket something without its machine.

use super::message::{about, plain};
use crate::Payload;

/// One result of an operation.
pub fn next(id: &str, payload: &Payload) -> String {
    about(id, "next", Some(payload))
}

/// An operation has failed: the list of errors. Nothing follows about it.
pub fn error(id: &str, errors: &Payload) -> String {
    about(id, "error", Some(errors))
}

/// An operation has no more results.
pub fn complete(id: &str) -> String {
    about(id, "complete", None)
}

/// Asks the peer for a sign of life.
pub fn ping() -> String {
    plain("ping", None)
}

/// Asks the peer to move to another connection, since this one is to be closed soon: to open one, subscribe there
/// after the last event that it saw, and close this one. A ping that says so; who does not know it answers as
/// always.
pub fn reconnect() -> String {
    plain("ping", Some(r#"{"reconnect":true}"#))
}
