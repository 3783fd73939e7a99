//! A topic and those who follow it.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use bytes::Bytes;
use parking_lot::Mutex;

use super::mailbox::{Delivery, Mailbox};
use super::{Hub, Inner};
use crate::protocol::Run;
use crate::{Epoch, Executor, GroupKey, Head, Payload, Position, Seq, Topic};

/// Values that wait for the pump; older ones give way.
const MAX_VALUES: usize = 64;

pub(super) struct TopicState<E: Executor> {
    name: Topic,
    state: Mutex<State<E>>,
}

struct State<E: Executor> {
    /// The event that was last handed out; none before the first subscriber has joined.
    cursor: Option<Position>,
    subscribers: HashMap<usize, Arc<Subscriber<E>>>,
    /// What the subscribers of a group share: the operation is most of what each of them would keep.
    operations: HashMap<GroupKey, (Arc<E::Operation>, usize)>,
    values: VecDeque<(Option<Seq>, Bytes)>,
    pump: Pump,
}

#[derive(Clone, Copy, PartialEq)]
enum Pump {
    Idle,
    Runs,
    RunsAgain,
}

/// What came of the wish to join the live ones.
#[derive(Debug, PartialEq)]
pub(super) enum Join {
    /// Done, and the first to do so: the pump has to look at what came meanwhile.
    First,
    /// Done.
    Joined,
    /// Read the log up to here first.
    Behind,
    /// The topic is in another epoch.
    OtherEpoch,
    /// Nobody listens any more.
    Closed,
}

impl<E: Executor> TopicState<E> {
    pub(super) fn new(name: Topic) -> Self {
        let (values, subscribers, operations) = Default::default();
        let state = State { cursor: None, subscribers, operations, values, pump: Pump::Idle };
        TopicState { name, state: Mutex::new(state) }
    }

    pub(super) fn name(&self) -> &Topic {
        &self.name
    }

    /// The operation of a group, which is that of its first subscriber: all of them render alike. Each
    /// call is answered by one [`TopicState::remove`] of a subscriber that was added with it.
    pub(super) fn share(&self, group: GroupKey, own: Arc<E::Operation>) -> Arc<E::Operation> {
        let mut state = self.state.lock();
        let (shared, sharers) = state.operations.entry(group).or_insert((own, 0));
        *sharers += 1;
        shared.clone()
    }

    pub(super) fn add(&self, subscriber: &Arc<Subscriber<E>>) {
        self.state.lock().subscribers.insert(key(subscriber), subscriber.clone());
    }

    /// Removes a subscriber; true when none is left.
    pub(super) fn remove(&self, subscriber: &Subscriber<E>) -> bool {
        let mut state = self.state.lock();
        state.subscribers.remove(&key(subscriber));
        if let Some((_, sharers)) = state.operations.get_mut(&subscriber.group) {
            *sharers -= 1;
            if *sharers == 0 {
                state.operations.remove(&subscriber.group);
            }
        }
        state.subscribers.is_empty()
    }

    pub(super) fn cursor(&self) -> Option<Position> {
        self.state.lock().cursor.clone()
    }

    pub(super) fn differs_from(&self, head: &Head) -> bool {
        self.cursor().is_some_and(|cursor| cursor != Position::at_head(&self.name, head))
    }

    /// Moves the cursor, and gives all who are to be told.
    pub(super) fn advance(&self, to: Position) -> Vec<Arc<Subscriber<E>>> {
        let mut state = self.state.lock();
        state.cursor = Some(to);
        state.subscribers.values().cloned().collect()
    }

    /// The cursor and all who are there, for a value.
    pub(super) fn present(&self) -> Option<(Position, Vec<Arc<Subscriber<E>>>)> {
        let state = self.state.lock();
        Some((state.cursor.clone()?, state.subscribers.values().cloned().collect()))
    }

