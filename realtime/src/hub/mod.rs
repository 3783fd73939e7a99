//! The notifier of a process: who follows which topic, and how events get to them.
//!
//! Each topic with subscribers has a *cursor*: the event that was last handed to them. A pump, one at
//! a time per topic and only while there is something to do, reads the log after it and hands each
//! event on. A new subscriber gets its first frame, catches up with the log by itself, and joins the
//! live ones in the moment in which nothing lies between it and the cursor; so nothing needs to be
//! buffered for it, nothing is lost and nothing comes twice, however long its first frame takes.

mod mailbox;
mod open;
mod pump;
mod subscriber;

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, SemaphorePermit};

pub(crate) use mailbox::{Delivery, Mailbox};
pub(crate) use subscriber::Subscription;
use subscriber::{Subscriber, TopicState};

use crate::protocol::Run;
use crate::{EventLog, Executor, Plan, Prepared, Request, Seq, Sockets, Topic};

/// Sizes and times of a hub.
#[derive(Clone, Copy, Debug)]
pub struct HubConfig {
    /// How often the heads of followed topics are looked at for lost wake-ups.
    pub poll_every: Duration,
    /// Events per read of the log, at least 2.
    pub page: u32,
    /// Frames that wait for one socket; beyond it its subscriptions get a gap and a snapshot.
    pub queue_frames: usize,
    /// Bytes of payload that wait for one socket (shared with other sockets), likewise.
    pub queue_bytes: usize,
    /// Operations of all sockets that are prepared, and states that are read, at once; more wait. It
    /// bounds the memory that a crowd takes when it comes back all at the same time.
    pub at_once: usize,
    /// How long one render may take before it counts as failed.
    pub render_timeout: Duration,
    /// How often a failed read of the log is tried again before a subscription is given up with an
    /// `error` of code `UNAVAILABLE`; the wait begins at 50 ms and doubles.
    pub read_retries: u32,
}

impl Default for HubConfig {
    /// 1 s, pages of 100, 256 frames, 256 KiB, 64 at once, 5 s, 6 retries (3 s).
    fn default() -> Self {
        HubConfig {
            poll_every: Duration::from_secs(1),
            page: 100,
            queue_frames: 256,
            queue_bytes: 256 * 1024,
            at_once: 64,
            render_timeout: Duration::from_secs(5),
            read_retries: 6,
        }
    }
}

/// What a hub is made of.
pub struct HubParts<E> {
    /// Renders.
    pub executor: Arc<E>,
    /// The truth.
    pub log: Arc<dyn EventLog>,
    /// The registry that revocations go to.
    pub sockets: Arc<Sockets>,
    /// Where the pumps run.
    pub runtime: Handle,
    /// Sizes and times.
    pub config: HubConfig,
}

/// Tells a hub to look. Both calls return at once and may be made from any thread; both may be lost or
/// doubled without harm.
pub trait Notifier: Send + Sync {
    /// Something was appended to the topic. Call it after the commit.
    fn wake(&self, topic: &Topic);

    /// A value changed that is not in the log. `seq` is the topic's last event when the value was
    /// written: if another event has been delivered since, the value is dropped. None stamps it with
    /// the last delivered event instead.
    fn progress(&self, topic: &Topic, seq: Option<Seq>, payload: Bytes);
}

/// The registry of subscribers, and what brings them their frames. Cloning gives another handle; the
/// hub's poll ends with the last of them.
pub struct Hub<E: Executor>(Arc<Inner<E>>);

impl<E: Executor> Clone for Hub<E> {
    fn clone(&self) -> Self {
        Hub(self.0.clone())
    }
}

struct Inner<E: Executor> {
    executor: Arc<E>,
    log: Arc<dyn EventLog>,
    sockets: Arc<Sockets>,
    runtime: Handle,
    config: HubConfig,
    places: Semaphore,
    topics: Mutex<HashMap<Topic, Arc<TopicState<E>>>>,
}

