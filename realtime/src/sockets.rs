//! All sockets of this process, by session and user, so that a revocation closes them.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use parking_lot::Mutex;

use crate::protocol::Close;
use crate::signal::Signal;

/// How many revocations are remembered for sockets whose authentication is under way.
const REMEMBERED: usize = 1024;

/// The registry. Made before the hub, and shared with whoever revokes sessions.
///
/// Guarantee: revoke in the table first, then here, then answer. When `revoke_*` returns, no frame
/// begins to be sent on any socket of that session or user, also not on one whose authentication had
/// begun before; the sockets close at once (4403).
#[derive(Default)]
pub struct Sockets {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    next: u64,
    all: HashMap<u64, Entry>,
    sessions: HashMap<Arc<str>, Vec<u64>>,
    users: HashMap<Arc<str>, Vec<u64>>,
    revocations: u64,
    recent: VecDeque<Revoked>,
}

struct Entry {
    gate: Arc<Gate>,
    session: Option<Arc<str>>,
    user: Option<Arc<str>>,
}

#[derive(PartialEq)]
enum Revoked {
    Session(Arc<str>),
    User(Arc<str>),
}

impl Sockets {
    /// An empty registry.
    pub fn new() -> Arc<Self> {
        Arc::default()
    }

    /// How many sockets are open, authenticated or not.
    pub fn n_open(&self) -> usize {
        self.state.lock().all.len()
    }

    /// Silences and closes every socket that came with this session or token.
    pub fn revoke_session(&self, session: &str) {
        self.revoke(Revoked::Session(session.into()));
    }

    /// Silences and closes every socket of this user.
    pub fn revoke_user(&self, user: &str) {
        self.revoke(Revoked::User(user.into()));
    }

    /// How many revocations there have been: to be asked before a session is read that will hold an
    /// [`EventStream`](crate::EventStream).
    pub fn watermark(&self) -> Watermark {
        Watermark(self.state.lock().revocations)
    }

    /// Closes all sockets with 1001, for a graceful stop.
    pub fn close_all(&self) {
        let gates: Vec<_> =
            self.state.lock().all.values().map(|entry| entry.gate.clone()).collect();
        for gate in gates {
            gate.shut(Close::going_away());
        }
    }

    fn revoke(&self, revoked: Revoked) {
        let mut state = self.state.lock();
        let ids = match &revoked {
            Revoked::Session(key) => state.sessions.get(key),
            Revoked::User(key) => state.users.get(key),
        };
        let gates: Vec<_> = ids
            .into_iter()
            .flatten()
            .filter_map(|id| state.all.get(id).map(|entry| entry.gate.clone()))
            .collect();
        state.revocations += 1;
        state.recent.push_back(revoked);
        if state.recent.len() > REMEMBERED {
            state.recent.pop_front();
        }
        drop(state);
        for gate in gates {
            gate.shut(Close::forbidden("Forbidden"));
        }
    }

    /// Registers a socket that has just been opened.
    pub(crate) fn open(self: &Arc<Self>) -> Socket {
        let gate = Arc::<Gate>::default();
        let mut state = self.state.lock();
        let id = state.next;
        state.next += 1;
        state.all.insert(id, Entry { gate: gate.clone(), session: None, user: None });
        Socket { sockets: self.clone(), id, gate }
    }
}

/// The registration of one socket; ends when dropped.
pub(crate) struct Socket {
    sockets: Arc<Sockets>,
    id: u64,
    gate: Arc<Gate>,
}

/// How many revocations there had been when an authentication began.
#[derive(Clone, Copy, Debug)]
pub struct Watermark(u64);

impl Socket {
    pub(crate) fn gate(&self) -> &Arc<Gate> {
        &self.gate
    }

    /// To be called before the session is read.
    pub(crate) fn watermark(&self) -> Watermark {
        self.sockets.watermark()
    }

    /// Names the session and user of the socket. False when one of them was, or may have been, revoked
    /// since the watermark.
    pub(crate) fn admit(
        &self,
        since: Watermark,
        session: Option<Arc<str>>,
        user: Option<Arc<str>>,
    ) -> bool {
        let mut state = self.sockets.state.lock();
        let n_since = usize::try_from(state.revocations - since.0).unwrap_or(usize::MAX);
        let forgotten = n_since > state.recent.len();
        let hit = |revoked: &Revoked| match revoked {
            Revoked::Session(key) => session.as_ref() == Some(key),
            Revoked::User(key) => user.as_ref() == Some(key),
        };
        if forgotten || state.recent.iter().rev().take(n_since).any(hit) {
            return false;
        }
        if let Some(key) = &session {
            state.sessions.entry(key.clone()).or_default().push(self.id);
        }
        if let Some(key) = &user {
            state.users.entry(key.clone()).or_default().push(self.id);
        }
        if let Some(entry) = state.all.get_mut(&self.id) {
            entry.session = session;
            entry.user = user;
        }
        true
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        let mut state = self.sockets.state.lock();
        let Some(entry) = state.all.remove(&self.id) else { return };
        if let Some(key) = entry.session {
            forget(&mut state.sessions, &key, self.id);
        }
        if let Some(key) = entry.user {
            forget(&mut state.users, &key, self.id);
        }
    }
}

fn forget(index: &mut HashMap<Arc<str>, Vec<u64>>, key: &Arc<str>, id: u64) {
    if let Some(ids) = index.get_mut(key) {
        ids.retain(|known| *known != id);
        if ids.is_empty() {
            index.remove(key);
        }
    }
}

/// What every frame passes on its way out. Shut once, it stays shut.
#[derive(Default)]
pub(crate) struct Gate {
    shut: Mutex<Option<Close>>,
    changed: Signal,
}

impl Gate {
    /// Lets nothing pass from now on. Waits for a frame that is just passing.
    pub(crate) fn shut(&self, why: Close) {
        self.shut.lock().get_or_insert(why);
        self.changed.give();
    }

    /// Runs `pass` unless the gate is shut, and does not let it be shut meanwhile.
    pub(crate) fn pass<T>(&self, pass: impl FnOnce() -> T) -> Result<T, Close> {
        let shut = self.shut.lock();
        match &*shut {
            Some(close) => Err(close.clone()),
            None => Ok(pass()),
        }
    }

    /// Waits until it is shut. For the one task that owns the socket.
    pub(crate) async fn shut_for(&self) -> Close {
        loop {
            if let Some(close) = &*self.shut.lock() {
                return close.clone();
            }
            self.changed.given().await;
        }
    }
}

/// For who writes what passed the gate before: nothing of it is written after a revocation.
#[derive(Clone)]
pub struct Seal(Arc<Gate>);

impl Seal {
    pub(crate) fn of(gate: &Arc<Gate>) -> Self {
        Seal(gate.clone())
    }

    /// Runs `write`, and lets no revocation return meanwhile; none after one. A stop of the server seals
    /// nothing: what was said before it may arrive.
    pub fn pass<T>(&self, write: impl FnOnce() -> T) -> Option<T> {
        let shut = self.0.shut.lock();
        let revoked = shut.as_ref().is_some_and(|close| close.code != Close::going_away().code);
        (!revoked).then(write)
    }
}