    /// Lets a subscriber that has seen everything up to `seen` join the live ones, if it is not behind
    /// them. `head` is a head that was read after the subscriber was registered.
    pub(super) fn join(&self, subscriber: &Subscriber<E>, seen: &Position, head: &Head) -> Join {
        let mut state = self.state.lock();
        let target = match &state.cursor {
            Some(cursor) if cursor.epoch != seen.epoch => return Join::OtherEpoch,
            Some(cursor) => cursor.seq,
            None => head.seq,
        };
        if seen.seq < target {
            return Join::Behind;
        }
        // Under the topic's lock: the pump moves the cursor and looks who is live under it too.
        if !subscriber.go_live(seen.seq) {
            return Join::Closed;
        }
        if state.cursor.is_none() {
            state.cursor = Some(seen.clone());
            return Join::First;
        }
        Join::Joined
    }

    pub(super) fn value(&self, seq: Option<Seq>, payload: Bytes) {
        let mut state = self.state.lock();
        if state.values.len() == MAX_VALUES {
            state.values.pop_front();
        }
        state.values.push_back((seq, payload));
    }

    pub(super) fn take_values(&self) -> VecDeque<(Option<Seq>, Bytes)> {
        std::mem::take(&mut self.state.lock().values)
    }

    /// True when the caller has to run the pump; else the one that runs will look once more.
    pub(super) fn start_pump(&self) -> bool {
        let mut state = self.state.lock();
        if state.cursor.is_none() {
            // Nobody is live yet; the first who joins starts it.
            return false;
        }
        let idle = state.pump == Pump::Idle;
        state.pump = if idle { Pump::Runs } else { Pump::RunsAgain };
        idle
    }

    /// True when the pump has to look once more; else it has stopped.
    pub(super) fn continue_pump(&self) -> bool {
        let mut state = self.state.lock();
        let again = state.pump == Pump::RunsAgain;
        state.pump = if again { Pump::Runs } else { Pump::Idle };
        again
    }

    /// The pump has stopped, whatever it was told meanwhile; the poll starts it again.
    pub(super) fn stop_pump(&self) {
        self.state.lock().pump = Pump::Idle;
    }
}

fn key<E: Executor>(subscriber: &Subscriber<E>) -> usize {
    std::ptr::from_ref(subscriber).addr()
}

/// One subscription of one socket.
pub(super) struct Subscriber<E: Executor> {
    pub(super) run: Run,
    pub(super) operation: Arc<E::Operation>,
    pub(super) group: GroupKey,
    pub(super) viewer: Arc<E::Viewer>,
    pub(super) mailbox: Arc<Mailbox>,
    topic: Arc<TopicState<E>>,
    phase: Mutex<Phase>,
}

#[derive(Clone, Debug, PartialEq)]
enum Phase {
    /// Gets its first frame and catches up.
    Opening,
    /// Gets what the pump brings; the last event that it was told, or that did not concern it.
    Live(Seq),
    /// Has missed something; the last event before that.
    Lagging(Epoch, Seq),
    /// Nobody listens.
    Closed,
}

impl<E: Executor> Subscriber<E> {
    pub(super) fn new(
        run: Run,
        operation: Arc<E::Operation>,
        group: GroupKey,
        viewer: Arc<E::Viewer>,
        mailbox: Arc<Mailbox>,
        topic: Arc<TopicState<E>>,
    ) -> Self {
        let phase = Mutex::new(Phase::Opening);
        Subscriber { run, operation, group, viewer, mailbox, topic, phase }
    }

    pub(super) fn topic(&self) -> &Arc<TopicState<E>> {
        &self.topic
    }

    pub(super) fn closed(&self) -> bool {
        *self.phase.lock() == Phase::Closed
    }

    pub(super) fn close(&self) {
        *self.phase.lock() = Phase::Closed;
    }

    /// Closes, and tells the client how it ended, unless it has stopped listening itself.
    pub(super) fn end(&self, end: Delivery) {
        let mut phase = self.phase.lock();
        if *phase != Phase::Closed {
            *phase = Phase::Closed;
            self.mailbox.push_end(end);
        }
    }

