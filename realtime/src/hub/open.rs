//! How a subscription begins, and begins anew after a gap.

use std::time::Duration;

use super::mailbox::Delivery;
use super::subscriber::{Join, Subscriber};
use super::{Hub, Inner};
use crate::executor::{Change, Opening, Payload};
use crate::resume;
use crate::{Epoch, Executor, Gap, Head, LogError, LogEvent, Position, Seq, Topic};

/// Between two tries to open one subscription.
const PAUSE: Duration = Duration::from_millis(20);

/// Where the client stands when the state has to be sent anew.
type Seen = (Epoch, Seq);

/// What came of catching up.
enum Caught {
    /// Live, or nobody listens.
    Done,
    /// There is a hole: the state has to be sent anew.
    Lost(Seen),
}

/// The subscription cannot go on; what to tell the client.
enum Ends {
    Refused(Payload),
    Complete,
}

impl From<LogError> for Ends {
    fn from(error: LogError) -> Self {
        tracing::error!(error = &error as &dyn std::error::Error, "subscription given up");
        Ends::Refused(Payload::error("The event log is not available", "UNAVAILABLE"))
    }
}

impl<E: Executor> Hub<E> {
    /// Opens a registered subscriber: after `after`, if that holds, or anew after `seen` was missed.
    pub(super) async fn open(
        &self,
        subscriber: &Subscriber<E>,
        after: Option<Position>,
        seen: Option<Seen>,
    ) {
        let (mut after, mut seen) = (after, seen);
        loop {
            match self.open_once(subscriber, after.take(), seen.take()).await {
                Ok(Caught::Done) => return,
                Ok(Caught::Lost(at)) => {
                    seen = Some(at);
                    // Perhaps the log was rewritten: let the pump find that out before the next try.
                    self.pump(subscriber.topic().clone());
                    tokio::time::sleep(PAUSE).await;
                }
                Err(Ends::Refused(errors)) => {
                    return subscriber.end(Delivery::Refused(subscriber.run, errors));
                }
                Err(Ends::Complete) => {
                    return subscriber.end(Delivery::Complete(subscriber.run));
                }
            }
        }
    }

    async fn open_once(
        &self,
        subscriber: &Subscriber<E>,
        after: Option<Position>,
        seen: Option<Seen>,
    ) -> Result<Caught, Ends> {
        let hub = &self.0;
        let topic = subscriber.topic();
        // The subscriber is registered already, so whatever comes after this head is handed to it.
        let head = hub.head(topic.name()).await?;
        let opening = match seen {
            Some((epoch, seq)) => {
                let gap = if epoch == head.epoch { Gap::between(seq, head.seq) } else { None };
                Opening::Snapshot { at: Position::at_head(topic.name(), &head), gap }
            }
            None => {
                let read = async |from| hub.read(topic.name(), from, hub.config.page).await;
                resume::opening(topic.name(), after, &head, read).await?
            }
        };
        let place = self.place().await;
        let frame = hub.executor.open(&subscriber.operation, &subscriber.viewer, &opening).await;
        // The peer may take its time; others may not have to wait for it.
        drop(place);
        subscriber.mailbox.push_waiting(subscriber.run, frame.map_err(Ends::Refused)?).await;
        let (Opening::Snapshot { at, .. } | Opening::Resumed { at }) = opening;
        self.catch_up(subscriber, at, head).await
    }

    /// Reads the log after `at` until nothing lies between the subscriber and the live ones.
    async fn catch_up(
        &self,
        subscriber: &Subscriber<E>,
        mut at: Position,
        head: Head,
    ) -> Result<Caught, Ends> {
        let hub = &self.0;
        let topic = subscriber.topic();
        loop {
            match topic.join(subscriber, &at, &head) {
                Join::First => {
                    self.pump(topic.clone());
                    return Ok(Caught::Done);
                }
                Join::Joined | Join::Closed => return Ok(Caught::Done),
                Join::OtherEpoch => return Ok(Caught::Lost((at.epoch, at.seq))),
                Join::Behind => {}
            }
            // Something lies between, and it was committed before this read begins.
            let events = hub.read(topic.name(), at.seq, hub.config.page).await?;
            let before = at.seq;
            for LogEvent { seq, tag, payload } in events {
                if seq <= at.seq {
                    continue;
                }
                if seq != at.seq.next() {
                    break;
                }
                if subscriber.closed() {
                    return Ok(Caught::Done);
                }
                let here = Position { topic: at.topic.clone(), epoch: at.epoch.clone(), seq, tag };
                let change = Change::Event { at: here.clone(), payload };
                let class = hub.class_of(subscriber).ok_or(Ends::Complete)?;
                match hub.render_for(subscriber, &class, &change).await {
                    Ok(Some(frame)) => {
                        subscriber.mailbox.push_waiting(subscriber.run, frame).await;
                    }
                    Ok(None) => {}
                    Err(_) => return Ok(Caught::Lost((at.epoch, at.seq))),
                }
                at = here;
            }
            if at.seq == before {
                return Ok(Caught::Lost((at.epoch, at.seq)));
            }
        }
    }
}

impl<E: Executor> Inner<E> {
    async fn head(&self, topic: &Topic) -> Result<Head, LogError> {
        let mut waits = Waits::new(self.config.read_retries);
        loop {
            match self.log.head(topic).await {
                Ok(head) => return Ok(head),
                Err(error) => waits.after(error).await?,
            }
        }
    }

    async fn read(&self, topic: &Topic, after: Seq, limit: u32) -> Result<Vec<LogEvent>, LogError> {
        let mut waits = Waits::new(self.config.read_retries);
        loop {
            match self.log.read(topic, after, limit).await {
                Ok(events) => return Ok(events),
                Err(error) => waits.after(error).await?,
            }
        }
    }
}

/// The waits between tries: 50 ms, doubled each time.
struct Waits {
    left: u32,
    wait: Duration,
}

impl Waits {
    fn new(retries: u32) -> Self {
        Waits { left: retries, wait: Duration::from_millis(50) }
    }

    async fn after(&mut self, error: LogError) -> Result<(), LogError> {
        if self.left == 0 {
            return Err(error);
        }
        self.left -= 1;
        tokio::time::sleep(self.wait).await;
        self.wait *= 2;
        Ok(())
    }
}
