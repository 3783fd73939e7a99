//! What waits to be sent on one socket. Bounded: it says when it is full, and never grows beyond.

use std::collections::VecDeque;

use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::Payload;
use crate::protocol::Run;
use crate::signal::Signal;

/// A message for one operation.
#[derive(Debug)]
pub(crate) enum Delivery {
    Next(Run, Payload),
    Refused(Run, Payload),
    Complete(Run),
}

/// There is no room.
#[derive(Debug)]
pub(crate) struct Full;

pub(crate) struct Mailbox {
    max_frames: usize,
    max_bytes: usize,
    state: Mutex<State>,
    arrived: Signal,
    room: Notify,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Delivery>,
    bytes: usize,
    lagging: Vec<Run>,
}

impl Mailbox {
    pub(super) fn new(max_frames: usize, max_bytes: usize) -> Self {
        let (state, arrived, room) = Default::default();
        Mailbox { max_frames: max_frames.max(2), max_bytes, state, arrived, room }
    }

    /// Puts a frame in, if there is room.
    pub(super) fn push(&self, run: Run, payload: Payload) -> Result<(), Full> {
        self.push_below(1, run, payload)
    }

    /// Puts a value in that nobody misses: only while the mailbox is at most half full.
    pub(super) fn push_value(&self, run: Run, payload: Payload) -> Result<(), Full> {
        self.push_below(2, run, payload)
    }

    fn push_below(&self, divisor: usize, run: Run, payload: Payload) -> Result<(), Full> {
        let mut state = self.state.lock();
        let bytes = state.bytes + payload.as_str().len();
        // One frame always fits, however large it is.
        let fits = state.queue.len() < self.max_frames / divisor
            && (bytes <= self.max_bytes / divisor || state.queue.is_empty());
        if !fits {
            return Err(Full);
        }
        state.bytes = bytes;
        state.queue.push_back(Delivery::Next(run, payload));
        drop(state);
        self.arrived.give();
        Ok(())
    }

    /// Puts a frame in as soon as there is room.
    pub(super) async fn push_waiting(&self, run: Run, payload: Payload) {
        loop {
            // Made before the look, so that room made in between is noticed.
            let room = self.room.notified();
            if self.push(run, payload.clone()).is_ok() {
                return;
            }
            room.await;
        }
    }

    /// Ends an operation. At most one per operation, so it needs no bound.
    pub(super) fn push_end(&self, end: Delivery) {
        self.state.lock().queue.push_back(end);
        self.arrived.give();
    }

    /// The operation has missed something: open it anew when the mailbox is empty.
    pub(super) fn mark_lagging(&self, run: Run) {
        self.state.lock().lagging.push(run);
        self.arrived.give();
    }

    /// Waits until something may be in it.
    pub(crate) async fn arrived(&self) {
        self.arrived.given().await;
    }

    /// Says again that something is in it.
    pub(crate) fn remind(&self) {
        self.arrived.give();
    }

    /// Takes the oldest.
    pub(crate) fn take(&self) -> Option<Delivery> {
        let mut state = self.state.lock();
        let delivery = state.queue.pop_front();
        if let Some(Delivery::Next(_, payload)) = &delivery {
            state.bytes -= payload.as_str().len();
        }
        if state.queue.is_empty() && state.queue.capacity() > 8 {
            // Thousands of idle sockets: none keeps the memory of its busiest moment.
            state.queue = VecDeque::new();
        }
        drop(state);
        self.room.notify_waiters();
        delivery
    }

    /// Takes the operations that have missed something.
    pub(crate) fn take_lagging(&self) -> Vec<Run> {
        std::mem::take(&mut self.state.lock().lagging)
    }
}
