//! The client's half of graphql-transport-ws as a pure machine: inputs in, effects out.
//!
//! One socket carries all subscriptions. When it is lost, the machine waits (exponential back-off
//! with jitter), fetches a fresh one-time ticket, connects, and subscribes again with the cursor of
//! the last frame that each subscription has seen, so that nothing is missed and nothing polled.
//! When the server says that it will close the socket, the machine makes another one beside it and moves
//! there in the same way, and nobody sees anything of it.
//! It knows no browser: [`super::web`] runs its effects.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// From the ticket to the acknowledgement; longer means the other side hangs.
const CONNECT_DEADLINE_MS: u32 = 10_000;
/// A silent socket is asked for a sign of life this often, and given up when none comes.
const HEARTBEAT_MS: u32 = 25_000;
/// An unused socket stays a moment: the next page often subscribes again.
const LINGER_MS: u32 = 5_000;
const BACK_OFF_FIRST_MS: f64 = 400.0;
const BACK_OFF_LONGEST_MS: f64 = 10_000.0;

/// What happened.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Input {
    /// `key` is new in the life of the machine; `operation` is a GraphQL request.
    Subscribe {
        key: u64,
        operation: Value,
    },
    Unsubscribe {
        key: u64,
    },
    Ticket {
        attempt: u32,
        ticket: Result<String, TicketRefused>,
    },
    /// `socket` as [`Effect::Open`] called it.
    Opened {
        socket: u32,
    },
    Text {
        socket: u32,
        text: String,
    },
    Closed {
        socket: u32,
    },
    /// The one timer ran out.
    Timer,
    /// The network is back, the page is seen again, or somebody signed in: try at once.
    Woken,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum TicketRefused {
    /// Worth another try.
    Unreachable,
    /// Nobody is signed in: no try will help before somebody is.
    SignedOut,
}

/// What is to be done, in this order.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Effect {
    FetchTicket {
        attempt: u32,
    },
    /// Open a socket, which is called so from now on.
    Open {
        socket: u32,
    },
    Send {
        socket: u32,
        text: String,
    },
    /// Drop the socket, if there is one; its later events are not wanted.
    Close {
        socket: u32,
    },
    /// Replaces the timer that runs.
    SetTimer {
        ms: u32,
    },
    StopTimer,
    Deliver {
        key: u64,
        delivery: Delivery,
    },
}

/// What a subscriber is told.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Delivery {
    /// A GraphQL answer as JSON.
    Next(String),
    /// The subscription was refused; it is over.
    Refused(String),
    /// The server ended it.
    Ended,
}

/// How the connection stands, for people.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) enum Link {
    #[default]
    Idle,
    Connecting,
    Live,
    /// Lost, and being tried again.
    Lost,
    SignedOut,
}

#[derive(Clone, PartialEq, Debug)]
enum Phase {
    Idle,
    Ticketing,
    Opening { ticket: String },
    Initialising,
    Live { heard: bool },
    BackingOff,
    SignedOut,
}

#[derive(Clone, PartialEq, Debug)]
struct Subscription {
    operation: Value,
    seq: i64,
    after: Option<String>,
}

/// A socket, or the way to one.
#[derive(Debug)]
struct Line {
    /// The try that it came from.
    socket: u32,
    phase: Phase,
}

/// The machine. Give every input to [`Engine::handle`] and run all effects that it returns.
#[derive(Debug)]
pub(super) struct Engine {
    line: Line,
    /// Where the subscriptions move to, while `line` is still live.
    next: Option<Line>,
    /// Whether the move has lasted for a heartbeat.
    late: bool,
    subscriptions: BTreeMap<u64, Subscription>,
    /// Counts tries, so that the ticket of an abandoned try is recognised.
    attempt: u32,
    /// Failures in a row.
    failures: u32,
}

impl Engine {
    pub(super) fn new() -> Self {
        Self {
            line: Line { socket: 0, phase: Phase::Idle },
            next: None,
            late: false,
            subscriptions: BTreeMap::new(),
            attempt: 0,
            failures: 0,
        }
    }

