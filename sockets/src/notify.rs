//! Telling all who follow a topic what happened.

use std::collections::HashMap;
use std::sync::Arc;

use domain::account::Identity;
use domain::ports::PortError;
use futures_util::stream::{self, StreamExt};
use realtime::protocol::frame;
use realtime::{Change, Executor, Payload, Position, RenderFailed, Seq, Tag, Topic};
use store::sockets::{Advanced, Follower};

use crate::round::told;
use crate::subscribe::{PAGE, contiguous};
use crate::{Exchange, LEASE, asked, unread};

/// Sockets that are sent to at once.
const AT_ONCE: usize = 64;

/// A change as those of a group and class are told it.
struct Rendered {
    /// The last event that who is told this was told before, at least.
    after: u64,
    /// The last one then.
    seq: u64,
    /// None where it does not concern them.
    frame: Result<Option<Payload>, RenderFailed>,
}

/// Those who share frames.
struct Shared<'a> {
    frames: Vec<Rendered>,
    members: Vec<&'a Follower>,
}

impl<E: Executor> Exchange<E> {
    /// Tells the followers of a topic what they were not told yet. If somebody else is at it, they find what
    /// is new when they are done.
    ///
    /// # Errors
    /// A failure of the table. What was not told is told the next time.
    pub async fn notify(&self, topic: &Topic) -> Result<(), PortError> {
        let token = self.token();
        let done = self.tell_leased(topic, &token).await;
        if done.is_err() {
            // Whoever tries next need not wait for the lease's end. It may be ours although nobody said so.
            told(self.sockets.release(topic.as_str(), &token).await);
        }
        done
    }

    async fn tell_leased(&self, topic: &Topic, token: &str) -> Result<(), PortError> {
        let now = self.clock.now();
        match self.sockets.lease(topic.as_str(), token, now, now.plus(LEASE)).await? {
            Some(seq) => self.tell_from(topic, seq, token).await,
            None => Ok(()),
        }
    }

    /// Tells what follows `seq`, while the lease `token` holds, and gives it back at the log's end.
    async fn tell_from(&self, topic: &Topic, seq: u64, token: &str) -> Result<(), PortError> {
        let name = topic.as_str();
        let epoch = self.log.head(topic).await.map_err(unread)?.epoch;
        let mut at = Position { topic: topic.clone(), epoch, seq: Seq(seq), tag: Tag::new("") };
        let mut nothing = 0;
        loop {
            // The log first, the followers second.
            let events = self.log.read(topic, at.seq, PAGE).await.map_err(unread)?;
            let changes = contiguous(&at, events);
            match changes.last() {
                Some(Change::Event { at: last, .. } | Change::Progress { at: last, .. }) => {
                    (at, nothing) = (last.clone(), 0);
                }
                None => nothing += 1,
            }
            if !changes.is_empty() {
                let followers = self.sockets.live(name).await?;
                self.tell(topic, &changes, &followers).await?;
            }
            match self.sockets.advance(name, token, at.seq.0).await? {
                Advanced::Done | Advanced::Lost => return Ok(()),
                Advanced::More if nothing > 1 => at = self.skip(topic, at.seq).await?,
                Advanced::More => {}
            }
            let until = self.clock.now().plus(LEASE);
            if !self.sockets.keep_lease(name, token, at.seq.0, until).await? {
                return Ok(());
            }
        }
    }

    /// Tells the followers of a topic a value that is in no log, unless there is something else to be told
    /// first. Nobody misses it.
    ///
    /// # Errors
    /// A failure of the table.
    pub async fn progress(
        &self,
        topic: &Topic,
        payload: impl Into<bytes::Bytes>,
    ) -> Result<(), PortError> {
        let Some(seq) = self.sockets.told(topic.as_str()).await? else { return Ok(()) };
        let head = self.log.head(topic).await.map_err(unread)?;
        if head.seq != Seq(seq) {
            return Ok(());
        }
        let at = Position::at_head(topic, &head);
        let changes = [Change::Progress { at, payload: payload.into() }];
        let followers = self.sockets.live(topic.as_str()).await?;
        self.tell(topic, &changes, &followers).await
    }

    /// Nothing leads from what was told to the head: everybody is sent the state anew.
    async fn skip(&self, topic: &Topic, told: Seq) -> Result<Position, PortError> {
        let head = self.log.head(topic).await.map_err(unread)?;
        tracing::warn!(topic = %topic, to = head.seq.0, "events lost");
        for follower in self.sockets.live(topic.as_str()).await? {
            // Where its row says less, it was told the rest since it became live.
            let follower = Follower { from: follower.from.max(Some(told.0)), ..follower };
            self.sockets.fall_behind(topic.as_str(), &follower, self.clock.now()).await?;
        }
        Ok(Position::at_head(topic, &head))
    }

