//! What a resolver tells the door to do with the browser's session cookie.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;

/// What becomes of the session cookie with this answer.
#[derive(Clone, Default, PartialEq, Eq)]
pub enum SessionCookie {
    /// Nothing.
    #[default]
    Keep,
    /// The browser is signed in.
    Set {
        /// The session's key; only its hash is stored.
        token: String,
        /// How long the browser keeps it.
        max_age: Duration,
    },
    /// The browser is signed out.
    Clear,
}

impl std::fmt::Debug for SessionCookie {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            SessionCookie::Keep => "Keep",
            SessionCookie::Set { .. } => "Set(..)",
            SessionCookie::Clear => "Clear",
        })
    }
}

/// Where the resolvers of one request leave their word. The door puts it into the request's data and
/// takes the word when the answer is ready; the last word counts.
#[derive(Clone, Debug, Default)]
pub struct SessionCookieSlot(Arc<Mutex<SessionCookie>>);

impl SessionCookieSlot {
    /// Leaves a word for the door.
    pub fn leave(&self, word: SessionCookie) {
        *self.0.lock() = word;
    }

    /// Takes the word that was left.
    pub fn take(&self) -> SessionCookie {
        std::mem::take(&mut self.0.lock())
    }
}