    pub(super) fn link(&self) -> Link {
        match self.line.phase {
            Phase::Idle => Link::Idle,
            Phase::Live { .. } => Link::Live,
            Phase::SignedOut => Link::SignedOut,
            _ if self.failures > 0 => Link::Lost,
            _ => Link::Connecting,
        }
    }

    /// Takes one input. `luck` is a random number from 0 to 1 for the jitter.
    pub(super) fn handle(&mut self, input: Input, luck: f64) -> Vec<Effect> {
        match input {
            Input::Subscribe { key, operation } => self.subscribe(key, operation),
            Input::Unsubscribe { key } => self.unsubscribe(key),
            Input::Ticket { attempt, ticket } => self.ticket(attempt, ticket, luck),
            Input::Opened { socket } => self.opened(socket),
            Input::Text { socket, text } => self.text(socket, &text, luck),
            Input::Closed { socket } => self.closed(socket, luck),
            Input::Timer => self.timer(luck),
            Input::Woken => self.woken(),
        }
    }

    fn subscribe(&mut self, key: u64, operation: Value) -> Vec<Effect> {
        let subscription = Subscription { operation, seq: 0, after: None };
        let message = subscribe_message(key, &subscription);
        self.subscriptions.insert(key, subscription);
        match self.line.phase {
            Phase::Idle => self.connect(),
            Phase::Live { .. } => {
                vec![self.send(message), Effect::SetTimer { ms: HEARTBEAT_MS }]
            }
            _ => Vec::new(),
        }
    }

    fn unsubscribe(&mut self, key: u64) -> Vec<Effect> {
        if self.subscriptions.remove(&key).is_none() {
            return Vec::new();
        }
        let live = matches!(self.line.phase, Phase::Live { .. });
        let mut effects = Vec::new();
        if live {
            let id = key.to_string();
            effects.push(self.send(json!({ "type": "complete", "id": id }).to_string()));
        }
        if self.subscriptions.is_empty() {
            if live {
                effects.push(Effect::SetTimer { ms: LINGER_MS });
            } else {
                effects.extend(self.rest());
            }
        }
        effects
    }

    fn ticket(
        &mut self,
        attempt: u32,
        ticket: Result<String, TicketRefused>,
        luck: f64,
    ) -> Vec<Effect> {
        let moves = self.moves_to(attempt);
        let Some(line) = self.line(attempt).filter(|line| line.phase == Phase::Ticketing) else {
            return Vec::new();
        };
        match ticket {
            Ok(ticket) => {
                line.phase = Phase::Opening { ticket };
                vec![Effect::Open { socket: attempt }]
            }
            Err(_) if moves => self.stay(),
            Err(TicketRefused::Unreachable) => self.lost(luck),
            Err(TicketRefused::SignedOut) => {
                line.phase = Phase::SignedOut;
                vec![Effect::StopTimer]
            }
        }
    }

    fn opened(&mut self, socket: u32) -> Vec<Effect> {
        let Some(line) = self.line(socket) else { return Vec::new() };
        let Phase::Opening { ticket } = &line.phase else { return Vec::new() };
        let init = json!({ "type": "connection_init", "payload": { "ticket": ticket } });
        line.phase = Phase::Initialising;
        vec![Effect::Send { socket, text: init.to_string() }]
    }

