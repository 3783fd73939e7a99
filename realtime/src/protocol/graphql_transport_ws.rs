//! The server's side of graphql-transport-ws, one value per socket.
//!
//! Feed it what happens ([`Input`]) with the time since the socket was opened, and do what it says
//! ([`Effect`]), in order. It never blocks, never looks at a clock and never fails.

use std::time::Duration;

use serde_json::{Map, Value};

use super::Close;
use super::message::{self, Message};
use crate::executor::{Payload, Request};

/// What one socket may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Of a message of the client; a longer one closes the socket with 4400.
    pub message_bytes: usize,
    /// Of an operation's id; a longer one closes the socket with 4400.
    pub id_bytes: usize,
    /// Operations that are open at a time; one more is answered with an `error` for its id.
    pub operations: usize,
    /// From the opening of the socket to `connection_init`; then 4408.
    pub init_timeout: Duration,
    /// Silence of the client after which it is pinged.
    pub ping_after: Duration,
    /// Silence after a ping after which the socket is closed.
    pub pong_timeout: Duration,
}

impl Default for Limits {
    /// 64 KiB, ids of 256 bytes, 100 operations, 10 s, ping after 25 s, 20 s for an answer.
    fn default() -> Self {
        Limits {
            message_bytes: 64 * 1024,
            id_bytes: 256,
            operations: 100,
            init_timeout: Duration::from_secs(10),
            ping_after: Duration::from_secs(25),
            pong_timeout: Duration::from_secs(20),
        }
    }
}

/// One execution of an operation on a socket. Ids come again; runs do not, so a late outcome is never
/// taken for that of a newer operation with the same id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Run(pub u64);

