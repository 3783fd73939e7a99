//! How a subscription begins, and how it catches up after it missed something.

use std::sync::Arc;

use domain::ports::PortError;
use domain::post::hex;
use realtime::protocol::frame;
use realtime::{
    Change, Close, Epoch, Executor, Gap, Head, LogEvent, Opening, Payload, Plan, Position, Request,
    Seq, Tag, Topic, resume,
};
use store::sockets::{Follower, Joined, Live, Socket, Subscription};

use crate::message::Said;
use crate::{Exchange, LEASE, asked, unread};

/// Events that are read at once.
pub(crate) const PAGE: u32 = 100;
/// How often the state is sent anew before somebody else tries later.
const ROUNDS: usize = 5;

/// Where the client stands when the state has to be sent anew.
type Seen = (Epoch, Seq);

/// A subscription on its way to be live.
struct Begun<'a, E: Executor> {
    topic: &'a Topic,
    follower: &'a Follower,
    operation: Arc<E::Operation>,
    viewer: &'a Arc<E::Viewer>,
}

/// What came of catching up.
enum Caught {
    /// It is live, or nobody listens.
    Done,
    /// Its viewer may not see it any more.
    Complete,
    /// There is a hole: the state has to be sent anew.
    Lost(Seen),
}

impl<E: Executor> Exchange<E> {
    /// Notes a subscription, sends its first frame and what follows it, and makes it live.
    pub(crate) async fn subscribe(
        &self,
        socket: &Socket,
        id: String,
        request: Request,
        plan: Plan<E::Operation>,
        viewer: &Arc<E::Viewer>,
    ) -> Result<Said, PortError> {
        let Plan { topic, group, after, operation } = plan;
        let subscription = Subscription {
            socket: socket.id.clone(),
            id,
            topic: topic.to_string(),
            run: self.token(),
            group: hex(&group.0),
            session: socket.session.clone(),
            request: asked::write(&request),
        };
        let now = self.clock.now();
        let head = match self.sockets.follow(&subscription, now, now.plus(LEASE)).await? {
            // Read before: what came since is between the first frame and the moment in which it is live.
            Joined::Noted(head) => head,
            Joined::Stopped | Joined::SocketGone => return Ok(Said::Nothing),
            Joined::Exists => {
                return Ok(Said::Close(Close::subscriber_exists(&subscription.id)));
            }
        };
        let (seq, epoch) = (Seq(head.seq), Epoch::new(head.epoch));
        let head = Head { seq, epoch, tag: Tag::new(head.tag) };
        let follower = Follower::from(&subscription);
        let begun = Begun { topic: &topic, follower: &follower, operation, viewer };
        let said = self.begin(&begun, Some(head), after, None).await?;
        if matches!(said, Said::Refused(_) | Said::Complete) {
            self.sockets.unfollow(topic.as_str(), &socket.id, &subscription.id).await?;
        }
        Ok(said)
    }

    /// Brings a follower up to the head who missed something, or whose beginning broke off.
    pub(crate) async fn catch_up_with(
        &self,
        topic: &Topic,
        follower: &Follower,
    ) -> Result<(), PortError> {
        let Follower { socket, id, from, .. } = follower;
        let subscription = self.sockets.subscriptions(&[follower]).await?.into_iter().next();
        let (Some(subscription), Some((socket_row, _))) =
            (subscription, self.sockets.find(socket).await?)
        else {
            return self.sockets.unfollow(topic.as_str(), socket, id).await;
        };
        let Some(viewer) = self.viewer_of(&socket_row).await? else {
            return self.hang_up(socket).await;
        };
        let said = match self.executor.restore(asked::read(&subscription), &viewer).await {
            Err(errors) => Said::Refused(errors),
            Ok(Plan { after, operation, .. }) => {
                let begun = Begun { topic, follower, operation, viewer: &viewer };
                match from {
                    None => self.begin(&begun, None, after, None).await?,
                    Some(from) => self.go_on(&begun, Seq(*from)).await?,
                }
            }
        };
        match said {
            Said::Nothing | Said::Close(_) => Ok(()),
            Said::Refused(errors) => self.finish(topic, follower, Some(&errors)).await,
            Said::Complete => self.finish(topic, follower, None).await,
        }
    }

    /// Ends a subscription, and tells its client how.
    pub(crate) async fn finish(
        &self,
        topic: &Topic,
        follower: &Follower,
        errors: Option<&Payload>,
    ) -> Result<(), PortError> {
        let Follower { socket, id, .. } = follower;
        self.sockets.unfollow(topic.as_str(), socket, id).await?;
        let last = match errors {
            Some(errors) => frame::error(id, errors),
            None => frame::complete(id),
        };
        self.send(socket, last).await.map(drop)
    }

