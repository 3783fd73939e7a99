//! Subscriptions without a blog: topics, numbers, opaque payloads, and the protocols that carry them.
//!
//! This room knows no post, no table, no HTTP and no GraphQL language. It keeps three promises:
//!
//! - **Nothing is lost silently.** A subscription's first frame is the state (or "resumed"), then each
//!   event of its topic comes once, in order; whatever could not be delivered is announced as a gap,
//!   with a fresh state.
//! - **A frame is rendered once** for all subscribers of one group and class, and its bytes are shared.
//! - **A revoked session hears nothing** from the moment at which its revocation returns.
//!
//! # Who does what
//!
//! | room | implements or calls |
//! |---|---|
//! | store (or the composition) | [`EventLog`] over the table's log |
//! | schema | [`Executor`]: `prepare`, `open`, `class`, `render`; signs [`Position`]s as event cursors |
//! | api | [`Authenticator`] for `connection_init`; [`negotiate`] at the handshake; pumps frames with [`Connection::run`] |
//! | whoever commits | [`Notifier::wake`] after the commit, [`Notifier::progress`] for values on their way |
//! | whoever revokes | [`Sockets::revoke_session`], [`Sockets::revoke_user`] after the commit, before the answer |
//!
//! # Composition
//!
//! ```text
//! let sockets = Sockets::new();                       // the schema's signOut gets a clone
//! let hub = Hub::start(HubParts { executor, log, sockets, runtime: Handle::current(), config });
//! let notifier: Arc<dyn Notifier> = Arc::new(hub.clone());   // the table's feed and the runner
//!
//! // at the handshake: offered = values of Sec-WebSocket-Protocol
//! match negotiate(offered) {
//!     Ok(name) => upgrade naming `name`, then
//!                 Connection { hub, authenticator, config }.run(incoming, outgoing).await,
//!     Err(close) => upgrade naming none, send `close`, end,
//! }
//! ```
//!
//! `incoming` is a stream of [`Incoming`], `outgoing` a sink of [`Outgoing`]: map your WebSocket's
//! messages to them, answer WebSocket pings yourself (and say [`Incoming::Alive`]), say
//! [`Incoming::TooLarge`] when the frame was refused by your reader, and end the stream when the peer
//! has closed. The future of `run` is the whole socket: one task, no others.
//!
//! # Order of things, for the schema
//!
//! 1. `prepare` parses, guards, validates and authorises, and names the topic and `after`. It reads no
//!    snapshot.
//! 2. The hub registers the subscriber, reads the head, decides between [`Opening::Resumed`] and
//!    [`Opening::Snapshot`], and calls `open`. The state read there may be newer than the head: changes
//!    carry absolute values, so that nothing breaks when they come again.
//! 3. For each event, and for progress, `class` is asked per subscriber and `render` once per group
//!    and class. None means that the change does not concern this operation (a filtered view).
//!
//! # Event streams
//!
//! An [`EventStream`] is one operation over one HTTP response (graphql-sse, distinct connections mode).
//! It shares hub, registry and renders with the sockets. Take a [`Watermark`] before you read the
//! session, install its [`Seal`] where bytes are written, and cut the line when it [`Ended`] so.
//!
//! Frames of one subscription come in order of [`Seq`], each event once; progress carries the place of
//! the event before it. After a gap `open` is called again, with `Snapshot { gap: Some(..) }`.
//!
//! # Where to start reading
//!
//! [`resume`] (when may a client go on), [`protocol`] (the wire), `hub` (the pump), `connection` (one
//! socket), `event_stream` (one operation over HTTP).

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod topic;

mod executor;
mod log;
pub mod resume;

pub mod protocol;

mod connection;
mod event_stream;
mod hub;
mod signal;
mod sockets;
mod write;

pub use connection::{Connection, ConnectionConfig, Incoming, Outgoing};
pub use event_stream::{Ended, EventStream, EventStreamConfig};
pub use executor::{
    Admitted, Authenticator, Change, Denied, Executor, GroupKey, Opening, Payload, Plan, Prepared,
    RenderFailed, Request,
};
pub use hub::{Hub, HubConfig, HubParts, Notifier};
pub use log::{EventLog, LogError, LogEvent};
pub use protocol::{Close, Limits, SUBPROTOCOL, negotiate};
pub use sockets::{Seal, Sockets, Watermark};
pub use topic::{Epoch, Gap, Head, Position, Seq, Tag, Topic};

#[cfg(test)]
mod testing;
