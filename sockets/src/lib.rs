//! Subscriptions of a home in which no process holds a socket.
//!
//! A gateway holds the sockets; a function is called for each message of a client, and another one when
//! something was appended to a log. What they have to know of each other is in the table
//! ([`store::sockets`]). The protocol is that of `realtime`, its messages are taken by the same machine, and
//! its frames are rendered by the same executor: a client cannot tell.
//!
//! | when | who is called |
//! |---|---|
//! | a socket is opened, says something, is closed | [`Exchange::open`], [`Exchange::message`], [`Exchange::close`] |
//! | something was appended to a log | [`Exchange::notify`] |
//! | a value changed that is in no log | [`Exchange::progress`] |
//! | a session or token is revoked | [`Exchange::revoked`] |
//! | a minute has passed | [`Exchange::go_round`] |
//!
//! The promises are those of `realtime`, but for one: where a function broke off while it told somebody, an
//! event may come twice, with the same number. A client drops what it has seen.
//!
//! A gateway has no close codes: a socket that the protocol closes is closed without one.

#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

mod asked;
mod courier;
mod message;
mod notify;
mod round;
mod subscribe;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use domain::account::Identity;
use domain::ports::{Clock, IdSource, PortError};
use realtime::{Admitted, Denied, EventLog, Executor, LogError};
use serde_json::{Map, Value};
use store::sockets::{Socket, Sockets};

pub use courier::{Courier, Sent};

/// A socket to which nobody was let in is closed after so long.
const INIT_TIMEOUT: Duration = Duration::from_secs(10);
/// A socket is told something that often, since a gateway closes a silent one after ten minutes.
const PING_EVERY: Duration = Duration::from_secs(8 * 60);
/// A gateway closes every socket after two hours. From so long on its client is asked to move to another one, so that
/// it has that before this one is closed.
const MOVES_AFTER: Duration = Duration::from_secs(110 * 60);
/// How often it is asked then.
const MOVES_EVERY: Duration = Duration::from_secs(3 * 60);
/// Who begins or tells something is believed to be at it for so long.
const LEASE: Duration = Duration::from_secs(30);

/// Knows who is at the other end of a socket.
#[async_trait]
pub trait Hosts<V>: Send + Sync {
    /// Reads the payload of `connection_init`.
    ///
    /// # Errors
    /// [`Denied`] - when it lets nobody in.
    async fn admit(
        &self,
        socket: &Socket,
        payload: Map<String, Value>,
    ) -> Result<Admitted<V>, Denied>;

    /// Somebody who was let in before, as the executor knows them; a guest without an identity. Where it is
    /// no message of theirs that is answered, nobody knows their socket.
    fn viewer(&self, identity: Option<Identity>, socket: Option<&Socket>) -> V;
}

/// Serves the sockets that a gateway holds.
pub struct Exchange<E: Executor> {
    /// Who is connected, and follows what.
    pub sockets: Sockets,
    /// What happened.
    pub log: Arc<dyn EventLog>,
    /// Executes and renders.
    pub executor: Arc<E>,
    /// Knows who asks.
    pub hosts: Arc<dyn Hosts<E::Viewer>>,
    /// Brings frames to the gateway.
    pub courier: Arc<dyn Courier>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Tokens of leases.
    pub ids: Arc<dyn IdSource>,
}

impl<E: Executor> Exchange<E> {
    /// The viewer of a socket as things stand now: none when its session or token has ended.
    async fn viewer_of(&self, socket: &Socket) -> Result<Option<Arc<E::Viewer>>, PortError> {
        let identity = match &socket.session {
            None => None,
            Some(session) => {
                let mut known = self.sockets.identities(std::slice::from_ref(session)).await?;
                let Some(identity) = known.remove(session) else { return Ok(None) };
                Some(identity)
            }
        };
        Ok(Some(Arc::new(self.hosts.viewer(identity, Some(socket)))))
    }

    /// Sends a frame: false when the socket is closed, whose rows are removed then.
    async fn send(&self, socket: &str, frame: String) -> Result<bool, PortError> {
        match self.courier.send(socket, frame).await? {
            Sent::Taken => Ok(true),
            Sent::Gone => {
                self.sockets.close(socket).await?;
                Ok(false)
            }
        }
    }

    /// Has the gateway close a socket, and forgets it.
    async fn hang_up(&self, socket: &str) -> Result<(), PortError> {
        self.courier.close(socket).await?;
        self.sockets.close(socket).await
    }
}

/// A log that did not answer is the table's failure.
fn unread(error: LogError) -> PortError {
    PortError::backend("event log", error)
}