impl<E: Executor> Hub<E> {
    /// Starts a hub: spawns its poll on the given runtime.
    pub fn start(parts: HubParts<E>) -> Self {
        let HubParts { executor, log, sockets, runtime, mut config } = parts;
        config.page = config.page.max(2);
        let places = Semaphore::new(config.at_once.max(1));
        let topics = Mutex::default();
        let inner = Arc::new(Inner { executor, log, sockets, runtime, config, places, topics });
        inner.runtime.spawn(poll(Arc::downgrade(&inner), config.poll_every));
        Hub(inner)
    }

    /// The registry of sockets.
    pub fn sockets(&self) -> &Arc<Sockets> {
        &self.0.sockets
    }

    /// The executor.
    pub fn executor(&self) -> &Arc<E> {
        &self.0.executor
    }

    /// Prepares an operation as soon as there is a place for it.
    pub(crate) async fn prepare(
        &self,
        request: Request,
        viewer: &Arc<E::Viewer>,
    ) -> Prepared<E::Operation> {
        let _place = self.place().await;
        self.0.executor.prepare(request, viewer).await
    }

    /// Waits for a place. None when the semaphore is closed, which it never is.
    async fn place(&self) -> Option<SemaphorePermit<'_>> {
        self.0.places.acquire().await.ok()
    }

    /// How many topics have subscribers.
    pub fn n_topics(&self) -> usize {
        self.0.topics.lock().len()
    }

    pub(crate) fn new_mailbox(&self) -> Arc<Mailbox> {
        Arc::new(Mailbox::new(self.0.config.queue_frames, self.0.config.queue_bytes))
    }

    /// Registers a subscriber. Nothing comes before [`Hub::open`] has run.
    pub(crate) fn subscribe(
        &self,
        run: Run,
        plan: Plan<E::Operation>,
        viewer: Arc<E::Viewer>,
        mailbox: Arc<Mailbox>,
    ) -> Subscription<E> {
        let Plan { topic, group, after, operation } = plan;
        let mut topics = self.0.topics.lock();
        let topic = topics
            .entry(topic)
            .or_insert_with_key(|topic| Arc::new(TopicState::new(topic.clone())))
            .clone();
        let operation = topic.share(group, operation);
        let subscriber =
            Arc::new(Subscriber::new(run, operation, group, viewer, mailbox, topic.clone()));
        topic.add(&subscriber);
        Subscription::new(self.clone(), subscriber, after)
    }

    fn unsubscribe(&self, subscriber: &Subscriber<E>) {
        subscriber.close();
        let topic = subscriber.topic();
        // The map stays locked, so that nobody joins an entry that is just being dropped.
        let mut topics = self.0.topics.lock();
        let empty = topic.remove(subscriber);
        if empty && topics.get(topic.name()).is_some_and(|known| Arc::ptr_eq(known, topic)) {
            topics.remove(topic.name());
        }
    }

    fn topic(&self, topic: &Topic) -> Option<Arc<TopicState<E>>> {
        self.0.topics.lock().get(topic).cloned()
    }
}

impl<E: Executor> Notifier for Hub<E> {
    fn wake(&self, topic: &Topic) {
        if let Some(topic) = self.topic(topic) {
            self.pump(topic);
        }
    }

    fn progress(&self, topic: &Topic, seq: Option<Seq>, payload: Bytes) {
        if let Some(topic) = self.topic(topic) {
            topic.value(seq, payload);
            self.pump(topic);
        }
    }
}

/// Compares the heads with the cursors, and wakes the topics that differ.
async fn poll<E: Executor>(inner: Weak<Inner<E>>, every: Duration) {
    let mut ticks = tokio::time::interval(every.max(Duration::from_millis(1)));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let Some(inner) = inner.upgrade() else { return };
        let hub = Hub(inner);
        let topics: Vec<_> = hub.0.topics.lock().values().cloned().collect();
        for chunk in topics.chunks(100) {
            let names: Vec<_> = chunk.iter().map(|topic| topic.name().clone()).collect();
            match hub.0.log.heads(&names).await {
                Ok(heads) => {
                    for (topic, head) in chunk.iter().zip(&heads) {
                        if topic.differs_from(head) {
                            hub.pump(topic.clone());
                        }
                    }
                }
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "heads not read");
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