    async fn tell(
        &self,
        topic: &Topic,
        changes: &[Change],
        followers: &[Follower],
    ) -> Result<(), PortError> {
        let mut sessions: Vec<String> =
            followers.iter().filter_map(|follower| follower.session.clone()).collect();
        sessions.sort_unstable();
        sessions.dedup();
        let known = self.sockets.identities(&sessions).await?;
        let mut groups: HashMap<&str, Vec<&Follower>> = HashMap::new();
        for follower in followers {
            match &follower.session {
                Some(session) if !known.contains_key(session) => {
                    told(self.hang_up(&follower.socket).await);
                }
                _ => groups.entry(&follower.group).or_default().push(follower),
            }
        }
        for members in groups.into_values() {
            for shared in self.render(topic, changes, members, &known).await? {
                let Shared { frames, members } = shared;
                stream::iter(members)
                    .for_each_concurrent(AT_ONCE, async |one| self.bring(topic, one, &frames).await)
                    .await;
            }
        }
        Ok(())
    }

    /// Renders the changes once for each class of a group.
    async fn render<'a>(
        &self,
        topic: &Topic,
        changes: &[Change],
        members: Vec<&'a Follower>,
        known: &HashMap<String, Identity>,
    ) -> Result<Vec<Shared<'a>>, PortError> {
        let viewer = |follower: &Follower| {
            let identity = follower.session.as_ref().and_then(|session| known.get(session));
            Arc::new(self.hosts.viewer(identity.cloned(), None))
        };
        let mut operation = None;
        let mut classes: HashMap<E::Class, Vec<&'a Follower>> = HashMap::new();
        for follower in members {
            let viewer = viewer(follower);
            // The first who may still ask, asks for all.
            let operation = match &operation {
                Some(operation) => operation,
                None => {
                    let Some(own) = self.restored(topic, follower, &viewer).await? else {
                        continue;
                    };
                    operation.insert(own)
                }
            };
            match self.executor.class(operation, &viewer) {
                Some(class) => classes.entry(class).or_default().push(follower),
                None => self.finish(topic, follower, None).await?,
            }
        }
        let Some(operation) = operation else { return Ok(vec![]) };
        let mut shared = vec![];
        for (class, members) in classes {
            let mut frames = vec![];
            for change in changes {
                let (after, seq) = match change {
                    Change::Event { at, .. } => (at.seq.0.saturating_sub(1), at.seq.0),
                    Change::Progress { at, .. } => (at.seq.0, at.seq.0),
                };
                let frame = self.executor.render(&operation, &class, change).await;
                if let Err(error) = &frame {
                    tracing::warn!(error = error as &dyn std::error::Error, "frame not rendered");
                }
                frames.push(Rendered { after, seq, frame });
            }
            shared.push(Shared { frames, members });
        }
        Ok(shared)
    }

    /// The operation of a follower: none when it may not be asked any more, which is told.
    async fn restored(
        &self,
        topic: &Topic,
        follower: &Follower,
        viewer: &Arc<E::Viewer>,
    ) -> Result<Option<Arc<E::Operation>>, PortError> {
        let Some(subscription) = self.sockets.subscriptions(&[follower]).await?.into_iter().next()
        else {
            return Ok(None);
        };
        match self.executor.restore(asked::read(&subscription), viewer).await {
            Ok(plan) => Ok(Some(plan.operation)),
            Err(errors) => {
                self.finish(topic, follower, Some(&errors)).await?;
                Ok(None)
            }
        }
    }

    /// Brings frames to one follower, in their order. What it does not get, it is behind with.
    async fn bring(&self, topic: &Topic, follower: &Follower, frames: &[Rendered]) {
        let mut one = follower.clone();
        for Rendered { after, seq, frame: rendered } in frames {
            // Where its row says less, it was told the rest since it became live.
            let last = one.from.unwrap_or_default().max(*after);
            if last > *after {
                continue;
            }
            one.from = Some(last);
            let sent = match rendered {
                Err(_) => Err(PortError::Unavailable("frame")),
                Ok(None) => Ok(true),
                Ok(Some(payload)) => {
                    self.send(&follower.socket, frame::next(&follower.id, payload)).await
                }
            };
            match sent {
                Ok(true) => one.from = Some(*seq),
                Ok(false) => return,
                Err(error) => {
                    tracing::warn!(error = %error, "a follower is behind");
                    let now = self.clock.now();
                    if let Err(error) = self.sockets.fall_behind(topic.as_str(), &one, now).await {
                        tracing::warn!(error = %error, "nor was that noted");
                    }
                    return;
                }
            }
        }
    }
}