    fn text(&mut self, socket: u32, text: &str, luck: f64) -> Vec<Effect> {
        let moves = self.moves_to(socket);
        let Some(line) = self.line(socket) else { return Vec::new() };
        if let Phase::Live { heard } = &mut line.phase {
            *heard = true;
        }
        let Ok(message) = serde_json::from_str::<Value>(text) else {
            return if moves { self.stay() } else { self.give_up(luck) };
        };
        let key = message["id"].as_str().and_then(|id| id.parse::<u64>().ok());
        match (message["type"].as_str().unwrap_or_default(), key) {
            ("connection_ack", _) => self.acknowledged(socket),
            ("ping", _) => {
                let mut pong = json!({ "type": "pong" });
                if let Some(payload) = message.get("payload") {
                    pong["payload"] = payload.clone();
                }
                let mut effects = vec![Effect::Send { socket, text: pong.to_string() }];
                if message["payload"]["reconnect"] == true {
                    effects.extend(self.make_another());
                }
                effects
            }
            ("next", Some(key)) => self.next(key, message["payload"].clone()),
            ("error", Some(key)) => {
                let reason = message["payload"][0]["message"].as_str().unwrap_or("refused");
                self.ended(key, Delivery::Refused(reason.to_owned()))
            }
            ("complete", Some(key)) => self.ended(key, Delivery::Ended),
            _ => Vec::new(),
        }
    }

    fn acknowledged(&mut self, socket: u32) -> Vec<Effect> {
        let Some(line) = self.line(socket).filter(|line| line.phase == Phase::Initialising) else {
            return Vec::new();
        };
        line.phase = Phase::Live { heard: true };
        let left = self.next.take().map(|next| std::mem::replace(&mut self.line, next).socket);
        let mut effects: Vec<_> = self
            .subscriptions
            .iter()
            .map(|(key, subscription)| self.send(subscribe_message(*key, subscription)))
            .collect();
        // What the one before still brings comes here again.
        effects.extend(left.map(|socket| Effect::Close { socket }));
        let ms = if self.subscriptions.is_empty() { LINGER_MS } else { HEARTBEAT_MS };
        effects.push(Effect::SetTimer { ms });
        effects
    }

    fn next(&mut self, key: u64, payload: Value) -> Vec<Effect> {
        let Some(subscription) = self.subscriptions.get_mut(&key) else { return Vec::new() };
        // Only a connection that brings something ends the row of failures; one that is
        // accepted and closed at once does not.
        self.failures = 0;
        let frame = payload["data"].as_object().and_then(|data| data.values().next());
        if let Some(frame) = frame
            && let (Some(seq), Some(cursor)) = (frame["seq"].as_i64(), frame["cursor"].as_str())
            && (frame["kind"] == "SNAPSHOT" || seq >= subscription.seq)
        {
            subscription.seq = seq;
            subscription.after = Some(cursor.to_owned());
        }
        vec![Effect::Deliver { key, delivery: Delivery::Next(payload.to_string()) }]
    }

    fn ended(&mut self, key: u64, delivery: Delivery) -> Vec<Effect> {
        if self.subscriptions.remove(&key).is_none() {
            return Vec::new();
        }
        let mut effects = vec![Effect::Deliver { key, delivery }];
        if self.subscriptions.is_empty() {
            effects.push(Effect::SetTimer { ms: LINGER_MS });
        }
        effects
    }

    fn timer(&mut self, luck: f64) -> Vec<Effect> {
        let socket = self.line.socket;
        match &mut self.line.phase {
            Phase::Idle | Phase::SignedOut => Vec::new(),
            Phase::BackingOff => self.connect(),
            Phase::Live { .. } if self.subscriptions.is_empty() => {
                let mut effects = self.rest();
                effects.insert(0, Effect::Close { socket });
                effects
            }
            Phase::Live { heard } if *heard => {
                *heard = false;
                self.failures = 0;
                // A move that lasts for two heartbeats hangs.
                let mut effects = if self.late { self.stay() } else { Vec::new() };
                self.late = self.next.is_some();
                effects.push(self.send(json!({ "type": "ping" }).to_string()));
                effects.push(Effect::SetTimer { ms: HEARTBEAT_MS });
                effects
            }
            _ => self.give_up(luck),
        }
    }

    fn woken(&mut self) -> Vec<Effect> {
        match &mut self.line.phase {
            Phase::BackingOff | Phase::SignedOut => self.connect(),
            // A computer that slept holds a dead socket for long: ask it now, wait briefly.
            Phase::Live { heard } => {
                *heard = false;
                let ping = json!({ "type": "ping" }).to_string();
                vec![self.send(ping), Effect::SetTimer { ms: LINGER_MS }]
            }
            _ => Vec::new(),
        }
    }

