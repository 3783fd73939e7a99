//! The pump of a topic: from the log to the mailboxes, each event rendered once per group and class.

use std::collections::HashMap;
use std::sync::Arc;

use super::mailbox::Delivery;
use super::subscriber::{Subscriber, TopicState};
use super::{Hub, Inner};
use crate::{Change, Executor, GroupKey, Head, LogError, LogEvent, Payload, Position};

impl<E: Executor> Hub<E> {
    /// Has the topic's pump look at the log, now or once more.
    pub(super) fn pump(&self, topic: Arc<TopicState<E>>) {
        if !topic.start_pump() {
            return;
        }
        let inner = self.0.clone();
        self.0.runtime.spawn(async move {
            // A panic in a render must not leave the topic without a pump for ever.
            let stop = Stop(&topic);
            loop {
                if let Err(error) = inner.pump_once(&topic).await {
                    tracing::warn!(
                        error = &error as &dyn std::error::Error,
                        topic = %topic.name(),
                        "events wait for the next look at the log"
                    );
                    return;
                }
                if !topic.continue_pump() {
                    std::mem::forget(stop);
                    return;
                }
            }
        });
    }
}

/// Marks the pump as stopped when it ends out of turn.
struct Stop<'a, E: Executor>(&'a TopicState<E>);

impl<E: Executor> Drop for Stop<'_, E> {
    fn drop(&mut self) {
        self.0.stop_pump();
    }
}

/// Subscribers that share a render.
type Groups<E> = HashMap<(GroupKey, <E as Executor>::Class), Vec<Arc<Subscriber<E>>>>;

impl<E: Executor> Inner<E> {
    /// Brings the subscribers of a topic up to the log's end, then the values that wait.
    async fn pump_once(&self, topic: &TopicState<E>) -> Result<(), LogError> {
        while let Some(cursor) = topic.cursor() {
            // The log first, the head second: if the epoch is still ours then, so were the events.
            let mut events = self.log.read(topic.name(), cursor.seq, self.config.page).await?;
            let head = self.log.head(topic.name()).await?;
            let end = Position::at_head(topic.name(), &head);
            if end == cursor {
                break;
            }
            if head.epoch != cursor.epoch || head.seq <= cursor.seq {
                self.lose(topic, &cursor, end);
                break;
            }
            if !begins_after(&cursor, &events) {
                // The head is ahead. A read that begins after it was seen must find the next event.
                events = self.log.read(topic.name(), cursor.seq, self.config.page).await?;
                if !begins_after(&cursor, &events) {
                    self.lose(topic, &cursor, end);
                    break;
                }
            }
            self.hand_on(topic, cursor, &head, events).await;
        }
        self.hand_on_values(topic).await;
        Ok(())
    }

    /// Hands on the contiguous events at the beginning of a page.
    async fn hand_on(
        &self,
        topic: &TopicState<E>,
        mut at: Position,
        head: &Head,
        events: Vec<LogEvent>,
    ) {
        for LogEvent { seq, tag, payload } in events {
            if seq <= at.seq {
                continue;
            }
            if seq != at.seq.next() {
                return;
            }
            at = Position { topic: at.topic, epoch: head.epoch.clone(), seq, tag };
            let everyone = topic.advance(at.clone());
            let to = everyone.into_iter().filter(|one| one.wants(seq)).collect();
            let change = Change::Event { at: at.clone(), payload };
            for ((_, class), members) in self.groups(to) {
                match self.render(&members, &class, &change).await {
                    Ok(frame) => members.iter().for_each(|one| one.take_event(&at, frame.as_ref())),
                    Err(Failed) => members.iter().for_each(|one| one.miss(&at.epoch, Some(at.seq))),
                }
            }
        }
    }

    async fn hand_on_values(&self, topic: &TopicState<E>) {
        for (seq, payload) in topic.take_values() {
            let Some((at, everyone)) = topic.present() else { return };
            if seq.is_some_and(|seq| seq != at.seq) {
                // Older than what was told, or newer than the log: nobody misses a value.
                continue;
            }
            let change = Change::Progress { at: at.clone(), payload };
            for ((_, class), members) in self.groups(everyone) {
                if let Ok(Some(frame)) = self.render(&members, &class, &change).await {
                    members.iter().for_each(|one| one.take_value(&at, &frame));
                }
            }
        }
    }

    /// Nothing leads from the cursor to the log's end: everybody begins anew there.
    fn lose(&self, topic: &TopicState<E>, cursor: &Position, end: Position) {
        tracing::warn!(topic = %topic.name(), from = cursor.seq.0, to = end.seq.0, "events lost");
        let ahead = end.epoch == cursor.epoch && end.seq > cursor.seq;
        let until = ahead.then_some(end.seq);
        for subscriber in topic.advance(end) {
            subscriber.miss(&cursor.epoch, until);
        }
    }

    /// Groups by what decides how a frame looks, as things stand now.
    fn groups(&self, subscribers: Vec<Arc<Subscriber<E>>>) -> Groups<E> {
        let mut groups: Groups<E> = HashMap::new();
        for subscriber in subscribers {
            match self.class_of(&subscriber) {
                Some(class) => {
                    groups.entry((subscriber.group, class)).or_default().push(subscriber);
                }
                None => subscriber.end(Delivery::Complete(subscriber.run)),
            }
        }
        groups
    }

    /// Renders once for all members.
    async fn render(
        &self,
        members: &[Arc<Subscriber<E>>],
        class: &E::Class,
        change: &Change,
    ) -> Result<Option<Payload>, Failed> {
        let Some(any) = members.first() else { return Ok(None) };
        self.render_for(any, class, change).await
    }

    pub(super) async fn render_for(
        &self,
        subscriber: &Subscriber<E>,
        class: &E::Class,
        change: &Change,
    ) -> Result<Option<Payload>, Failed> {
        let render = self.executor.render(&subscriber.operation, class, change);
        match tokio::time::timeout(self.config.render_timeout, render).await {
            Ok(Ok(frame)) => Ok(frame),
            Ok(Err(error)) => {
                tracing::warn!(error = &error as &dyn std::error::Error, "frame not rendered");
                Err(Failed)
            }
            Err(_) => {
                tracing::warn!("frame not rendered in time");
                Err(Failed)
            }
        }
    }
}

/// A render that failed and was logged.
pub(super) struct Failed;

fn begins_after(cursor: &Position, events: &[LogEvent]) -> bool {
    events
        .iter()
        .find(|event| event.seq > cursor.seq)
        .is_some_and(|event| event.seq == cursor.seq.next())
}