/// What happened.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// A text frame arrived.
    Text(&'a str),
    /// A binary frame arrived.
    Binary,
    /// A frame arrived that was too large to be read.
    TooLarge,
    /// The peer answered at the level of WebSocket (ping or pong frame).
    Alive,
    /// Time has passed; see [`GraphqlTransportWs::deadline`].
    Time,
    /// Outcome of [`Effect::Authenticate`]: welcome, with the payload of the acknowledgement.
    Admitted(Option<&'a Payload>),
    /// Outcome of [`Effect::Authenticate`]: not welcome, and the close reason.
    Denied(&'a str),
    /// An operation yields one of its results.
    Next(Run, &'a Payload),
    /// An operation yields its only result.
    Response(Run, &'a Payload),
    /// An operation was not executed, or its stream failed: the list of errors.
    Refused(Run, &'a Payload),
    /// An operation has no more results.
    Complete(Run),
}

/// What to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Send a text frame.
    Send(String),
    /// Send a close frame and end; nothing follows.
    Close(Close),
    /// Find out who this is, then say [`Input::Admitted`] or [`Input::Denied`].
    Authenticate(Map<String, Value>),
    /// Execute an operation, then say what comes of it.
    Start {
        /// Names the execution.
        run: Run,
        /// As the client calls it.
        id: String,
        /// What to execute. Boxed: whoever does what is said keeps room for the largest of it.
        request: Box<Request>,
    },
    /// The client has stopped listening; outcomes of this run are ignored from now on.
    Stop(Run),
    /// The client has stopped an operation that is not open: it has ended by itself, or, where messages of a
    /// socket are taken in parallel, its start was not seen yet.
    StopUnseen(String),
}

/// The state of one socket.
#[derive(Debug)]
pub struct GraphqlTransportWs {
    limits: Limits,
    phase: Phase,
    heard_at: Duration,
    pinged_at: Option<Duration>,
    next_run: u64,
    operations: Vec<(Run, Box<str>)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nothing was said yet.
    Opened,
    /// `connection_init` was said.
    Initialising,
    /// `connection_ack` was answered.
    Acknowledged,
    /// A close was ordered.
    Closed,
}

impl GraphqlTransportWs {
    /// A socket that has just been opened.
    pub fn new(limits: Limits) -> Self {
        GraphqlTransportWs {
            limits,
            phase: Phase::Opened,
            heard_at: Duration::ZERO,
            pinged_at: None,
            next_run: 0,
            operations: Vec::new(),
        }
    }

    /// A socket as another process left it: whether its client was let in, and the ids of its open
    /// operations, which become runs from 0 on, in this order. Times begin anew.
    pub fn resumed(limits: Limits, admitted: bool, operations: &[String]) -> Self {
        let runs = (0..).map(Run);
        GraphqlTransportWs {
            phase: if admitted { Phase::Acknowledged } else { Phase::Opened },
            next_run: operations.len() as u64,
            operations: runs.zip(operations.iter().map(|id| id.as_str().into())).collect(),
            ..GraphqlTransportWs::new(limits)
        }
    }

    /// When [`Input::Time`] is due at the latest, since the opening; none when closed. It changes with
    /// every input.
    pub fn deadline(&self) -> Option<Duration> {
        match (self.phase, self.pinged_at) {
            (Phase::Closed, _) => None,
            (Phase::Opened, _) => Some(self.limits.init_timeout),
            (_, Some(pinged_at)) => Some(pinged_at + self.limits.pong_timeout),
            (_, None) => Some(self.heard_at + self.limits.ping_after),
        }
    }

    /// How many operations are open.
    pub fn n_operations(&self) -> usize {
        self.operations.len()
    }

    /// Does the client still listen to this run?
    pub fn listens(&self, run: Run) -> bool {
        self.operations.iter().any(|(open, _)| *open == run)
    }

    /// Takes what happened at `now` (since the opening) and appends what is to be done.
    pub fn handle(&mut self, now: Duration, input: Input<'_>, effects: &mut Vec<Effect>) {
        if self.phase == Phase::Closed {
            return;
        }
        match input {
            Input::Text(text) => {
                self.heard(now);
                match self.read(text) {
                    Ok(message) => self.message(message, effects),
                    Err(close) => self.close(close, effects),
                }
            }
            Input::Binary => {
                self.close(Close::invalid_message("Binary messages are not accepted"), effects);
            }
            Input::TooLarge => self.close(too_large(self.limits.message_bytes), effects),
            Input::Alive => self.heard(now),
            Input::Time => self.time(now, effects),
            Input::Admitted(payload) => self.admitted(payload, effects),
            Input::Denied(reason) => {
                if self.phase == Phase::Initialising {
                    self.close(Close::forbidden(reason), effects);
                }
            }
            Input::Next(run, payload) => self.tell(run, "next", Some(payload), effects),
            Input::Response(run, payload) => {
                self.tell(run, "next", Some(payload), effects);
                self.end(run, "complete", None, effects);
            }
            // No `complete` follows an `error`.
            Input::Refused(run, errors) => self.end(run, "error", Some(errors), effects),
            Input::Complete(run) => self.end(run, "complete", None, effects),
        }
    }

    fn read(&self, text: &str) -> Result<Message, Close> {
        if text.len() > self.limits.message_bytes {
            return Err(too_large(self.limits.message_bytes));
        }
        message::parse(text, self.limits.id_bytes)
    }

    fn message(&mut self, message: Message, effects: &mut Vec<Effect>) {
        match message {
            Message::Init { payload } if self.phase == Phase::Opened => {
                self.phase = Phase::Initialising;
                effects.push(Effect::Authenticate(payload));
            }
            Message::Init { .. } => self.close(Close::too_many_initialisations(), effects),
            Message::Ping { payload } => {
                let payload = payload.map(|payload| Value::Object(payload).to_string());
                effects.push(Effect::Send(message::plain("pong", payload.as_deref())));
            }
            Message::Pong => {}
            Message::Subscribe { .. } if self.phase != Phase::Acknowledged => {
                self.close(Close::unauthorized(), effects);
            }
            Message::Subscribe { id, request } => self.subscribe(id, request, effects),
            Message::Complete { id } => {
                let place = self.operations.iter().position(|(_, open)| **open == *id);
                effects.push(match place {
                    Some(place) => Effect::Stop(self.operations.swap_remove(place).0),
                    None => Effect::StopUnseen(id),
                });
            }
        }
    }

    fn subscribe(&mut self, id: String, request: Request, effects: &mut Vec<Effect>) {
        if self.operations.iter().any(|(_, open)| **open == *id) {
            return self.close(Close::subscriber_exists(&id), effects);
        }
        if self.operations.len() >= self.limits.operations {
            let errors = too_many_subscriptions(self.limits.operations);
            return effects.push(Effect::Send(message::about(&id, "error", Some(&errors))));
        }
        let run = Run(self.next_run);
        self.next_run += 1;
        // Most sockets have one, and there may be thousands of them.
        self.operations.reserve_exact(1);
        self.operations.push((run, id.as_str().into()));
        effects.push(Effect::Start { run, id, request: Box::new(request) });
    }

    fn admitted(&mut self, payload: Option<&Payload>, effects: &mut Vec<Effect>) {
        if self.phase == Phase::Initialising {
            self.phase = Phase::Acknowledged;
            let text = message::plain("connection_ack", payload.map(Payload::as_str));
            effects.push(Effect::Send(text));
        }
    }

    fn time(&mut self, now: Duration, effects: &mut Vec<Effect>) {
        if self.deadline().is_none_or(|deadline| now < deadline) {
            return;
        }
        match (self.phase, self.pinged_at) {
            (Phase::Opened, _) => self.close(Close::initialisation_timeout(), effects),
            (_, Some(_)) => self.close(Close::silent_peer(), effects),
            (_, None) => {
                self.pinged_at = Some(now);
                effects.push(Effect::Send(message::plain("ping", None)));
            }
        }
    }

    fn heard(&mut self, now: Duration) {
        self.heard_at = now;
        self.pinged_at = None;
    }

    fn tell(&self, run: Run, kind: &str, payload: Option<&Payload>, effects: &mut Vec<Effect>) {
        if let Some((_, id)) = self.operations.iter().find(|(open, _)| *open == run) {
            effects.push(Effect::Send(message::about(id, kind, payload)));
        }
    }

    fn end(&mut self, run: Run, kind: &str, payload: Option<&Payload>, effects: &mut Vec<Effect>) {
        if let Some(place) = self.operations.iter().position(|(open, _)| *open == run) {
            let (_, id) = self.operations.swap_remove(place);
            effects.push(Effect::Send(message::about(&id, kind, payload)));
        }
    }

    fn close(&mut self, close: Close, effects: &mut Vec<Effect>) {
        self.phase = Phase::Closed;
        self.operations = Vec::new();
        effects.push(Effect::Close(close));
    }
}

/// What an operation beyond the limit is answered with.
pub(crate) fn too_many_subscriptions(limit: usize) -> Payload {
    let message = format!("This socket has {limit} operations open already");
    Payload::error(&message, "TOO_MANY_SUBSCRIPTIONS")
}

fn too_large(limit: usize) -> Close {
    Close::invalid_message(format!("Message is larger than {limit} bytes"))
}

#[cfg(test)]
#[path = "graphql_transport_ws_tests.rs"]
mod tests;