    fn connect(&mut self) -> Vec<Effect> {
        self.attempt += 1;
        self.line = Line { socket: self.attempt, phase: Phase::Ticketing };
        vec![
            Effect::FetchTicket { attempt: self.attempt },
            Effect::SetTimer { ms: CONNECT_DEADLINE_MS },
        ]
    }

    /// The live socket will be closed: makes another one beside it, unless it does already.
    fn make_another(&mut self) -> Option<Effect> {
        let live = matches!(self.line.phase, Phase::Live { .. });
        if !live || self.next.is_some() || self.subscriptions.is_empty() {
            return None;
        }
        self.attempt += 1;
        self.late = false;
        self.next = Some(Line { socket: self.attempt, phase: Phase::Ticketing });
        Some(Effect::FetchTicket { attempt: self.attempt })
    }

    /// Stays where it is: it will be asked again to move, or the socket is lost and comes back as always.
    fn stay(&mut self) -> Vec<Effect> {
        self.late = false;
        self.next.take().map(|next| Effect::Close { socket: next.socket }).into_iter().collect()
    }

    fn moves_to(&self, socket: u32) -> bool {
        self.next.as_ref().is_some_and(|next| next.socket == socket)
    }

    /// The line with this socket, if it is still of use.
    fn line(&mut self, socket: u32) -> Option<&mut Line> {
        let lines = std::iter::once(&mut self.line).chain(&mut self.next);
        lines.into_iter().find(|line| line.socket == socket)
    }

    fn send(&self, text: String) -> Effect {
        Effect::Send { socket: self.line.socket, text }
    }

    fn closed(&mut self, socket: u32, luck: f64) -> Vec<Effect> {
        if self.moves_to(socket) {
            return self.stay();
        }
        if self.line.socket == socket { self.lost(luck) } else { Vec::new() }
    }

    fn give_up(&mut self, luck: f64) -> Vec<Effect> {
        let mut effects = vec![Effect::Close { socket: self.line.socket }];
        effects.extend(self.lost(luck));
        effects
    }

    fn lost(&mut self, luck: f64) -> Vec<Effect> {
        if matches!(self.line.phase, Phase::Idle | Phase::SignedOut | Phase::BackingOff) {
            return Vec::new();
        }
        if self.subscriptions.is_empty() {
            return self.rest();
        }
        if let Some(next) = self.next.take() {
            // It is on its way to another one.
            self.line = next;
            return vec![Effect::SetTimer { ms: CONNECT_DEADLINE_MS }];
        }
        let ms = back_off_ms(self.failures, luck);
        self.failures = self.failures.saturating_add(1);
        self.line.phase = Phase::BackingOff;
        vec![Effect::SetTimer { ms }]
    }

    fn rest(&mut self) -> Vec<Effect> {
        let connecting = matches!(self.line.phase, Phase::Opening { .. } | Phase::Initialising);
        self.line.phase = Phase::Idle;
        self.failures = 0;
        let mut effects = vec![Effect::StopTimer];
        if connecting {
            effects.push(Effect::Close { socket: self.line.socket });
        }
        effects.extend(self.stay());
        effects
    }
}

/// Doubles from 0.4 s to 10 s; the jitter takes away up to half, so that many clients that lost
/// one server do not come back as one.
fn back_off_ms(failures: u32, luck: f64) -> u32 {
    let full = (BACK_OFF_FIRST_MS * 2f64.powi(failures.min(10) as i32)).min(BACK_OFF_LONGEST_MS);
    (full * (0.5 + luck.clamp(0.0, 1.0) / 2.0)) as u32
}