    /// Is it live and has it not seen this event?
    pub(super) fn wants(&self, seq: Seq) -> bool {
        matches!(*self.phase.lock(), Phase::Live(last) if last < seq)
    }

    /// Takes what an event is for this subscriber: a frame, or nothing.
    pub(super) fn take_event(&self, at: &Position, frame: Option<&Payload>) {
        let mut phase = self.phase.lock();
        let Phase::Live(last) = *phase else { return };
        if at.seq <= last {
            return;
        }
        let told = at.seq == last.next()
            && frame.is_none_or(|frame| self.mailbox.push(self.run, frame.clone()).is_ok());
        if told {
            *phase = Phase::Live(at.seq);
        } else {
            *phase = Phase::Lagging(at.epoch.clone(), last);
            self.mailbox.mark_lagging(self.run);
        }
    }

    /// Takes a value, if nothing later was seen and there is room.
    pub(super) fn take_value(&self, at: &Position, frame: &Payload) {
        let phase = self.phase.lock();
        if matches!(*phase, Phase::Live(last) if last == at.seq) {
            // A value that finds no room is lost, and nobody misses it.
            let _ = self.mailbox.push_value(self.run, frame.clone());
        }
    }

    /// Events up to `until` cannot be told: it has missed something unless it has seen that one. None
    /// when the numbers mean nothing any more. `epoch` is that in which it was live.
    pub(super) fn miss(&self, epoch: &Epoch, until: Option<Seq>) {
        let mut phase = self.phase.lock();
        if let Phase::Live(last) = *phase
            && until.is_none_or(|until| last < until)
        {
            *phase = Phase::Lagging(epoch.clone(), last);
            self.mailbox.mark_lagging(self.run);
        }
    }

    /// Begins to open anew; gives the last place that the client knows.
    fn begin_anew(&self) -> Option<(Epoch, Seq)> {
        let mut phase = self.phase.lock();
        let Phase::Lagging(epoch, last) = phase.clone() else { return None };
        *phase = Phase::Opening;
        Some((epoch, last))
    }

    fn go_live(&self, seen: Seq) -> bool {
        let mut phase = self.phase.lock();
        let opening = *phase == Phase::Opening;
        if opening {
            *phase = Phase::Live(seen);
        }
        opening
    }
}

/// A registered subscriber; its registration ends when this is dropped.
pub(crate) struct Subscription<E: Executor> {
    hub: Hub<E>,
    subscriber: Arc<Subscriber<E>>,
    after: Option<Position>,
}

impl<E: Executor> Subscription<E> {
    pub(super) fn new(
        hub: Hub<E>,
        subscriber: Arc<Subscriber<E>>,
        after: Option<Position>,
    ) -> Self {
        Subscription { hub, subscriber, after }
    }

    /// Sends the first frame, replays what follows it, and joins the live ones. Ends early when the
    /// subscription is dropped meanwhile.
    pub(crate) fn open(&mut self) -> impl Future<Output = ()> + Send + 'static {
        let (hub, subscriber) = (self.hub.clone(), self.subscriber.clone());
        let after = self.after.take();
        async move { hub.open(&subscriber, after, None).await }
    }

    /// Announces the gap, sends the state anew and joins the live ones. None when nothing was missed.
    pub(crate) fn reopen(&self) -> Option<impl Future<Output = ()> + Send + 'static> {
        let seen = self.subscriber.begin_anew()?;
        let (hub, subscriber) = (self.hub.clone(), self.subscriber.clone());
        Some(async move { hub.open(&subscriber, None, Some(seen)).await })
    }
}

impl<E: Executor> Drop for Subscription<E> {
    fn drop(&mut self) {
        self.hub.unsubscribe(&self.subscriber);
    }
}

impl<E: Executor> Inner<E> {
    pub(super) fn class_of(&self, subscriber: &Subscriber<E>) -> Option<E::Class> {
        self.executor.class(&subscriber.operation, &subscriber.viewer)
    }
}
