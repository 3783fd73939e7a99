//! What nobody was called for, or whose caller broke off.

use domain::ports::PortError;
use realtime::protocol::frame;
use realtime::{Executor, Topic};
use store::sockets::Socket;

use crate::{Exchange, LEASE, MOVES_AFTER, MOVES_EVERY, PING_EVERY};

/// What is looked at of each kind in one go: the next one goes on with the rest.
const LOOK: u32 = 500;

impl<E: Executor> Exchange<E> {
    /// Closes the sockets of a session or token that was revoked.
    ///
    /// # Errors
    /// A failure of the table or of the gateway. Nothing is told to them all the same.
    pub async fn revoked(&self, session: &str) -> Result<(), PortError> {
        for socket in self.sockets.of_session(session).await? {
            self.hang_up(&socket).await?;
        }
        Ok(())
    }

    /// Looks for events that nobody was told, followers who missed something, sockets to which nobody was
    /// let in, such that have been silent, and such that are to be closed soon. One that fails is left to the next
    /// time.
    ///
    /// # Errors
    /// The due index cannot be read.
    pub async fn go_round(&self) -> Result<(), PortError> {
        let now = self.clock.now();
        for due in self.sockets.due_watches(now, LOOK).await? {
            told(self.look_at(&Topic::new(due.what.as_str())).await);
        }
        for due in self.sockets.due_followers(now, LOOK).await? {
            let (topic, follower) = &due.what;
            if self.sockets.take(&due, now.plus(LEASE)).await? {
                told(self.catch_up_with(&Topic::new(topic.as_str()), follower).await);
            }
        }
        for due in self.sockets.due_sockets(now, LOOK).await? {
            let moves_at = due.what.opened_at.plus(MOVES_AFTER);
            let moves = moves_at <= now;
            let again_at = match moves {
                true => now.plus(MOVES_EVERY),
                false => now.plus(PING_EVERY).min(moves_at),
            };
            if self.sockets.take(&due, again_at).await? {
                let frame = if moves { frame::reconnect() } else { frame::ping() };
                told(self.keep_open(&due.what, frame).await);
            }
        }
        Ok(())
    }

    async fn look_at(&self, topic: &Topic) -> Result<(), PortError> {
        match self.sockets.look_at_watch(topic.as_str(), self.clock.now()).await? {
            true => self.notify(topic).await,
            false => Ok(()),
        }
    }

    /// Keeps a socket from being closed for its silence, while there is somebody to whom it belongs.
    async fn keep_open(&self, socket: &Socket, frame: String) -> Result<(), PortError> {
        if !socket.admitted || self.viewer_of(socket).await?.is_none() {
            return self.hang_up(&socket.id).await;
        }
        self.send(&socket.id, frame).await.map(drop)
    }
}

/// What fails for one, fails for nobody else.
pub(crate) fn told(done: Result<(), PortError>) {
    if let Err(error) = done {
        tracing::warn!(error = %error, "left to the next round");
    }
}