    /// Goes on after an event that the client was told.
    async fn go_on(&self, one: &Begun<'_, E>, from: Seq) -> Result<Said, PortError> {
        let head = self.log.head(one.topic).await.map_err(unread)?;
        // Of the event itself only the number is known, and nobody asks for its tag.
        let (topic, tag) = (one.topic.clone(), Tag::new(""));
        let at = Position { topic, epoch: head.epoch, seq: from, tag };
        match self.catch_up(one, at).await? {
            Caught::Done => Ok(Said::Nothing),
            Caught::Complete => Ok(Said::Complete),
            Caught::Lost(seen) => self.begin(one, None, None, Some(seen)).await,
        }
    }

    /// Sends the first frame, or a new one after a gap, and what follows it. `head` is where the log ended, if
    /// that was just read.
    async fn begin(
        &self,
        one: &Begun<'_, E>,
        mut head: Option<Head>,
        mut after: Option<Position>,
        mut seen: Option<Seen>,
    ) -> Result<Said, PortError> {
        let topic = one.topic;
        for _ in 0..ROUNDS {
            let head = match head.take() {
                Some(head) => head,
                None => self.log.head(topic).await.map_err(unread)?,
            };
            let opening = match seen {
                Some((epoch, seq)) => {
                    let gap = if epoch == head.epoch { Gap::between(seq, head.seq) } else { None };
                    Opening::Snapshot { at: Position::at_head(topic, &head), gap }
                }
                None => {
                    let read = async |from| self.log.read(topic, from, PAGE).await;
                    resume::opening(topic, after.take(), &head, read).await.map_err(unread)?
                }
            };
            let first = match self.executor.open(&one.operation, one.viewer, &opening).await {
                Ok(first) => first,
                Err(errors) => return Ok(Said::Refused(errors)),
            };
            if !self.send(&one.follower.socket, frame::next(&one.follower.id, &first)).await? {
                return Ok(Said::Nothing);
            }
            let (Opening::Snapshot { at, .. } | Opening::Resumed { at }) = opening;
            match self.catch_up(one, at).await? {
                Caught::Done => return Ok(Said::Nothing),
                Caught::Complete => return Ok(Said::Complete),
                Caught::Lost(lost) => seen = Some(lost),
            }
        }
        // Who goes round goes on.
        Ok(Said::Nothing)
    }

    /// Sends what follows `at` until that is the topic's last event, and is live then.
    async fn catch_up(&self, one: &Begun<'_, E>, mut at: Position) -> Result<Caught, PortError> {
        let Begun { topic, follower, operation, viewer } = one;
        loop {
            match self.sockets.go_live(topic.as_str(), follower, at.seq.0).await? {
                Live::Done | Live::Ended => return Ok(Caught::Done),
                Live::Behind => {}
            }
            let events = self.log.read(topic, at.seq, PAGE).await.map_err(unread)?;
            let before = at.seq;
            for change in contiguous(&at, events) {
                let Some(class) = self.executor.class(operation, viewer) else {
                    return Ok(Caught::Complete);
                };
                match self.executor.render(operation, &class, &change).await {
                    Ok(Some(payload)) => {
                        let next = frame::next(&follower.id, &payload);
                        if !self.send(&follower.socket, next).await? {
                            return Ok(Caught::Done);
                        }
                    }
                    Ok(None) => {}
                    Err(error) => {
                        let error = &error as &dyn std::error::Error;
                        tracing::warn!(error, "frame not rendered");
                        return Ok(Caught::Lost((at.epoch, at.seq)));
                    }
                }
                let (Change::Event { at: here, .. } | Change::Progress { at: here, .. }) = change;
                at = here;
            }
            if at.seq == before {
                return Ok(Caught::Lost((at.epoch, at.seq)));
            }
        }
    }

    pub(crate) fn token(&self) -> String {
        format!("{:032x}", self.ids.secret())
    }
}

/// The events that follow a place without a hole.
pub(crate) fn contiguous(at: &Position, events: Vec<LogEvent>) -> Vec<Change> {
    let mut last = at.seq;
    let mut changes = vec![];
    for LogEvent { seq, tag, payload } in events {
        if seq != last.next() {
            break;
        }
        last = seq;
        let (topic, epoch) = (at.topic.clone(), at.epoch.clone());
        changes.push(Change::Event { at: Position { topic, epoch, seq, tag }, payload });
    }
    changes
}
