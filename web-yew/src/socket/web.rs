//! Runs the engine's effects in a browser.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use cynic::MutationBuilder;
use gloo_timers::callback::Timeout;
use serde_json::Value;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{MessageEvent, WebSocket};
use yew::Callback;

use super::engine::{Delivery, Effect, Engine, Input, Link, TicketRefused};
use crate::browser::{self, Listener};
use crate::graphql::client::{Failure, ask};
use crate::graphql::mutations::SocketTicket;

const PATH: &str = "/graphql/ws";
const PROTOCOL: &str = "graphql-transport-ws";

/// The page's socket; clones are the same one. It connects when something subscribes.
#[derive(Clone)]
pub(crate) struct Socket(Rc<Inner>);

impl PartialEq for Socket {
    fn eq(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

struct Inner {
    engine: RefCell<Engine>,
    /// By the name that the engine gave them: one, or two while it moves.
    wires: RefCell<Vec<(u32, Wire)>>,
    timer: RefCell<Option<Timeout>>,
    listeners: RefCell<HashMap<u64, Callback<Delivery>>>,
    next_key: Cell<u64>,
    link: Cell<Link>,
    on_link: Callback<Link>,
}

/// A connected socket with its handlers; dropping it closes it and forgets its late events.
struct Wire {
    socket: WebSocket,
    _on_open: Closure<dyn FnMut()>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_close: Closure<dyn FnMut()>,
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onmessage(None);
        self.socket.set_onclose(None);
        // Closing what is closed is no error.
        let _ = self.socket.close_with_code(1000);
    }
}

/// A subscription; dropping it ends it.
pub(crate) struct Subscribed {
    socket: Socket,
    key: u64,
}

impl Drop for Subscribed {
    fn drop(&mut self) {
        self.socket.0.listeners.borrow_mut().remove(&self.key);
        self.socket.feed(Input::Unsubscribe { key: self.key });
    }
}

impl Socket {
    /// `on_link` hears each change of the connection's state.
    pub(crate) fn new(on_link: Callback<Link>) -> Self {
        Self(Rc::new(Inner {
            engine: RefCell::new(Engine::new()),
            wires: RefCell::default(),
            timer: RefCell::new(None),
            listeners: RefCell::new(HashMap::new()),
            next_key: Cell::new(1),
            link: Cell::new(Link::Idle),
            on_link,
        }))
    }

    /// Subscribes until the answer is dropped, over all reconnections.
    pub(crate) fn subscribe(&self, operation: Value, told: Callback<Delivery>) -> Subscribed {
        let key = self.0.next_key.replace(self.0.next_key.get() + 1);
        self.0.listeners.borrow_mut().insert(key, told);
        self.feed(Input::Subscribe { key, operation });
        Subscribed { socket: self.clone(), key }
    }

    /// Tries at once instead of waiting, after signing in for example.
    pub(crate) fn wake(&self) {
        self.feed(Input::Woken);
    }

    /// Wakes the socket when the network comes back or the page is looked at again; for as long as
    /// the answer is kept.
    pub(crate) fn watch_the_page(&self) -> Vec<Listener> {
        let woken = |socket: &Self| {
            let socket = socket.clone();
            move |_| {
                if browser::document().is_none_or(|document| !document.hidden()) {
                    socket.wake();
                }
            }
        };
        let online =
            browser::window().and_then(|window| Listener::on(window.into(), "online", woken(self)));
        let seen = browser::document()
            .and_then(|document| Listener::on(document.into(), "visibilitychange", woken(self)));
        online.into_iter().chain(seen).collect()
    }

    fn feed(&self, input: Input) {
        // The borrow ends here: an effect may feed the engine again.
        let effects = self.0.engine.borrow_mut().handle(input, browser::luck());
        for effect in effects {
            self.run(effect);
        }
        let link = self.0.engine.borrow().link();
        if self.0.link.replace(link) != link {
            self.0.on_link.emit(link);
        }
    }

    fn run(&self, effect: Effect) {
        match effect {
            Effect::FetchTicket { attempt } => self.fetch_ticket(attempt),
            Effect::Open { socket } => self.open(socket),
            Effect::Send { socket, text } => {
                let wires = self.0.wires.borrow();
                let wire = wires.iter().find(|(name, _)| *name == socket).map(|(_, wire)| wire);
                let open = |wire: &&Wire| wire.socket.ready_state() == WebSocket::OPEN;
                // The server closes a socket whose session ends while pages still leave their
                // subscriptions. The close event tells the rest.
                if let Some(wire) = wire.filter(open) {
                    let _ = wire.socket.send_with_str(&text);
                }
            }
            Effect::Close { socket } => self.forget(socket),
            Effect::SetTimer { ms } => {
                let socket = self.clone();
                let timer = Timeout::new(ms, move || socket.feed(Input::Timer));
                self.0.timer.replace(Some(timer));
            }
            Effect::StopTimer => drop(self.0.timer.take()),
            Effect::Deliver { key, delivery } => {
                let told = self.0.listeners.borrow().get(&key).cloned();
                if let Some(told) = told {
                    told.emit(delivery);
                }
            }
        }
    }

    fn forget(&self, socket: u32) {
        self.0.wires.borrow_mut().retain(|(name, _)| *name != socket);
    }

    fn fetch_ticket(&self, attempt: u32) {
        let socket = self.clone();
        spawn_local(async move {
            let ticket = match ask(SocketTicket::build(())).await {
                Ok(answer) => answer
                    .socket_ticket
                    .into_result()
                    .map(|success| success.ticket)
                    .map_err(|_| TicketRefused::SignedOut),
                Err(Failure::SignedOut) => Err(TicketRefused::SignedOut),
                Err(_) => Err(TicketRefused::Unreachable),
            };
            socket.feed(Input::Ticket { attempt, ticket });
        });
    }

    fn open(&self, name: u32) {
        let opened = address().and_then(|url| WebSocket::new_with_str(&url, PROTOCOL).ok());
        let Some(socket) = opened else { return self.feed(Input::Closed { socket: name }) };
        let on_open = {
            let this = self.clone();
            Closure::<dyn FnMut()>::new(move || this.feed(Input::Opened { socket: name }))
        };
        let on_message = {
            let this = self.clone();
            Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
                if let Some(text) = event.data().as_string() {
                    this.feed(Input::Text { socket: name, text });
                }
            })
        };
        let on_close = {
            let this = self.clone();
            Closure::<dyn FnMut()>::new(move || {
                this.feed(Input::Closed { socket: name });
                this.forget(name);
            })
        };
        socket.set_onopen(Some(on_open.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        socket.set_onclose(Some(on_close.as_ref().unchecked_ref()));
        let wire = Wire { socket, _on_open: on_open, _on_message: on_message, _on_close: on_close };
        self.0.wires.borrow_mut().push((name, wire));
    }
}

/// The socket's address: what the page says, else beside the page.
fn address() -> Option<String> {
    if let Some(told) = browser::find("meta[name='deepdive:sockets']") {
        return told.get_attribute("content");
    }
    let location = browser::window()?.location();
    let scheme = if location.protocol().ok()? == "https:" { "wss" } else { "ws" };
    Some(format!("{scheme}://{}{PATH}", location.host().ok()?))
}