fn subscribe_message(key: u64, subscription: &Subscription) -> String {
    let mut payload = subscription.operation.clone();
    if let Some(after) = &subscription.after {
        payload["variables"]["after"] = json!(after);
    }
    json!({ "type": "subscribe", "id": key.to_string(), "payload": payload }).to_string()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const NO_LUCK: f64 = 0.0;
    const ACK: &str = r#"{"type":"connection_ack"}"#;
    const RECONNECT: &str = r#"{"type":"ping","payload":{"reconnect":true}}"#;

    fn operation() -> Value {
        json!({ "query": "subscription { myPipelines { seq } }", "variables": { "after": null } })
    }

    impl Engine {
        /// What its socket brings.
        fn hears(&mut self, text: &str) -> Vec<Effect> {
            let (socket, text) = (self.line.socket, text.to_owned());
            self.handle(Input::Text { socket, text }, NO_LUCK)
        }

        fn hears_frame(&mut self, kind: &str, seq: i64) -> Vec<Effect> {
            self.hears(&frame(kind, seq))
        }

        fn is_closed(&mut self, luck: f64) -> Vec<Effect> {
            self.handle(Input::Closed { socket: self.line.socket }, luck)
        }
    }

    fn frame(kind: &str, seq: i64) -> String {
        let frame = json!({ "kind": kind, "seq": seq, "cursor": format!("c{seq}") });
        let data = json!({ "myPipelines": frame });
        json!({ "type": "next", "id": "1", "payload": { "data": data } }).to_string()
    }

    /// An engine with one subscription on a live socket.
    fn live() -> Engine {
        let mut engine = Engine::new();
        engine.handle(Input::Subscribe { key: 1, operation: operation() }, NO_LUCK);
        connect(&mut engine);
        engine
    }

    /// Takes an engine that fetches its ticket to a live socket; returns the last effects.
    fn connect(engine: &mut Engine) -> Vec<Effect> {
        let socket = engine.attempt;
        engine.handle(Input::Ticket { attempt: socket, ticket: Ok("t".to_owned()) }, NO_LUCK);
        engine.handle(Input::Opened { socket }, NO_LUCK);
        engine.handle(Input::Text { socket, text: ACK.to_owned() }, NO_LUCK)
    }

    fn sent(effects: &[Effect]) -> Vec<Value> {
        effects
            .iter()
            .filter_map(|effect| match effect {
                Effect::Send { text, .. } => Some(serde_json::from_str(text).unwrap()),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn the_first_subscription_fetches_a_ticket_and_sends_it_in_connection_init() {
        let mut engine = Engine::new();

        let effects = engine.handle(Input::Subscribe { key: 1, operation: operation() }, NO_LUCK);
        assert!(effects.contains(&Effect::FetchTicket { attempt: 1 }));

        let ticket = Ok("one-time".to_owned());
        let effects = engine.handle(Input::Ticket { attempt: 1, ticket }, NO_LUCK);
        assert_eq!(effects, [Effect::Open { socket: 1 }]);

        let effects = engine.handle(Input::Opened { socket: 1 }, NO_LUCK);
        let init = json!({ "type": "connection_init", "payload": { "ticket": "one-time" } });
        assert_eq!(sent(&effects), [init]);
    }

    #[test]
    fn nothing_is_subscribed_before_the_acknowledgement() {
        let mut engine = Engine::new();
        engine.handle(Input::Subscribe { key: 1, operation: operation() }, NO_LUCK);

        let effects = connect(&mut engine);

        assert_eq!(sent(&effects)[0]["type"], "subscribe");
        assert_eq!(engine.link(), Link::Live);
    }

    #[test]
    fn a_lost_socket_resumes_after_the_last_frame_with_a_fresh_ticket() {
        let mut engine = live();
        engine.hears_frame("SNAPSHOT", 7);
        engine.hears_frame("EVENT", 8);

        let effects = engine.is_closed(NO_LUCK);
        assert_eq!(effects, [Effect::SetTimer { ms: 200 }]);
        assert_eq!(engine.link(), Link::Lost);

        let effects = engine.handle(Input::Timer, NO_LUCK);
        assert!(effects.contains(&Effect::FetchTicket { attempt: 2 }));
        let resumed = connect(&mut engine);
        assert_eq!(sent(&resumed)[0]["payload"]["variables"]["after"], "c8");
    }

    #[test]
    fn a_late_frame_does_not_move_the_cursor_back() {
        let mut engine = live();
        engine.hears_frame("EVENT", 8);
        engine.hears_frame("EVENT", 6);
        engine.is_closed(NO_LUCK);
        engine.handle(Input::Timer, NO_LUCK);

        let resumed = connect(&mut engine);

        assert_eq!(sent(&resumed)[0]["payload"]["variables"]["after"], "c8");
    }

    #[test]
    fn a_snapshot_of_a_new_epoch_may_move_the_cursor_back() {
        let mut engine = live();
        engine.hears_frame("EVENT", 8);
        engine.hears_frame("SNAPSHOT", 2);
        engine.is_closed(NO_LUCK);
        engine.handle(Input::Timer, NO_LUCK);

        let resumed = connect(&mut engine);

        assert_eq!(sent(&resumed)[0]["payload"]["variables"]["after"], "c2");
    }

    #[test]
    fn the_wait_doubles_up_to_ten_seconds_and_jitter_halves_it_at_most() {
        let waits: Vec<_> = (0..7).map(|failures| back_off_ms(failures, 1.0)).collect();

        assert_eq!(waits, [400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]);
        assert_eq!(back_off_ms(3, 0.0), 1_600);
    }

    #[test]
    fn a_socket_that_is_accepted_and_closed_at_once_waits_longer_each_time() {
        let mut engine = live();
        let mut waits = Vec::new();
        for _ in 0..3 {
            let effects = engine.is_closed(1.0);
            waits.push(effects[0].clone());
            engine.handle(Input::Timer, NO_LUCK);
            connect(&mut engine);
        }

        let doubled = [400, 800, 1_600].map(|ms| Effect::SetTimer { ms });
        assert_eq!(waits, doubled);
    }

    #[test]
    fn a_frame_ends_the_row_of_failures() {
        let mut engine = live();
        engine.is_closed(NO_LUCK);
        engine.handle(Input::Timer, NO_LUCK);
        connect(&mut engine);
        engine.hears_frame("RESUMED", 0);

        assert_eq!(engine.is_closed(1.0), [Effect::SetTimer { ms: 400 }]);
    }

    #[test]
    fn a_ping_is_answered_with_its_payload() {
        let mut engine = live();

        let effects = engine.hears(r#"{"type":"ping","payload":{"n":1}}"#);

        assert_eq!(sent(&effects), [json!({ "type": "pong", "payload": { "n": 1 } })]);
    }

    #[test]
    fn a_silent_socket_is_asked_once_and_then_given_up() {
        let mut engine = live();

        let asked = engine.handle(Input::Timer, NO_LUCK);
        assert_eq!(sent(&asked), [json!({ "type": "ping" })]);

        let given_up = engine.handle(Input::Timer, NO_LUCK);
        assert_eq!(given_up, [Effect::Close { socket: 1 }, Effect::SetTimer { ms: 200 }]);
    }

    #[test]
    fn a_sign_of_life_keeps_the_socket() {
        let mut engine = live();
        engine.handle(Input::Timer, NO_LUCK);
        engine.hears(r#"{"type":"pong"}"#);

        let effects = engine.handle(Input::Timer, NO_LUCK);

        assert!(!effects.contains(&Effect::Close { socket: 1 }));
        assert_eq!(engine.link(), Link::Live);
    }

    #[test]
    fn a_guest_is_not_tried_again_until_somebody_signs_in() {
        let mut engine = Engine::new();
        engine.handle(Input::Subscribe { key: 1, operation: operation() }, NO_LUCK);
        let ticket = Err(TicketRefused::SignedOut);

        let effects = engine.handle(Input::Ticket { attempt: 1, ticket }, NO_LUCK);
        assert_eq!(effects, [Effect::StopTimer]);
        assert_eq!(engine.link(), Link::SignedOut);
        assert_eq!(engine.handle(Input::Timer, NO_LUCK), []);

        let woken = engine.handle(Input::Woken, NO_LUCK);
        assert!(woken.contains(&Effect::FetchTicket { attempt: 2 }));
    }

    #[test]
    fn the_ticket_of_an_abandoned_try_is_not_used() {
        let mut engine = Engine::new();
        engine.handle(Input::Subscribe { key: 1, operation: operation() }, NO_LUCK);
        engine.handle(Input::Timer, NO_LUCK); // the deadline
        engine.handle(Input::Timer, NO_LUCK); // the back-off

        let late = Input::Ticket { attempt: 1, ticket: Ok("old".to_owned()) };

        assert_eq!(engine.handle(late, NO_LUCK), []);
    }

    #[test]
    fn the_socket_is_closed_a_moment_after_the_last_subscription_left() {
        let mut engine = live();

        let effects = engine.handle(Input::Unsubscribe { key: 1 }, NO_LUCK);
        assert_eq!(sent(&effects), [json!({ "type": "complete", "id": "1" })]);
        assert!(effects.contains(&Effect::SetTimer { ms: LINGER_MS }));

        let effects = engine.handle(Input::Timer, NO_LUCK);
        assert_eq!(effects, [Effect::Close { socket: 1 }, Effect::StopTimer]);
        assert_eq!(engine.link(), Link::Idle);
    }

    #[test]
    fn a_subscription_that_came_in_that_moment_keeps_the_socket() {
        let mut engine = live();
        engine.handle(Input::Unsubscribe { key: 1 }, NO_LUCK);
        engine.handle(Input::Subscribe { key: 2, operation: operation() }, NO_LUCK);

        engine.handle(Input::Timer, NO_LUCK);

        assert_eq!(engine.link(), Link::Live);
    }

    #[test]
    fn a_refused_subscription_is_told_and_not_asked_again() {
        let mut engine = live();
        let error = r#"{"type":"error","id":"1","payload":[{"message":"no such post"}]}"#;

        let effects = engine.hears(error);
        let delivery = Delivery::Refused("no such post".to_owned());
        assert_eq!(effects[0], Effect::Deliver { key: 1, delivery });

        assert!(engine.subscriptions.is_empty());
    }

    #[test]
    fn frames_of_an_ended_subscription_are_dropped() {
        let mut engine = live();
        engine.handle(Input::Unsubscribe { key: 1 }, NO_LUCK);

        assert_eq!(engine.hears_frame("EVENT", 9), []);
    }

    #[test]
    fn a_page_that_wakes_up_checks_its_socket_at_once() {
        let mut engine = live();

        let effects = engine.handle(Input::Woken, NO_LUCK);
        assert_eq!(sent(&effects), [json!({ "type": "ping" })]);

        let effects = engine.handle(Input::Timer, NO_LUCK);
        assert_eq!(effects[0], Effect::Close { socket: 1 });
    }

    /// An engine that was asked to move, and has the ticket.
    fn moving() -> Engine {
        let mut engine = live();
        engine.hears_frame("EVENT", 8);
        engine.hears(RECONNECT);
        engine.handle(Input::Ticket { attempt: 2, ticket: Ok("t".to_owned()) }, NO_LUCK);
        engine
    }

    #[test]
    fn a_socket_that_will_be_closed_is_left_when_another_is_there() {
        let mut engine = live();
        engine.hears_frame("EVENT", 8);

        let effects = engine.hears(RECONNECT);
        let pong = json!({ "type": "pong", "payload": { "reconnect": true } });
        assert_eq!(sent(&effects), [pong]);
        assert_eq!(effects[1..], [Effect::FetchTicket { attempt: 2 }]);

        let ticket = Ok("another".to_owned());
        let effects = engine.handle(Input::Ticket { attempt: 2, ticket }, NO_LUCK);
        assert_eq!(effects, [Effect::Open { socket: 2 }]);
        // The one that is there goes on meanwhile.
        assert_eq!(engine.hears_frame("EVENT", 9).len(), 1);
        assert_eq!(engine.link(), Link::Live);
        let effects = engine.handle(Input::Opened { socket: 2 }, NO_LUCK);
        assert!(matches!(&effects[..], [Effect::Send { socket: 2, .. }]), "{effects:?}");

        let effects = engine.handle(Input::Text { socket: 2, text: ACK.to_owned() }, NO_LUCK);
        assert_eq!(sent(&effects)[0]["payload"]["variables"]["after"], "c9");
        assert!(matches!(effects[0], Effect::Send { socket: 2, .. }), "{effects:?}");
        let rest = [Effect::Close { socket: 1 }, Effect::SetTimer { ms: HEARTBEAT_MS }];
        assert_eq!(effects[1..], rest);
        assert_eq!(engine.link(), Link::Live);

        let late = Input::Text { socket: 1, text: frame("EVENT", 10) };
        assert_eq!(engine.handle(late, NO_LUCK), []);
        assert_eq!(engine.hears_frame("EVENT", 10).len(), 1);
    }

    #[test]
    fn who_is_asked_again_while_it_moves_moves_once() {
        let mut engine = moving();

        assert_eq!(sent(&engine.hears(RECONNECT))[0]["type"], "pong");
        assert_eq!(engine.hears(RECONNECT).len(), 1);
    }

    #[test]
    fn a_socket_without_subscriptions_does_not_move() {
        let mut engine = live();
        engine.handle(Input::Unsubscribe { key: 1 }, NO_LUCK);

        assert_eq!(engine.hears(RECONNECT).len(), 1);
    }

    #[test]
    fn a_move_that_fails_leaves_all_as_it_was_until_it_is_asked_again() {
        let mut engine = moving();

        let effects = engine.handle(Input::Closed { socket: 2 }, NO_LUCK);
        assert_eq!(effects, [Effect::Close { socket: 2 }]);
        assert_eq!(engine.link(), Link::Live);
        assert_eq!(engine.hears_frame("EVENT", 9).len(), 1);

        assert!(engine.hears(RECONNECT).contains(&Effect::FetchTicket { attempt: 3 }));
        let ticket = Err(TicketRefused::Unreachable);
        engine.handle(Input::Ticket { attempt: 3, ticket }, NO_LUCK);
        assert_eq!(engine.link(), Link::Live);
        assert!(engine.hears(RECONNECT).contains(&Effect::FetchTicket { attempt: 4 }));
    }

    #[test]
    fn a_move_that_hangs_is_given_up() {
        let mut engine = moving();

        assert!(!engine.handle(Input::Timer, NO_LUCK).contains(&Effect::Close { socket: 2 }));
        engine.hears(r#"{"type":"pong"}"#);
        assert_eq!(engine.handle(Input::Timer, NO_LUCK)[0], Effect::Close { socket: 2 });
        assert_eq!(engine.link(), Link::Live);
    }

    #[test]
    fn a_socket_that_is_closed_too_early_is_followed_by_the_one_on_its_way() {
        let mut engine = moving();

        let effects = engine.is_closed(NO_LUCK);
        assert_eq!(effects, [Effect::SetTimer { ms: CONNECT_DEADLINE_MS }]);
        assert_eq!(engine.link(), Link::Connecting);
        engine.handle(Input::Opened { socket: 2 }, NO_LUCK);
        let effects = engine.hears(ACK);
        assert_eq!(sent(&effects)[0]["payload"]["variables"]["after"], "c8");
        assert_eq!(engine.link(), Link::Live);
    }

    #[test]
    fn who_leaves_while_it_moves_leaves_both() {
        let mut engine = moving();
        engine.handle(Input::Unsubscribe { key: 1 }, NO_LUCK);

        let effects = engine.handle(Input::Timer, NO_LUCK);
        for socket in [1, 2] {
            assert!(effects.contains(&Effect::Close { socket }), "{effects:?}");
        }
        assert_eq!(engine.link(), Link::Idle);
    }
}
